/** What a job will cost in API calls, about: records refused on the way and rows with one key twice cost more. */
export type CallEstimate = {
  /** Records in the source; an estimate unless the whole source was read. */
  records: number;
  recordsAreExact: boolean;
  /** Records in one request at most. */
  recordsPerRequest: number;
  /** Requests with records. */
  requests: number;
  /** Describes and the question for triggers, before the first record. */
  checks: number;
  total: number;
};

export function estimateCalls(
  records: { readonly count: number; readonly exact: boolean },
  size: { readonly batchSize: number; readonly collections: number },
  checks: number,
): CallEstimate {
  const recordsPerRequest = size.batchSize * size.collections;
  const requests = Math.ceil(records.count / recordsPerRequest);
  return {
    records: records.count,
    recordsAreExact: records.exact,
    recordsPerRequest,
    requests,
    checks,
    total: checks + requests,
  };
}

/** Records of a file, from the part of it that was read: its first `bytes` held `rows`. */
export function estimateRecords(rows: number, bytes: number, fileBytes: number): number {
  return bytes <= 0 ? rows : Math.max(rows, Math.round((rows * fileBytes) / bytes));
}
