import { resolveField } from './definitions.js';
import type { Field, ObjectDefinition } from './definitions.js';
import type { FieldValue, Row } from '../values.js';
import { withSystemFields } from './system-fields.js';

/** What the login user may do with an object. Not readable = the object does not exist for this user (facts 7.4). */
export type ObjectPermissions = { readable: boolean; createable: boolean; updateable: boolean; deletable: boolean };

const defaultOf = ({ type, defaultValue }: Field): FieldValue => defaultValue ?? (type === 'boolean' ? false : null);

/** One object as the login user sees it: definition, field-level security, object permissions. */
export class ObjectSchema {
  public readonly definition: ObjectDefinition;
  public readonly fields: Field[];
  public readonly permissions: ObjectPermissions;
  /** fields that a client has to fill; a checkbox is never empty */
  public readonly required: Field[];
  public readonly uniqueFields: Field[];
  /** formulas and compound names */
  public readonly derivedFields: Field[];
  public readonly autoNumbers: Field[];
  /** a new record before anything is set: every field with its default */
  public readonly defaults: Row;
  readonly #byName = new Map<string, Field>();
  readonly #byRelationship = new Map<string, Field>();
  readonly #hidden = new Set<string>();
  readonly #readOnly = new Set<string>();

  public constructor(definition: ObjectDefinition) {
    this.definition = definition;
    this.fields = withSystemFields(definition).map(resolveField);
    this.required = this.fields.filter(
      ({ nillable, createable, type }) => !nillable && createable && type !== 'boolean',
    );
    this.uniqueFields = this.fields.filter(({ unique }) => unique);
    this.derivedFields = this.fields.filter(({ formula, derived }) => formula !== undefined || derived !== undefined);
    this.autoNumbers = this.fields.filter(({ autoNumber }) => autoNumber !== undefined);
    this.defaults = Object.fromEntries(this.fields.map((field) => [field.name, defaultOf(field)]));
    this.permissions = {
      readable: definition.queryable ?? true,
      createable: definition.createable ?? true,
      updateable: definition.updateable ?? true,
      deletable: definition.deletable ?? true,
    };
    for (const field of this.fields) {
      this.#byName.set(field.name.toLowerCase(), field);
      if (field.relationshipName !== undefined) this.#byRelationship.set(field.relationshipName.toLowerCase(), field);
    }
  }

  public get name(): string {
    return this.definition.name;
  }

  public get label(): string {
    return this.definition.label ?? this.name.replace(/__c$/, '').replace(/_/g, ' ');
  }

  /** A field by API name in any case, whether or not the user may see it. */
  public field(name: string): Field | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** A field that the user may see. */
  public visible(name: string): Field | undefined {
    const field = this.field(name);
    return field && !this.#hidden.has(field.name) ? field : undefined;
  }

  /** The visible lookup field behind a relationship name such as `Parent` or `Invoice__r`. */
  public relationship(name: string): Field | undefined {
    const field = this.#byRelationship.get(name.toLowerCase());
    return field && !this.#hidden.has(field.name) ? field : undefined;
  }

  public get visibleFields(): Field[] {
    return this.fields.filter(({ name }) => !this.#hidden.has(name));
  }

  public isReadOnly(field: Field): boolean {
    return this.#readOnly.has(field.name);
  }

  public mayWrite(field: Field, operation: 'insert' | 'update'): boolean {
    return !this.isReadOnly(field) && (operation === 'insert' ? field.createable : field.updateable);
  }

  /** Sets field-level security of one field. @throws Error if the object has no such field */
  public secure(name: string, access: 'hidden' | 'readOnly' | 'editable'): void {
    const field = this.field(name);
    if (!field) throw new Error(`No field ${name} on ${this.name}`);
    this.#hidden.delete(field.name);
    this.#readOnly.delete(field.name);
    if (access === 'hidden') this.#hidden.add(field.name);
    if (access === 'readOnly') this.#readOnly.add(field.name);
  }
}

/** All objects of the org. Remembers when each last changed, to the second, for `Last-Modified` (facts 2.3). */
export class Schema {
  readonly #objects = new Map<string, ObjectSchema>();
  readonly #modified = new Map<string, number>();
  readonly #now: () => Date;

  public constructor(definitions: ObjectDefinition[], now: () => Date) {
    this.#now = now;
    for (const definition of definitions) this.set(definition);
  }

  /** Adds an object or replaces one. */
  public set(definition: ObjectDefinition): void {
    this.#objects.set(definition.name.toLowerCase(), new ObjectSchema(definition));
    this.touch(definition.name);
  }

  /** An object by API name in any case, whether or not the user may read it. */
  public object(name: string): ObjectSchema | undefined {
    return this.#objects.get(name.toLowerCase());
  }

  /** An object that the user may read. */
  public readable(name: string): ObjectSchema | undefined {
    const object = this.object(name);
    return object?.permissions.readable === true ? object : undefined;
  }

  /** @throws Error if the org has no such object */
  public require(name: string): ObjectSchema {
    const object = this.object(name);
    if (!object) throw new Error(`The practice org has no object ${name}`);
    return object;
  }

  public get all(): ObjectSchema[] {
    return [...this.#objects.values()];
  }

  public byKeyPrefix(id: string): ObjectSchema | undefined {
    return this.all.find(({ definition }) => id.startsWith(definition.keyPrefix));
  }

  /** Marks a change. Whole seconds are all an HTTP date can say, so a change always moves on by at least one. */
  public touch(name: string): void {
    const second = Math.floor(this.#now().getTime() / 1000);
    const key = name.toLowerCase();
    const before = this.#modified.get(key);
    this.#modified.set(key, before === undefined ? second : Math.max(second, before + 1));
  }

  /** @returns time of the last change, in whole seconds since the epoch; of any object if none is named */
  public lastModified(name?: string): number {
    if (name !== undefined) return this.#modified.get(name.toLowerCase()) ?? 0;
    return Math.max(0, ...this.#modified.values());
  }
}
