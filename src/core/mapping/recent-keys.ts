/** A window holds at most 5 × 200 records (API 3.1, 4.1), so what lies further back is in an earlier one. */
const windowRecords = 1000;

/**
 * The other key fields of the last records, to find which of them a self-lookup by such a field names. A parent that
 * is further back is in an earlier window, and one that no record of this file gave its key is in the org already:
 * neither has to end a window. Bounded, so memory does not grow with the file.
 */
export class RecentKeys {
  private readonly owners = new Map<string, string>();

  /** @param fields how many key fields of a record are remembered */
  public constructor(private readonly fields: number) {}

  public add(field: string, canonical: string, ownerKey: string): void {
    const name = nameOf(field, canonical);
    // Deleted first, so that the Map's order is the order of the newest use.
    this.owners.delete(name);
    this.owners.set(name, ownerKey);
    if (this.owners.size > this.fields * windowRecords) this.forgetOldest();
  }

  /** Canonical key of the newest record that has this value in this field. */
  public find(field: string, canonical: string): string | undefined {
    return this.owners.get(nameOf(field, canonical));
  }

  private forgetOldest(): void {
    const oldest = this.owners.keys().next();
    if (oldest.done !== true) this.owners.delete(oldest.value);
  }
}

function nameOf(field: string, canonical: string): string {
  return `${field}=${canonical}`;
}
