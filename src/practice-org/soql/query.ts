import type { FieldValue } from '../values.js';

/** A literal of a condition; dates compare as text in the org's form. */
export type Literal = { kind: 'value'; value: FieldValue } | { kind: 'dateLiteral'; name: string; n: number };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES';

export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; path: string; at: number; operator: Operator; literals: Literal[] };

export type SelectItem = { path: string; at: number; count?: boolean; alias?: string };

/** A parsed SOQL query. */
export type Query = {
  text: string;
  select: SelectItem[];
  from: string;
  fromAt: number;
  where?: Condition;
  orderBy: Array<{ path: string; at: number; descending: boolean; nullsLast: boolean }>;
  limit?: number;
  offset: number;
};
