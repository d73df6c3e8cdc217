/** Dates and times as the wire has them (facts 2.7). */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3}))?Z?$/;

/** A calendar date, unchanged, or undefined: no offset, no time. */
export const readDate = (text: string): string | undefined => {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1700 ? text : undefined;
};

/** `2026-01-02T21:33:43.000+0000`: UTC and whole seconds, the form of every answer. */
export const formatDateTime = (date: Date): string => `${date.toISOString().slice(0, 19)}.000+0000`;

/** A date-time with an offset in the org's form, or undefined. */
export const readDateTime = (text: string): string | undefined => {
  const match = DATE_TIME.exec(text);
  if (!match || readDate(match[1] ?? '') === undefined) return undefined;
  if (Number(match[2]) > 23 || Number(match[3]) > 59 || Number(match[4]) > 59) return undefined;
  const offset = (match[5] ?? 'Z').replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const date = new Date(`${match[1]}T${match[2]}:${match[3]}:${match[4]}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : formatDateTime(date);
};

/** A time of day as `21:33:43.000Z`, or undefined. */
export const readTime = (text: string): string | undefined => {
  const match = TIME.exec(text);
  if (!match || Number(match[1]) > 23 || Number(match[2]) > 59 || Number(match[3]) > 59) return undefined;
  return `${match[1]}:${match[2]}:${match[3]}.${match[4] ?? '000'}Z`;
};
