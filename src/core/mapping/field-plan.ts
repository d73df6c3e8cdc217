import type { ApiError } from '../api-error.js';
import type { MappingValue } from '../job.js';
import type { Cell, PayloadValue } from '../record.js';
import { converterOf, keyConverterOf } from './convert.js';
import type { Converter } from './convert.js';
import type { Converted } from './converted.js';
import type { Target } from './target.js';

/** What a cell turned into, with the text it came from. undefined: absent, the field is left out (P11). */
export type Step = { readonly text: string; readonly converted: Converted } | null | undefined;

/** Everything about one field of a record that can be worked out before the first row. */
export type FieldPlan = {
  readonly target: Target;
  /** The name as the mapping says it, for messages. */
  readonly label: string;
  /** Column name, for messages; undefined for a constant. */
  readonly column: string | undefined;
  readonly read: (cells: readonly Cell[]) => Step;
  /** `"Name":` or `"Parent":{"Ext_Id__c":`; the value and `suffix` follow. */
  readonly prefix: string;
  readonly suffix: string;
  /** `"Name":null`, for a relation with the name of the lookup field. */
  readonly nullJson: string;
};

export type PlanSource =
  | { readonly index: number; readonly column: string; readonly values?: Readonly<Record<string, MappingValue>> }
  | { readonly constant: MappingValue };

/** @param isKey the field makes the record's key: its text is trimmed */
export function planField(label: string, target: Target, source: PlanSource, isKey: boolean): FieldPlan {
  const { field, valueField, relation } = target;
  const convert = isKey || relation !== undefined ? keyConverterOf(valueField) : converterOf(field);
  const name = JSON.stringify(field.name);
  const shape =
    relation === undefined
      ? { prefix: `${name}:`, suffix: '' }
      : {
          prefix: `${JSON.stringify(relation.name)}:{${relation.typed ? `"attributes":{"type":${JSON.stringify(relation.object)}},` : ''}${JSON.stringify(valueField.name)}:`,
          suffix: '}',
        };
  const column = 'column' in source ? source.column : undefined;
  return { target, label, column, read: readerOf(source, convert), ...shape, nullJson: `${name}:null` };
}

function readerOf(source: PlanSource, convert: Converter): FieldPlan['read'] {
  if ('constant' in source) {
    const step = fixedStep(source.constant, convert);
    return () => step;
  }
  const { index, values } = source;
  if (values === undefined) return (cells) => cellStep(cells[index], convert);
  const table = new Map(Object.entries(values).map(([text, value]) => [text, fixedStep(value, convert)]));
  return (cells) => {
    const cell = cells[index];
    return typeof cell === 'string' && table.has(cell) ? table.get(cell) : cellStep(cell, convert);
  };
}

/** Empty text is absent, wherever it comes from: an empty value is no state of its own (P11). */
function cellStep(cell: Cell, convert: Converter): Step {
  if (cell === undefined || cell === '') return undefined;
  return cell === null ? null : { text: cell, converted: convert(cell) };
}

/** What a constant, or a value of a table, turns into. */
export function fixedStep(value: MappingValue, convert: Converter): Step {
  return cellStep(value === null ? null : String(value), convert);
}

/** The payload's entry for a value: the field, or the relation with the parent's key in it. */
export function payloadEntry(target: Target, value: string | number | boolean): [name: string, value: PayloadValue] {
  const { field, valueField, relation } = target;
  if (relation === undefined) return [field.name, value];
  const key = { [valueField.name]: value };
  return [relation.name, relation.typed ? { attributes: { type: relation.object }, ...key } : key];
}

const shownCharacters = 60;

/** A value as a message shows it: quoted, on one line, cut when it is long. */
export function shown(text: string): string {
  const head = text.length > shownCharacters * 2 ? text.slice(0, shownCharacters * 2) : text;
  const characters = [...head];
  return JSON.stringify(
    characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join('')}…` : text,
  );
}

/** The record-level error of a value that cannot be sent. */
export function conversionError(plan: FieldPlan, text: string, refused: Converted & { ok: false }): ApiError {
  const place = plan.column === undefined || plan.column === plan.label ? '' : ` (column "${plan.column}")`;
  return {
    statusCode: refused.code,
    message: `${plan.label}${place}: ${shown(text)} ${refused.reason}.`,
    fields: [plan.target.field.name],
  };
}
