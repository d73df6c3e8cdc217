import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import { converterOf } from '../mapping/convert.js';
import { isIdType } from '../mapping/canonical-key.js';
import { resolveTarget, type RelatedDescribe } from '../mapping/target.js';
import { holdsIds, wordOf, type SampledColumn } from './columns.js';
import { lookupKeys, lookupsOf, namesKey, namesParent, usualKey, type Lookup } from './lookup-keys.js';
import type { ColumnMatch, LeftOutColumn, LeftOutReason, MatchedBy } from './match.js';
import { nearestWord } from './nearest-word.js';

export type MatchInput = {
  readonly columns: readonly SampledColumn[];
  readonly describe: ObjectDescribe;
  readonly related: RelatedDescribe;
  /** What a person said: column (in lower case) to what it sets; null leaves it out. */
  readonly given: ReadonlyMap<string, string | null>;
  /** The job's external ID, where it is known already: parents are looked for by a key of the same name first. */
  readonly externalId: string | undefined;
};

export type Matched = { readonly matches: readonly ColumnMatch[]; readonly leftOut: readonly LeftOutColumn[] };

/**
 * Puts each column to the field that it most probably means; no field twice. The surest matches come first, so that a
 * misspelling never takes a field from the column that has its name.
 */
export function matchColumns(input: MatchInput): Matched {
  const matching = new Matching(input);
  matching.takeGiven();
  matching.pass('name', byName(input));
  matching.pass(
    'label',
    byText(input, (field, { name }) => sameText(field.label, name)),
  );
  matching.pass(
    'words',
    byText(input, (field, { word }) => word === wordOf(field.name) || word === wordOf(field.label)),
  );
  matching.pass('words', byNamedKey(input));
  matching.pass('relation', byParent(input));
  matching.pass('near', (column) => {
    const near = nearestWord(column, matching.freeFields());
    return near === undefined ? [] : [{ target: near.name, field: near }];
  });
  return matching.end();
}

/** `field` is the field of the job's object that is set, also by a relation. */
export type Option = { readonly target: string; readonly field: FieldDescribe };
/** A person may name what is not there: the checks of the mapping tell. */
type Named = Pick<Option, 'target'> & Partial<Option>;
type Finder = (column: SampledColumn) => readonly Option[];

class Matching {
  private readonly matches: ColumnMatch[] = [];
  private readonly leftOut = new Map<string, LeftOutColumn>();
  private readonly taken = new Set<string>();
  private readonly done = new Set<string>();

  public constructor(private readonly input: MatchInput) {}

  public takeGiven(): void {
    for (const column of this.input.columns) {
      const target = this.input.given.get(column.name.toLowerCase());
      if (target === undefined) continue;
      if (target === null) this.leave(column, 'left-out', []);
      else this.take(column, optionOf(target, this.input.describe, this.input.related) ?? { target }, 'given');
      this.done.add(column.name);
    }
  }

  /** One way of matching, for all columns that are still open. */
  public pass(by: MatchedBy, find: Finder): void {
    for (const column of this.input.columns) {
      if (this.done.has(column.name)) continue;
      const options = find(column);
      const names = options.map(({ target }) => target);
      const [option, second] = options.filter(({ field }) => !this.taken.has(field.name));
      if (option === undefined) {
        if (names.length > 0) this.leave(column, 'taken', names);
      } else if (second !== undefined) this.leave(column, 'ambiguous', names);
      else this.tryOption(column, option, by);
    }
  }

  /** Fields that no column sets yet and that can be written. */
  public freeFields(): FieldDescribe[] {
    return this.input.describe.fields.filter((field) => isWritable(field) && !this.taken.has(field.name));
  }

  public end(): Matched {
    const order = this.input.columns.map(({ name }) => name);
    const place = ({ column }: { column: string }): number => order.indexOf(column);
    for (const column of this.input.columns) {
      if (!this.done.has(column.name) && !this.leftOut.has(column.name)) this.leave(column, 'no-field', []);
    }
    return {
      matches: this.matches.toSorted((a, b) => place(a) - place(b)),
      leftOut: [...this.leftOut.values()].toSorted((a, b) => place(a) - place(b)),
    };
  }

  private tryOption(column: SampledColumn, option: Option, by: MatchedBy): void {
    const reason = whyNot(column, option, by);
    if (reason === undefined) this.take(column, option, by);
    else {
      this.leave(column, reason, reason === 'salesforce-id' ? [] : [option.target]);
      // Its name is this field's: another way of matching would only be worse.
      if (reason === 'not-writable' || reason === 'salesforce-id') this.done.add(column.name);
    }
  }

  private take(column: SampledColumn, { target, field }: Named, by: MatchedBy): void {
    this.matches.push({ column: column.name, target, by });
    if (field !== undefined) this.taken.add(field.name);
    this.leftOut.delete(column.name);
    this.done.add(column.name);
  }

  /** The first reason stays: it comes from the surest way of matching. */
  private leave(column: SampledColumn, reason: LeftOutReason, candidates: readonly string[]): void {
    if (!this.leftOut.has(column.name)) this.leftOut.set(column.name, { column: column.name, reason, candidates });
  }
}

function byName({ describe, related }: MatchInput): Finder {
  return (column) => {
    const option = optionOf(column.name, describe, related);
    return option === undefined ? [] : [option];
  };
}

/** What a name sets, spelt as the org spells it; undefined: nothing. */
export function optionOf(name: string, describe: ObjectDescribe, related: RelatedDescribe): Option | undefined {
  const resolved = resolveTarget(name, describe, related);
  if ('problem' in resolved) return undefined;
  const { field, valueField, relation } = resolved.target;
  return { target: relation === undefined ? field.name : `${relation.name}.${valueField.name}`, field };
}

function byText({ describe }: MatchInput, fits: (field: FieldDescribe, column: SampledColumn) => boolean): Finder {
  return (column) => {
    const fields = describe.fields.filter((field) => fits(field, column));
    const writable = fields.filter(isWritable);
    return (writable.length > 0 ? writable : fields).map((field) => ({ target: field.name, field }));
  };
}

function byNamedKey({ describe, related }: MatchInput): Finder {
  const keys = lookupsOf(describe).flatMap((lookup) => lookupKeys(lookup, describe, related));
  return ({ word }) =>
    keys.filter((key) => namesKey(word, key)).map(({ target, lookup }) => ({ target, field: lookup.field }));
}

function byParent({ describe, related, externalId }: MatchInput): Finder {
  const lookups = lookupsOf(describe);
  const target = (lookup: Lookup): Option[] => {
    const key = usualKey(lookupKeys(lookup, describe, related), externalId);
    return key === undefined ? [] : [{ target: key.target, field: lookup.field }];
  };
  return (column) => {
    // Ids belong into the lookup field itself.
    if (holdsIds(column) !== false) return [];
    return lookups.filter((lookup) => namesParent(column.word, lookup)).flatMap(target);
  };
}

function whyNot(column: SampledColumn, { target, field }: Option, by: MatchedBy): LeftOutReason | undefined {
  if (field.type === 'id') return 'salesforce-id';
  if (!isWritable(field)) return 'not-writable';
  if (target.includes('.')) return undefined;
  if (isIdType(field.type) && holdsIds(column) === false) return 'lookup-without-key';
  return by === 'near' && !valuesFit(column, field) ? 'values-do-not-fit' : undefined;
}

/** A misspelling is believed only if the field can hold what stands in the column. */
function valuesFit({ texts }: SampledColumn, field: FieldDescribe): boolean {
  const convert = converterOf(field);
  return texts.every((text) => convert(text).ok);
}

function isWritable(field: FieldDescribe): boolean {
  return field.createable || field.updateable;
}

function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
