/** Status codes of checks made before sending; the org has none of these. */
export const localCodes = {
  /** the text cannot be what the field holds */
  invalidValue: 'LOCAL_INVALID_VALUE',
  /** the text is no Salesforce Id */
  badId: 'LOCAL_BAD_ID',
  /** the record has no usable key */
  missingKey: 'LOCAL_MISSING_KEY',
  /** the row cannot be read */
  brokenRow: 'LOCAL_BROKEN_ROW',
  /** a stored payload names a field that the object no longer has, or that may no longer be written */
  unknownField: 'LOCAL_UNKNOWN_FIELD',
} as const;

export type LocalCode = (typeof localCodes)[keyof typeof localCodes];

/** A text turned into what is sent, or the reason why it cannot be: the end of a sentence that begins with the value. */
export type Converted =
  | { readonly ok: true; readonly json: string; readonly value: string | number | boolean }
  | { readonly ok: false; readonly code: LocalCode; readonly reason: string };

export function textValue(text: string): Converted {
  return { ok: true, json: JSON.stringify(text), value: text };
}

export function refuse(reason: string, code: LocalCode = localCodes.invalidValue): Converted {
  return { ok: false, code, reason };
}
