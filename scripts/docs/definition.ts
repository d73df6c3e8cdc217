import { z } from 'zod';
import { definitionSchema } from '../../src/jobs/definition-schema.js';
import { table } from './markdown.js';

/** The part of JSON Schema that zod makes of the definition. */
type Schema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
};

export function definitionPage(): string {
  const whole = z.toJSONSchema(definitionSchema, { io: 'input' }) as Schema;
  const job = inside(whole, 'jobs').items!;
  const entries = inside(job, 'mapping').additionalProperties as Schema;
  const [, column, constant] = entries.anyOf ?? [];
  return `# The definition file

Jobs stand in a JSON file, \`crm-export.json\` in the current folder or in the root of the DX project; \`--definition-file\` names another one. \`sf crm-export job generate\` writes it from a CSV file and an object, \`sf crm-export job validate\` checks it against an org.

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

An editor completes the file and checks it as you type when \`"$schema"\` names [crm-export.schema.json](../definition-schema/crm-export.schema.json).

## A job

${keys(job)}

All jobs are checked before the first record of any is sent; one that is wrong means that nothing is sent. They run in the order of the file.

## source

${keys(inside(job, 'source'))}

A CSV file is UTF-8, with a header; columns match in upper and lower case. A cell has one of three states: _absent_ leaves the field as it is, _null_ clears it, anything else is a value.

## mapping

${inside(job, 'mapping').description ?? ''} Then a column that is no field is an error; with a mapping, columns that it does not name are ignored.

Each entry is a field, or \`Relation.Field__c\` for a lookup by the external ID of the parent (\`Parent.Ext_Id__c\`, \`Account__r.Ext_Id__c\`), and one of:

- the name of a column: \`"Name": "company"\`
- a column with more to it: \`"Industry": { "column": "industry", "values": { "tech": "Technology" } }\`

${keys(column!)}

- a constant: \`"Rating": { "constant": "Hot" }\`

${keys(constant!)}

## settings

What each of them does, and where else it can be set, is in [settings.md](settings.md).

${keys(inside(job, 'settings'))}
`;
}

const example = {
  jobs: [
    {
      name: 'accounts',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: 'data/accounts.csv' },
      mapping: {
        Ext_Id__c: 'id',
        Name: 'company',
        Industry: { column: 'industry', values: { tech: 'Technology' } },
        Rating: { constant: 'Hot' },
        'Parent.Ext_Id__c': 'parent_id',
      },
    },
    {
      name: 'contacts',
      object: 'Contact',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: 'data/contacts.csv', delimiter: ';' },
      after: ['accounts'],
      settings: { 'pause-on-export-errors': false },
    },
  ],
};
// The page must not show what the program refuses.
definitionSchema.parse(example);

function inside(schema: Schema, key: string): Schema {
  const found = schema.properties?.[key];
  if (found === undefined) throw new Error(`The definition has no "${key}" any more: mend scripts/docs/definition.ts.`);
  return found;
}

/** The keys of an object, as a table. */
function keys({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([key, value]) => {
    const needed = required.includes(key) ? 'yes' : '';
    const fallback = value.default === undefined ? '' : ` Default: \`${JSON.stringify(value.default)}\`.`;
    return [`\`${key}\``, valuesOf(value), needed, `${value.description ?? ''}${fallback}`];
  });
  return table(['key', 'value', 'needed', 'meaning'], rows);
}

function valuesOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(valuesOf))].join(' or ');
  if (schema.type === 'integer') return `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'array') return `list of ${valuesOf(schema.items ?? {})}`;
  const types = [schema.type ?? []].flat();
  return types.map((type) => typeWords[type] ?? type).join(', ');
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  number: 'number',
  object: 'object',
};
