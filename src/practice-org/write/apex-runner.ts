import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import type { Row } from '../values.js';
import { ApexLimitError } from './apex-limits.js';
import type { Trigger, TriggerContext, TriggerEvent } from './automation.js';
import type { Change, WriteContext } from './change.js';

/** An unhandled exception of a trigger: every record of the chunk gets the same error (facts 3.4). */
export class ChunkFailure extends Error {
  public readonly error: RecordError;

  public constructor(error: RecordError) {
    super(error.message);
    this.error = error;
  }
}

const pascal = (event: TriggerEvent): string =>
  event.replace(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase());

/** The texts of facts 7.3: the limit form names no event, any other exception does. */
const failure = (trigger: Trigger, event: TriggerEvent, error: unknown): ChunkFailure => {
  if (error instanceof ApexLimitError) {
    const message = `${trigger.name}: ${error.name}: ${error.message}`;
    return new ChunkFailure(recordError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message));
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const cause = name === 'Error' ? `System.NullPointerException: ${message}` : `${name}: ${message}`;
  const text =
    `${trigger.name}: execution of ${pascal(event)}\n\ncaused by: ${cause}\n\n` +
    `Trigger.${trigger.name}: line 1, column 1`;
  return new ChunkFailure(recordError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', text));
};

const contextOf = ({ org, tx }: WriteContext, event: TriggerEvent, live: Change[]): TriggerContext => {
  const operation = live[0]?.operation ?? 'insert';
  const changeOf = new Map<Row, Change>();
  for (const change of live) {
    if (change.draft) changeOf.set(change.draft, change);
    if (change.old && operation === 'delete') changeOf.set(change.old, change);
  }
  return {
    event,
    isBefore: event.startsWith('before'),
    operation,
    new: operation === 'delete' ? [] : live.map(({ draft }) => draft ?? {}),
    old: live.map(({ old }) => old),
    statics: tx.statics,
    limits: tx.limits,
    userId: org.userId,
    query: (object, where = (): boolean => true) => {
      tx.limits.soql();
      return org.database.table(object).rows().filter(where);
    },
    addError: (record, message, field) => {
      const error = recordError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, field === undefined ? [] : [field]);
      changeOf.get(record)?.errors.push(error);
    },
  };
};

const DEFAULT_EVENTS: TriggerEvent[] = ['before insert', 'after insert', 'before update', 'after update'];

export const eventsOf = (trigger: Trigger): TriggerEvent[] => trigger.events ?? DEFAULT_EVENTS;

/**
 * Runs the active triggers of the chunk's object for one event.
 *
 * @throws ChunkFailure when a trigger throws
 */
export const runTriggers = (context: WriteContext, live: Change[], moment: 'before' | 'after'): void => {
  const first = live[0];
  if (!first) return;
  const event: TriggerEvent = `${moment} ${first.operation}`;
  for (const trigger of context.org.triggers.active(first.object.name)) {
    if (!eventsOf(trigger).includes(event)) continue;
    try {
      trigger.run(contextOf(context, event, live));
    } catch (error) {
      throw failure(trigger, event, error);
    }
  }
};
