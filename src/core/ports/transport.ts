/** One call of the org's REST API; `path` is below `/services/data/vXX.X`. */
export type OrgRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * The wire to the org. Contract: one call is one request (P26: nothing is repeated but after a refresh of the login);
 * every request is counted (A1, P25); what comes back is the parsed body of an answer below 400.
 * @throws OrgFault for everything else
 */
export type OrgTransport = {
  /** As in URLs: `66.0`. */
  readonly apiVersion: string;
  /** Requests made so far. */
  readonly calls: () => number;
  request(request: OrgRequest): Promise<unknown>;
};
