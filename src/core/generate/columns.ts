import type { SourceRow } from '../record.js';
import { toId18 } from '../mapping/salesforce-id.js';
import { coreOf } from '../mapping/near-miss.js';

/** A column of a source and what the sample holds in it. */
export type SampledColumn = {
  readonly name: string;
  readonly index: number;
  /** What is meant by its name, whatever its dress: `Ext Id`, `ext_id` and `Ext_Id__c` are one. */
  readonly word: string;
  /** Its texts, row by row; absent and null cells are left out. */
  readonly texts: readonly string[];
  /** Every row of the sample has a text here, and no two the same. */
  readonly tellsRowsApart: boolean;
};

export function sampledColumns(columns: readonly string[], rows: readonly SourceRow[]): SampledColumn[] {
  const whole = rows.flatMap((row) => (row.kind === 'row' ? [row.cells] : []));
  return columns.map((name, index) => {
    const cells = whole.map((row) => row[index]);
    const texts = cells.filter((cell) => typeof cell === 'string' && cell.trim() !== '') as string[];
    const tellsRowsApart = texts.length > 0 && texts.length === cells.length && new Set(texts).size === texts.length;
    return { name, index, word: wordOf(name), texts, tellsRowsApart };
  });
}

export function wordOf(name: string): string {
  return coreOf(name.normalize('NFC').trim().toLowerCase());
}

/** Are the texts of this column Ids of Salesforce? Unknown (undefined) where the sample has none. */
export function holdsIds({ texts }: SampledColumn): boolean | undefined {
  return texts.length === 0 ? undefined : texts.every((text) => toId18(text) !== undefined);
}
