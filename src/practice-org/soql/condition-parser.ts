import { readNumber } from '../exact-number.js';
import type { ApiError } from '../errors.js';
import { readDateTime } from '../write/dates.js';
import type { Condition, Literal, Operator } from './query.js';
import { malformed } from './tokens.js';
import type { Token } from './tokens.js';

const CONSTANTS: Record<string, boolean | null> = { TRUE: true, FALSE: false, NULL: null };
const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>='];
const WORD_OPERATORS: Operator[] = ['LIKE', 'IN', 'INCLUDES', 'EXCLUDES'];

/** Reads tokens one by one; knows the grammar of WHERE conditions. */
export class ConditionParser {
  readonly #query: string;
  readonly #tokens: Token[];
  #next = 0;

  public constructor(query: string, tokens: Token[]) {
    this.#query = query;
    this.#tokens = tokens;
  }

  public unexpected(token: Token): ApiError {
    const what = token.kind === 'end' ? 'unexpected end of query' : `unexpected token: '${token.text}'`;
    return malformed(this.#query, token.at, what);
  }

  public isName(): boolean {
    return this.#peek().kind === 'name';
  }

  public isSymbol(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === text;
  }

  public isKeyword(word: string): boolean {
    const token = this.#peek();
    return token.kind === 'name' && token.text.toUpperCase() === word;
  }

  public takeSymbol(text: string): boolean {
    return this.isSymbol(text) && this.#take() !== undefined;
  }

  public takeKeyword(word: string): boolean {
    return this.isKeyword(word) && this.#take() !== undefined;
  }

  public expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected(this.#peek());
  }

  public expectKeyword(word: string): void {
    if (!this.takeKeyword(word)) throw this.unexpected(this.#peek());
  }

  public expectEnd(): void {
    if (this.#peek().kind !== 'end') throw this.unexpected(this.#peek());
  }

  public name(): Token {
    if (!this.isName()) throw this.unexpected(this.#peek());
    return this.#take();
  }

  public wholeNumber(): number {
    const token = this.#take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected(token);
    return Number(token.text);
  }

  /** AND and OR may not be mixed without parentheses, as in the org. */
  public condition(): Condition {
    const first = this.#unary();
    const word = this.isKeyword('OR') ? 'OR' : 'AND';
    const parts = [first];
    while (this.takeKeyword(word)) parts.push(this.#unary());
    if (this.isKeyword('AND') || this.isKeyword('OR')) throw this.unexpected(this.#peek());
    return parts.length === 1 ? first : { kind: word === 'OR' ? 'or' : 'and', parts };
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '<EOF>', at: this.#query.length };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #unary(): Condition {
    if (this.takeKeyword('NOT')) return { kind: 'not', part: this.#unary() };
    if (this.takeSymbol('(')) {
      const inner = this.condition();
      this.expectSymbol(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Condition {
    const { text: path, at } = this.name();
    const operator = this.#operator();
    const isList = operator === 'IN' || operator === 'NOT IN' || operator === 'INCLUDES' || operator === 'EXCLUDES';
    return { kind: 'compare', path, at, operator, literals: isList ? this.#list() : [this.#literal()] };
  }

  #operator(): Operator {
    const token = this.#take();
    if (token.kind === 'symbol' && COMPARISONS.includes(token.text)) {
      return token.text === '<>' ? '!=' : (token.text as Operator);
    }
    const word = token.text.toUpperCase();
    if (token.kind === 'name' && word === 'NOT') {
      this.expectKeyword('IN');
      return 'NOT IN';
    }
    const operator = WORD_OPERATORS.find((candidate) => candidate === word);
    if (token.kind !== 'name' || !operator) throw this.unexpected(token);
    return operator;
  }

  #list(): Literal[] {
    this.expectSymbol('(');
    const literals = [this.#literal()];
    while (this.takeSymbol(',')) literals.push(this.#literal());
    this.expectSymbol(')');
    return literals;
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind === 'string') return { kind: 'value', value: token.text };
    if (token.kind === 'date') return { kind: 'value', value: readDateTime(token.text) ?? token.text };
    if (token.kind === 'number') return { kind: 'value', value: readNumber(token.text) ?? Number(token.text) };
    if (token.kind !== 'name') throw this.unexpected(token);
    const word = token.text.toUpperCase();
    const constant = CONSTANTS[word];
    if (constant !== undefined) return { kind: 'value', value: constant };
    const n = this.takeSymbol(':') ? this.wholeNumber() : 0;
    return { kind: 'dateLiteral', name: word, n };
  }
}
