/**
 * Text from outside (record values, messages of the org, file names) made safe for a terminal and for one line:
 * whatever could move the cursor, change colours, set a title, reorder or hide text is shown instead of obeyed (S1).
 * `--json` keeps every value: `terminalJson`.
 */

// C0, DEL and C1 controls; line and paragraph separators; marks that reorder text (bidi); characters without width
// that hide in keys (soft hyphen, zero width space, word joiner, BOM, language tags); surrogates without a partner.
// Joiners (U+200C, U+200D) and variation selectors stay: Persian, Indic scripts and emoji need them.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const shortForms: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => shortForms.get(character) ?? visible(character.codePointAt(0)!));
}

function visible(codePoint: number): string {
  if (codePoint <= 0xff) return `\\x${hex(codePoint, 2)}`;
  return codePoint <= 0xffff ? `\\u${hex(codePoint, 4)}` : `\\u{${hex(codePoint, 1)}}`;
}

function hex(codePoint: number, length: number): string {
  return codePoint.toString(16).padStart(length, '0');
}

/** Escaped, and at most so many characters long; `…` marks what was cut. */
export function clip(text: string, length: number): string {
  const characters = Array.from(escapeText(text));
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`;
}

/**
 * JSON text that a terminal does not obey, and that parses to the very same value: what `escapeText` shows is written
 * as `\u` escapes, but for the line breaks between members. JSON itself lets C1 controls and bidi marks through.
 */
export function terminalJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(unsafe, (character) =>
    character === '\n' ? character : Array.from({ length: character.length }, (_, at) => unit(character, at)).join(''),
  );
}

function unit(character: string, at: number): string {
  return `\\u${hex(character.charCodeAt(at), 4)}`;
}

/**
 * What a spreadsheet takes for a formula: one of the signs at the start (full-width ones count in some), whatever
 * blanks and invisible characters stand before it; or a control that some cut off first (OWASP, "CSV Injection").
 */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u;

/** Text for a cell of a CSV file that people open in a spreadsheet: a formula gets an apostrophe, which makes it text. */
export function spreadsheetText(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}
