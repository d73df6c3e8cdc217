/** The highest of the API versions that an org lists at `/services/data` (API 2.1); undefined: it is no such list. */
export function newestVersion(answer: unknown): string | undefined {
  if (!Array.isArray(answer)) return undefined;
  const versions = answer.flatMap((entry: unknown) => {
    const version: unknown = typeof entry === 'object' && entry !== null && 'version' in entry ? entry.version : '';
    return typeof version === 'string' && /^\d+\.0$/.test(version) ? [version] : [];
  });
  return versions.sort((one, other) => Number(one) - Number(other)).at(-1);
}
