import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { request, type Dispatcher } from 'undici';
import { onEvents } from './on-events.js';

export type WireLimits = {
  /** Until a connection stands, its encryption included; a proxy and the org behind it have this time each. */
  readonly connectMs: number;
  /** From a question to the last byte of its answer: it can be asked again. */
  readonly readMs: number;
  /**
   * From a write to the last byte of its answer. The org works for at most 10 minutes; giving up before would put two
   * requests of one key in flight (design.md 3.3).
   */
  readonly writeMs: number;
  /** All that the login may take between two requests: its refresh, and waiting for another process that refreshes. */
  readonly loginMs: number;
};

export const wireLimits: WireLimits = { connectMs: 15_000, readMs: 45_000, writeMs: 11 * 60_000, loginMs: 60_000 };

export type WireRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
};

export type WireAnswer = { readonly status: number; readonly headers: Record<string, string>; readonly body: string };

/** No answer, or not all of it. */
export class WireError extends Error {
  public override readonly name = 'WireError';

  public constructor(
    /** Some of the request may have left: what it asked for may have been done. */
    public readonly sent: boolean,
    /** It was ended here, for it took too long; milliseconds. */
    public readonly afterMs: number | undefined,
    options: { cause: unknown },
  ) {
    super(options.cause instanceof Error ? options.cause.message : 'no answer', options);
  }
}

/**
 * One request and its whole answer, or an error within the limits: also where the org says nothing, or stops in the
 * middle of its answer. Nothing is repeated and no redirect is followed.
 * @throws WireError
 */
export async function exchange(dispatcher: Dispatcher, wanted: WireRequest, limits: WireLimits): Promise<WireAnswer> {
  const clock = new Deadline(2 * limits.connectMs);
  let sent = false;
  // Called when the first byte is about to leave: a connection stands, encrypted, through the proxy if there is one.
  const started = (): void => {
    if (clock.expiredMs === undefined) sent = true;
    clock.restart(wanted.method === 'GET' ? limits.readMs : limits.writeMs);
  };
  const watched = dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, onEvents(handler, { onRequestStart: started })),
  );
  try {
    const { url, method, headers, body } = wanted;
    const asked = request(url, {
      method: method,
      headers: { ...headers, 'accept-encoding': 'gzip, deflate' },
      body: body ?? null,
      dispatcher: watched,
      signal: clock.signal,
      // The deadline counts, to the last byte; these only count from one byte to the next.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // The signal ends a request that has left; one that still waits for a connection only hears of it when it has one.
    const answer = await Promise.race([asked, clock.expired]);
    const plain = plainHeaders(answer.headers);
    return { status: answer.statusCode, headers: plain, body: await textOf(await answer.body.bytes(), plain) };
  } catch (cause) {
    throw new WireError(sent, clock.expiredMs, { cause });
  } finally {
    clock.stop();
  }
}

class Deadline {
  /** Set once the time is up: how long that was. */
  public expiredMs: number | undefined;
  public readonly expired: Promise<never>;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;
  private reject!: (reason: Error) => void;

  public constructor(ms: number) {
    this.expired = new Promise((_resolve, reject) => (this.reject = reject));
    this.expired.catch(() => undefined);
    this.timer = this.begin(ms);
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  public restart(ms: number): void {
    if (this.expiredMs !== undefined) return;
    this.stop();
    this.timer = this.begin(ms);
  }

  public stop(): void {
    clearTimeout(this.timer);
  }

  private begin(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const late = new Error(`nothing in ${ms / 1000} s`);
      this.expiredMs = ms;
      this.controller.abort(late);
      this.reject(late);
    }, ms);
  }
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}

/** A describe has some megabytes; whatever unpacks to more than this is no answer of an org. */
const mostBytes = 256 * 1024 * 1024;
const unpack = { gzip: promisify(gunzip), deflate: promisify(inflate) };

async function textOf(bytes: Uint8Array, headers: Readonly<Record<string, string>>): Promise<string> {
  const encoding = headers['content-encoding'];
  const packed = encoding === 'gzip' || encoding === 'deflate';
  const plain = packed ? await unpack[encoding](bytes, { maxOutputLength: mostBytes }) : bytes;
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8');
}
