const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A text as a SOQL literal, quotes included. The only way a text gets into a query. */
export function soqlString(text: string): string {
  return `'${text.replace(/[\\'\n\r\t\b\f]/g, (character) => escapes[character]!)}'`;
}
