import { ApiError } from '../errors.js';
import { ConditionParser } from './condition-parser.js';
import { malformed, tokenize } from './tokens.js';
import type { Query, SelectItem } from './query.js';

const MAX_OFFSET = 2000;
const MAX_QUERY_LENGTH = 100_000;

const selectItem = (parser: ConditionParser): SelectItem => {
  const name = parser.name();
  if (parser.takeSymbol('(')) {
    if (name.text.toUpperCase() !== 'COUNT') throw parser.unexpected(name);
    const inner = parser.isSymbol(')') ? undefined : parser.name();
    parser.expectSymbol(')');
    const alias = parser.isName() && !parser.isKeyword('FROM') ? parser.name().text : undefined;
    return { path: inner?.text ?? '', at: name.at, count: true, ...(alias === undefined ? {} : { alias }) };
  }
  return { path: name.text, at: name.at };
};

const selectList = (parser: ConditionParser): SelectItem[] => {
  const items = [selectItem(parser)];
  while (parser.takeSymbol(',')) items.push(selectItem(parser));
  return items;
};

const orderBy = (parser: ConditionParser): Query['orderBy'] => {
  const terms: Query['orderBy'] = [];
  do {
    const { text: path, at } = parser.name();
    const descending = parser.takeKeyword('DESC');
    if (!descending) parser.takeKeyword('ASC');
    let nullsLast = false;
    if (parser.takeKeyword('NULLS')) {
      nullsLast = parser.takeKeyword('LAST');
      if (!nullsLast) parser.expectKeyword('FIRST');
    }
    terms.push({ path, at, descending, nullsLast });
  } while (parser.takeSymbol(','));
  return terms;
};

/**
 * Parses the subset of SOQL that the practice org answers.
 *
 * @throws ApiError 400 MALFORMED_QUERY; NUMBER_OUTSIDE_VALID_RANGE for an OFFSET over 2,000
 */
export const parseQuery = (text: string): Query => {
  if (text.length > MAX_QUERY_LENGTH)
    throw malformed(text, 0, 'SOQL statements can not be longer than 100000 characters');
  const parser = new ConditionParser(text, tokenize(text));
  parser.expectKeyword('SELECT');
  const select = selectList(parser);
  parser.expectKeyword('FROM');
  const from = parser.name();
  const query: Query = { text, select, from: from.text, fromAt: from.at, orderBy: [], offset: 0 };
  if (parser.takeKeyword('WHERE')) query.where = parser.condition();
  if (parser.takeKeyword('ORDER')) {
    parser.expectKeyword('BY');
    query.orderBy = orderBy(parser);
  }
  if (parser.takeKeyword('LIMIT')) query.limit = parser.wholeNumber();
  if (parser.takeKeyword('OFFSET')) query.offset = parser.wholeNumber();
  if (query.offset > MAX_OFFSET) {
    throw ApiError.of(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  }
  parser.expectEnd();
  return query;
};
