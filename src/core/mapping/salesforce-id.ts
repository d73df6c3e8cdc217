const shape = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * The form of 18 characters of a Salesforce Id, spaces around it dropped. Its last three characters say which of the
 * 15 before them are upper case, five bits each; so an Id of 18 characters that lost its case on the way (all lower or
 * all upper, as some databases do) is restored.
 * @returns undefined when the text has not the shape of an Id, or its last three characters contradict the rest
 */
export function toId18(text: string): string | undefined {
  const id = text.trim();
  if (!shape.test(id)) return undefined;
  const body = id.slice(0, 15);
  if (id.length === 15) return body + suffixOf(body);
  const suffix = id.slice(15).toUpperCase();
  if (suffixOf(body) === suffix) return body + suffix;
  if (body !== body.toLowerCase() && body !== body.toUpperCase()) return undefined;
  const restored = withCaseOf(body, suffix);
  return suffixOf(restored) === suffix ? restored + suffix : undefined;
}

function suffixOf(body: string): string {
  let suffix = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) {
      const code = body.charCodeAt(block + i);
      if (code >= 65 && code <= 90) bits |= 1 << i;
    }
    suffix += alphabet[bits];
  }
  return suffix;
}

function withCaseOf(body: string, suffix: string): string {
  let restored = '';
  for (let i = 0; i < 15; i++) {
    const bits = alphabet.indexOf(suffix.charAt(Math.floor(i / 5)));
    const character = body.charAt(i);
    restored += bits >= 0 && (bits & (1 << (i % 5))) !== 0 ? character.toUpperCase() : character.toLowerCase();
  }
  return restored;
}
