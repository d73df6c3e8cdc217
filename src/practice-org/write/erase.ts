import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { Row } from '../values.js';
import type { WriteContext } from './change.js';

type Child = { object: ObjectSchema; field: Field; row: Row };

const childrenOf = ({ org }: WriteContext, object: ObjectSchema, ids: ReadonlySet<string>): Child[] =>
  org.schema.all.flatMap((child) =>
    child.fields
      .filter(({ referenceTo }) => referenceTo.includes(object.name))
      .flatMap((field) =>
        org.database
          .table(child.name)
          .rows()
          .filter((row) => ids.has(String(row[field.name])))
          .map((row) => ({ object: child, field, row })),
      ),
  );

/** Deletes rows and what hangs on them: details go too, lookups are cleared. No triggers run on those. */
export const erase = (context: WriteContext, object: ObjectSchema, ids: ReadonlySet<string>): void => {
  const children = childrenOf(context, object, ids);
  const table = context.org.database.table(object.name);
  for (const id of ids) context.tx.remove(table, id);
  const cascaded = new Map<ObjectSchema, Set<string>>();
  for (const { object: child, field, row } of children) {
    const rows = context.org.database.table(child.name);
    const id = String(row.Id);
    if (field.masterDetail !== undefined || field.cascadeDelete === true) {
      cascaded.set(child, (cascaded.get(child) ?? new Set<string>()).add(id));
    } else if (rows.get(id)) {
      context.tx.put(rows, Object.freeze({ ...(rows.get(id) ?? row), [field.name]: null }));
    }
  }
  for (const [child, childIds] of cascaded) erase(context, child, childIds);
};
