/** One error of one record, as sObject Collections show it (facts 3.2). */
export type RecordError = {
  statusCode: string;
  message: string;
  fields: string[];
  /** only on DUPLICATES_DETECTED of a single record (facts 2.9) */
  duplicateResult?: unknown;
};

/** One error of a request or of a single-record call: the key is `errorCode` here (facts 2.6). */
export type RequestError = { errorCode: string; message: string; fields?: string[]; [extra: string]: unknown };

/** An answer that is not a success: status and body of the error answer. */
export class ApiError extends Error {
  public readonly status: number;
  public readonly errors: RequestError[];
  public readonly headers: Record<string, string>;

  public constructor(status: number, errors: RequestError[], headers: Record<string, string> = {}) {
    super(errors.map((error) => `${error.errorCode}: ${error.message}`).join('; '));
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  public static of(status: number, errorCode: string, message: string): ApiError {
    return new ApiError(status, [{ message, errorCode }]);
  }

  public static notFound(message = 'The requested resource does not exist'): ApiError {
    return ApiError.of(404, 'NOT_FOUND', message);
  }
}

export const recordError = (statusCode: string, message: string, fields: string[] = []): RecordError => ({
  statusCode,
  message,
  fields,
});

/** The same error in the form that single-record calls use. `duplicateResut` is misspelt by the API itself (facts 2.9). */
export const asRequestError = ({ statusCode, message, fields, duplicateResult }: RecordError): RequestError =>
  duplicateResult === undefined
    ? { message, errorCode: statusCode, fields }
    : { duplicateResut: duplicateResult, errorCode: statusCode, message };
