/** How many API calls all clients of an org made in its last 24 hours, and how many it allows. */
export type OrgApiUsage = { readonly used: number; readonly max: number };

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
  /**
   * The org's own count by its newest answer, with what was sent since; undefined while no answer told it. Errs on the
   * high side: a request that was on its way at the time of that answer counts twice.
   */
  readonly orgUsage: () => OrgApiUsage | undefined;
  request(request: OrgRequest): Promise<unknown>;
};
