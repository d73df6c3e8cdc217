import type { JobLedger, Ledger, LedgerChange } from '../../../src/core/ports/ledger.js';
import { LedgerFault } from '../../../src/core/ports/ledger.js';
import type { Death } from './steps.js';

/** The process is gone: whatever it asks of the ledger from then on does not happen. */
class Dead extends Error {}

/**
 * A ledger whose process dies at a commit, before it (the org has answered, the ledger knows nothing) or right after,
 * or that cannot write once.
 */
export class MortalLedger implements Ledger {
  public readonly name: string;
  /** What was done of the deaths asked for. */
  public died = false;
  private commits = 0;
  private readonly held: JobLedger[] = [];

  public constructor(
    private readonly inner: Ledger,
    private readonly death: Death | undefined,
    private readonly onDeath: () => Promise<void> | void,
  ) {
    this.name = inner.name;
  }

  public read() {
    return this.inner.read();
  }

  public updateSettings(change: Parameters<Ledger['updateSettings']>[0]) {
    return this.inner.updateSettings(change);
  }

  public addApiCalls(...args: Parameters<Ledger['addApiCalls']>) {
    return this.inner.addApiCalls(...args);
  }

  public holders() {
    return this.inner.holders();
  }

  public async openJob(...args: Parameters<Ledger['openJob']>): Promise<JobLedger> {
    const job = await this.inner.openJob(...args);
    this.held.push(job);
    return {
      id: job.id,
      job: () => job.job(),
      openError: (key) => job.openError(key),
      exportError: (id) => job.exportError(id),
      openErrors: () => job.openErrors(),
      openErrorsOfOrg: () => job.openErrorsOfOrg(),
      assertHeld: async () => {
        this.assertAlive();
        await job.assertHeld();
      },
      commit: (change) => this.commit(job, change),
      adopt: (name) => job.adopt(name),
      close: async () => {
        this.assertAlive();
        await job.close();
      },
    };
  }

  /** The dead process's lease is given back. */
  public async bury(): Promise<void> {
    for (const job of this.held) await job.close();
  }

  private async commit(job: JobLedger, change: LedgerChange): Promise<void> {
    this.assertAlive();
    this.commits += 1;
    if (this.commits !== this.death?.at) return job.commit(change);
    if (this.death.how === 'after') await job.commit(change);
    await this.onDeath();
    if (this.death.how === 'fault') throw new LedgerFault('not-writable', 'No.', { path: this.name });
    this.died = true;
    throw new Dead('killed');
  }

  private assertAlive(): void {
    if (this.died) throw new Dead('killed');
  }
}
