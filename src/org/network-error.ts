/** Errors below HTTP: what Node and undici throw, and in words what that means. */

/** The request never left: the address, the connection or its encryption failed before anything was sent. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const words: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'no such name in the network'],
  ['EAI_AGAIN', 'the name service does not answer'],
  ['ECONNREFUSED', 'nobody listens there'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['ETIMEDOUT', 'no connection in time'],
  ['ENETUNREACH', 'there is no way to it'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ECONNRESET', 'the connection was reset'],
]);

const badCertificate = /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET))/;

/** fetch reports every trouble of the wire as a TypeError whose cause has the code (API 10.1). */
export function isNetworkError(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error instanceof TypeError ||
      error.name === 'AbortError' ||
      error.name === 'SocketError' ||
      networkCode(error) !== '')
  );
}

export function isNetworkText(message: string): boolean {
  return /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket/i.test(message);
}

/** By the code alone; whoever watched the request knows better. */
export function neverLeft(error: unknown): boolean {
  const code = networkCode(error);
  return notSentCodes.has(code) || badCertificate.test(code) || code.startsWith('ERR_SSL_');
}

/** The code of the innermost cause that has one. */
export function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return '';
}

/** `connect ECONNREFUSED 127.0.0.1:1 (nobody listens there)` */
export function networkWords(error: unknown): string {
  const code = networkCode(error);
  const text = innermost(error);
  const said = code === '' || text.includes(code) ? text : [text, code].filter((part) => part !== '').join(', ');
  const meaning = badCertificate.test(code) ? 'its certificate is not trusted' : words.get(code);
  return meaning === undefined ? said : `${said}, ${meaning}`;
}

function innermost(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
