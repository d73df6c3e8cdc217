import { refuse, textValue } from './converted.js';
import type { Converted } from './converted.js';

const dateText = /^(\d{4})-(\d{2})-(\d{2})$/;
const dateTimeText =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)? ?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;
/** What the API takes as it is (API 2.7); its own answers write the offset without colon. */
const apiDateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?(?:Z|[+-]\d{2}:?\d{2})$/;
const timeText = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)? ?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;
const apiTime = /^\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** A calendar day. No time zone is ever applied to it (P12): the text is checked and passed on, never computed with. */
export function convertDate(text: string): Converted {
  const day = text.trim();
  const match = dateText.exec(day);
  if (match !== null) {
    return isRealDay(match[1]!, match[2]!, match[3]!) ? textValue(day) : refuse('is not a day of the calendar');
  }
  if (dateTimeText.test(day)) {
    return refuse(
      'has a time, and the field takes a day; give the day alone, as yyyy-MM-dd, so that no time zone can move it',
    );
  }
  return refuse('is not a date; write it as yyyy-MM-dd, for instance 2026-01-31');
}

/**
 * A moment. It needs an offset or `Z`: without one it would depend on the zone of some machine (P12). Passed on as
 * written where the API takes it; else written the API's way without moving it (`T` for a space, seconds `00`, three
 * digits of milliseconds: what is finer is cut, the org stores whole seconds).
 */
export function convertDateTime(text: string): Converted {
  const moment = text.trim();
  const match = dateTimeText.exec(moment);
  if (match === null) {
    return dateText.test(moment)
      ? refuse('has no time; write it as yyyy-MM-ddTHH:mm:ssZ, for instance 2026-01-31T09:30:00Z')
      : refuse('is not a date with time; write it as yyyy-MM-ddTHH:mm:ssZ, for instance 2026-01-31T09:30:00Z');
  }
  const [, year, month, day, hour, minute, second = '00', fraction, zone] = match;
  if (!isRealDay(year!, month!, day!)) return refuse('is not a day of the calendar');
  if (!isRealTime(hour!, minute!, second)) return refuse('is not a time of the day');
  if (zone === undefined) {
    return refuse(
      'has no time zone; add Z for UTC or an offset such as +02:00, for instance 2026-01-31T09:30:00+02:00',
    );
  }
  if (!isRealOffset(zone)) return refuse('has an offset that no time zone has');
  if (apiDateTime.test(moment)) return textValue(moment);
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.toUpperCase();
  return textValue(`${year}-${month}-${day}T${hour}:${minute}:${second}${milliseconds(fraction)}${offset}`);
}

/** A time of the day. The API writes it with `Z` though it belongs to no zone; an offset would move it, so none is taken. */
export function convertTime(text: string): Converted {
  const time = text.trim();
  const match = timeText.exec(time);
  if (match === null) return refuse('is not a time of the day; write it as HH:mm:ss, for instance 09:30:00');
  const [, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  if (!isRealTime(hour!, minute!, second)) return refuse('is not a time of the day');
  if (!/^(?:[Zz]|[+-]00(?::?00)?)$/.test(zone))
    return refuse('has an offset, and a time of the day belongs to no time zone');
  return textValue(apiTime.test(time) ? time : `${hour}:${minute}:${second}${milliseconds(fraction)}Z`);
}

function milliseconds(fraction: string | undefined): string {
  return fraction === undefined ? '' : `.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

function isRealDay(yearText: string, monthText: string, dayText: string): boolean {
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)];
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

function isRealTime(hour: string, minute: string, second: string): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

function isRealOffset(zone: string): boolean {
  if (zone === 'Z' || zone === 'z') return true;
  return Number(zone.slice(1, 3)) <= 14 && Number(zone.slice(3).replace(':', '')) < 60;
}
