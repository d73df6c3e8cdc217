import { looksLikeReference, type EncodedRecord, type PreparedRecord } from '../record.js';

/** At most this many bytes of JSON in one request (design.md 2). */
export const windowBytes = 8 * 1024 * 1024;

/**
 * The records of one request, in source order, with the refused ones in their places. `ended` says that the source
 * has nothing behind it.
 */
export type Window = { readonly entries: readonly EncodedRecord[]; readonly ended: boolean };

export type WindowLimits = {
  /** Records in one window, at most. */
  readonly records: () => number;
  /** Records in a window that must go out as one collection: a value in it looks like a Composite reference. */
  readonly collection: number;
  /** Pause on: a window ends behind a record that was refused before sending, for the job will stay on it. */
  readonly endAtRefused: boolean;
};

export function isPrepared(entry: EncodedRecord): entry is PreparedRecord {
  return entry.kind === 'prepared';
}

/** UTF-8 length of a text, without making the bytes. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

/**
 * Cuts encoded records into windows (design.md 2): no key twice (P15), at most 8 MB of JSON, and a window ends before
 * a record whose self-lookup names a key in it, since the parent must be there before the call (API 3.6). A record that
 * was refused before sending has its key too: what becomes of a key is told in source order, one commit after the other.
 */
export class WindowBuilder {
  private held: EncodedRecord | undefined;
  private ended = false;

  public constructor(
    private readonly records: AsyncIterator<EncodedRecord>,
    private readonly limits: WindowLimits,
  ) {}

  /** The next window; an empty one with `ended` when nothing is left. */
  public async next(): Promise<Window> {
    const entries: EncodedRecord[] = [];
    const keys = new Set<string>();
    let most = Math.max(1, this.limits.records());
    let bytes = 0;
    while (entries.length < most) {
      const entry = this.held ?? (await this.pull());
      if (entry === undefined) break;
      this.held = undefined;
      if (clashes(entry, keys)) {
        this.held = entry;
        break;
      }
      if (isPrepared(entry)) {
        const size = utf8Length(entry.json);
        if (entries.length > 0 && bytes + size > windowBytes) {
          this.held = entry;
          break;
        }
        if (looksLikeReference(entry)) {
          most = Math.min(most, this.limits.collection);
          if (entries.length >= most) {
            this.held = entry;
            break;
          }
        }
        bytes += size;
      }
      keys.add(windowKey(entry.key.canonical));
      entries.push(entry);
      if (!isPrepared(entry) && this.limits.endAtRefused) break;
    }
    return { entries, ended: this.ended && this.held === undefined };
  }

  private async pull(): Promise<EncodedRecord | undefined> {
    if (this.ended) return undefined;
    const next = await this.records.next();
    if (next.done === true) {
      this.ended = true;
      return undefined;
    }
    return next.value;
  }
}

function clashes(record: EncodedRecord, keys: ReadonlySet<string>): boolean {
  const named = isPrepared(record) ? record.selfLookupKeys : [];
  return [record.key.canonical, ...named].some((key) => keys.has(windowKey(key)));
}

/** Keys that differ only in case never share a request, whether or not the org tells them apart: it costs little. */
function windowKey(canonical: string): string {
  return canonical.toLowerCase();
}
