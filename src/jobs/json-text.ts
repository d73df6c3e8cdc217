/** A place in a text; both count from 1. */
export type TextPlace = { readonly line: number; readonly column: number };

export type JsonPath = ReadonlyArray<string | number>;

/** A part of a text: offsets of its first character and of the one behind it. */
export type TextSpan = { readonly start: number; readonly end: number };

export type JsonDocument = {
  readonly value: unknown;
  /** Where the value at a path begins and ends; undefined: there is none. */
  readonly spanOf: (path: JsonPath) => TextSpan | undefined;
  /** Where the value at a path stands, or the nearest thing around it that is there. */
  readonly placeOf: (path: JsonPath) => TextPlace;
};

/** The text is not JSON, or says something twice. */
export class JsonTextError extends Error {
  public override readonly name = 'JsonTextError';

  public constructor(
    message: string,
    public readonly place: TextPlace,
  ) {
    super(message);
  }
}

/**
 * Reads JSON as `JSON.parse` does, with three differences that a file written by hand needs: errors have a line and a
 * column, a key that stands twice in an object is an error (`JSON.parse` silently takes the last: a mapping would lose
 * an entry), and so is a number that a double cannot hold as it is written (P12).
 */
export function parseJson(text: string): JsonDocument {
  const spans = new Map<string, TextSpan>();
  const value = new Reader(text, spans).document();
  const placeOf = (path: JsonPath): TextPlace => {
    for (let length = path.length; length > 0; length--) {
      const span = spans.get(pathKey(path.slice(0, length)));
      if (span !== undefined) return placeAt(text, span.start);
    }
    return placeAt(text, spans.get(pathKey([]))?.start ?? 0);
  };
  return { value, spanOf: (path) => spans.get(pathKey(path)), placeOf };
}

function pathKey(path: JsonPath): string {
  return JSON.stringify(path);
}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before[before.length - 1]!.length + 1 };
}

const deepest = 100;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals: ReadonlyArray<readonly [string, boolean | null]> = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Reader {
  private at = 0;

  public constructor(
    private readonly text: string,
    private readonly spans: Map<string, TextSpan>,
  ) {}

  public document(): unknown {
    this.space();
    const value = this.read([]);
    this.space();
    if (this.at < this.text.length) this.fail(`nothing may follow here, but there is ${this.here()}`);
    return value;
  }

  private read(path: JsonPath): unknown {
    if (path.length > deepest) this.fail('this is nested too deeply');
    const start = this.at;
    const value = this.valueAt(path);
    this.spans.set(pathKey(path), { start, end: this.at });
    return value;
  }

  private valueAt(path: JsonPath): unknown {
    const character = this.text[this.at];
    if (character === '{') return this.object(path);
    if (character === '[') return this.array(path);
    if (character === '"') return this.string();
    return this.scalar();
  }

  private object(path: JsonPath): unknown {
    const members = new Map<string, unknown>();
    this.at++;
    for (this.space(); this.text[this.at] !== '}'; this.space()) {
      if (members.size > 0) this.next(',', '}');
      const start = this.at;
      if (this.text[start] !== '"') this.fail(`a key in double quotes is missing before ${this.here()}`);
      const key = this.string();
      if (members.has(key)) this.fail(`the key ${JSON.stringify(key)} stands here a second time`, start);
      if (key === '__proto__') this.fail('the key "__proto__" is not possible here', start);
      this.space();
      this.next(':');
      members.set(key, this.read([...path, key]));
    }
    this.at++;
    return Object.fromEntries(members);
  }

  private array(path: JsonPath): unknown {
    const items: unknown[] = [];
    this.at++;
    for (this.space(); this.text[this.at] !== ']'; this.space()) {
      if (items.length > 0) this.next(',', ']');
      items.push(this.read([...path, items.length]));
    }
    this.at++;
    return items;
  }

  private string(): string {
    const start = this.at;
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const character = this.text[this.at];
      if (character === undefined) this.fail('this text in double quotes has no end', start);
      if (character < ' ') this.fail('a line break or tab inside double quotes must be written as \\n or \\t');
      if (character === '\\') this.at++;
    }
    this.at++;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.fail('there is a backslash in this text that begins nothing; write \\\\ for a backslash', start);
    }
  }

  private scalar(): unknown {
    for (const [word, value] of literals) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    numberText.lastIndex = this.at;
    const digits = numberText.exec(this.text)?.[0];
    if (digits === undefined) return this.fail(`a value is missing before ${this.here()}`);
    const number = Number(digits);
    if (!keepsDigits(digits, number)) this.fail(`the number ${digits} would lose digits; write it in double quotes`);
    this.at += digits.length;
    return number;
  }

  /** Steps over a character that must be here, and the space behind it. A comma must not be the last thing. */
  private next(wanted: string, end?: string): void {
    if (this.text[this.at] !== wanted)
      this.fail(`a ${wanted === ',' ? 'comma' : 'colon'} is missing before ${this.here()}`);
    const start = this.at++;
    this.space();
    if (end !== undefined && this.text[this.at] === end) this.fail('this comma is one too many', start);
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? '-')) this.at++;
  }

  private here(): string {
    const character = this.text[this.at];
    if (character === undefined) return 'the end of the file';
    if (character === '/') return 'a comment, which JSON does not have';
    return JSON.stringify(String.fromCodePoint(this.text.codePointAt(this.at)!));
  }

  private fail(message: string, offset = this.at): never {
    throw new JsonTextError(message, placeAt(this.text, offset));
  }
}

/** Does the double's own text have the same digits? Up to 15 of them always do. */
function keepsDigits(text: string, number: number): boolean {
  const significant = (digits: string): string =>
    digits
      .replace(/[eE].*$/, '')
      .replace(/[-.]/g, '')
      .replace(/^0+|0+$/g, '');
  return Number.isFinite(number) && significant(String(number)) === significant(text);
}
