/** The org's own count of API calls in the last 24 hours, from an answer's header (API 2.5). */
export type LimitInfo = { readonly used: number; readonly max: number };

/** `api-usage=18/15000; per-app-api-usage=17/250(appName=x)` */
export function readLimitInfo(header: string | undefined): LimitInfo | undefined {
  const parts = /(?:^|[\s;,])api-usage=(\d+)\/(\d+)/.exec(header ?? '');
  return parts === null ? undefined : { used: Number(parts[1]), max: Number(parts[2]) };
}
