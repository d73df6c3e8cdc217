/*
 * Table 4.1 of the design, the life of an ExportError, line by line over real HTTP. Not here: insert (not built yet), and
 *
 * | cell                                                              | is tested in                                          |
 * |-------------------------------------------------------------------|-------------------------------------------------------|
 * | opened: every field, 32 KB, secrets                               | run-log: L1 E1 E2 X1 S1 K1                            |
 * | refused twice in one run: one attempt (H3)                        | run-log: E1 R3; unit error-life                       |
 * | admin: asking, reasons, several rows, busy jobs                   | commands-errors-admin                                 |
 * | admin: requeued, retried again                                    | commands-errors-admin: a quarantined record comes back |
 * | discarding the row a job is paused on                             | commands-errors-admin: refused, skip is named         |
 * | skip, skip --discard                                              | run-source, job-states, commands-errors               |
 */
import { expect } from 'chai';
import type { ExportError } from '../../src/core/export-error.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { jobOf, JobDesk, logs, retryOf, type Ended, type JobParts } from '../support/job-desk.js';

const header = 'Ext_Id__c,Name,Phone,Industry,Customer_Since__c';
const rule = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';

const codes = ({ errors }: ExportError): string[] => errors.map(({ statusCode }) => statusCode);
const messages = ({ errors }: ExportError): string[] => errors.map(({ message }) => message);

/** Jobs by name, and the lines of their files; a `%` stands for the name. */
type Files = Readonly<Record<string, readonly string[]>>;

async function write(desk: JobDesk, files: Files): Promise<void> {
  for (const [job, lines] of Object.entries(files)) {
    await desk.rows(
      job,
      lines.map((line) => line.replaceAll('%', job)),
      header,
    );
  }
}

const named = (files: Files): string[] => Object.keys(files).flatMap((job) => ['--job', job]);
const jobs = (files: Files, parts: JobParts): Record<string, JobParts> =>
  Object.fromEntries(Object.keys(files).map((job) => [job, parts]));

async function only(desk: JobDesk, job: string): Promise<ExportError> {
  const errors = await desk.errors(job);
  expect(errors, job).to.have.lengthOf(1);
  return errors[0]!;
}

const good = '%-1,Good,,,';
const bad = '%-2,BAD,1,,';

describe('4.1 the life of an ExportError: jobs that log', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  let opened: Ended<RunResult>;
  let ran: Ended<RunResult>;
  let retried: Ended<RetryResult>;
  let anew: Ended<RunResult>;
  let stood: Map<string, ExportError>;
  const closed: Record<string, ExportError> = {};
  let sentByRetry: unknown[];

  const atFirst: Files = {
    ORG: [good, bad],
    LOCAL: [good, '%-2,Good,1,,yesterday'],
    RUN: [good, bad],
    RUNLOCAL: [good, bad],
    RETRY: [good, bad],
    RETRYLOCAL: [good, bad],
    MAX: [good, bad],
    QRUN: [good, bad],
    QRUNLOCAL: [good, bad],
    QLEFT: [good, bad],
    OKRUN: [good, bad],
    OKRETRY: [good, bad],
    QOK: [good, bad],
    PART: [good, '%-2,BAD,1,Banking,'],
    ALL: [good, bad],
    QPART: [good, '%-2,BAD,1,Banking,'],
    QALL: [good, bad],
    RESOLVED: [good, bad],
    SUPERSEDED: [good, bad],
    DISCARDED: [good, bad],
  };
  /** Before the second run: newer rows of the refused keys, or the refused row itself mended. */
  const worse = '%-2,WORSE,,Banking,';
  const thenRun: Files = {
    RUN: [good, bad, worse],
    RUNLOCAL: [good, bad, '%-2,,,Banking,yesterday'],
    QRUN: [good, bad, worse],
    QRUNLOCAL: [good, bad, '%-2,,,Banking,yesterday'],
    OKRUN: [good, '%-2,Mended,1,,'],
    QOK: [good, '%-2,Mended,1,,'],
    PART: [good, '%-2,BAD,1,Banking,', '%-2,Newer,2,,'],
    ALL: [good, bad, '%-2,Newer,2,Other,'],
    QPART: [good, '%-2,BAD,1,Banking,', '%-2,Newer,2,,'],
    QALL: [good, bad, '%-2,Newer,2,Other,'],
    RESOLVED: [good, '%-2,Mended,1,,'],
    SUPERSEDED: [good, bad, '%-2,Newer,2,Other,'],
  };
  const thenRetry: Files = {
    RETRY: [good, worse],
    RETRYLOCAL: [good, '%-2,,,Banking,yesterday'],
    MAX: [good, bad],
    QLEFT: [good, '%-2,Mended,1,,'],
    OKRETRY: [good, '%-2,Mended,1,,'],
  };
  /** Keys that fail anew; a run that refuses what a retry refused before. */
  const thenAnew: Files = {
    MAX: [good, bad, '%-2,WORSE,,,'],
    RESOLVED: [good, '%-2,Mended,1,,', worse],
    SUPERSEDED: [good, bad, '%-2,Newer,2,Other,', worse],
    DISCARDED: [good, bad, worse],
  };

  before(async () => {
    desk = await JobDesk.create('BAD', 'WORSE');
    await desk.define(jobs(atFirst, logs));
    await write(desk, atFirst);
    await desk.admin.json('settings', 'set', 'retry-max-attempts', '2', ...desk.admin.orgFlags);
    opened = await desk.run();
    const idOf = async (job: string): Promise<string[]> => ['--id', (await only(desk, job)).id];
    const away = await Promise.all(['QRUN', 'QRUNLOCAL', 'QLEFT', 'QOK', 'QPART', 'QALL'].map(idOf));
    await desk.decide('errors', 'quarantine', ...away.flat());
    await desk.decide('errors', 'discard', ...(await idOf('DISCARDED')));
    stood = new Map((await desk.admin.exportErrors()).map((error) => [error.job, error]));

    await write(desk, thenRun);
    ran = await desk.run(...named(thenRun));
    await write(desk, thenRetry);
    retried = await desk.retry(...named(thenRetry));
    sentByRetry = Object.keys(thenRetry).flatMap((job) => desk.sent(job));
    for (const job of ['RESOLVED', 'SUPERSEDED', 'DISCARDED']) closed[job] = await only(desk, job);
    await write(desk, thenAnew);
    anew = await desk.run(...named(thenAnew));
  });
  after(() => desk.admin.end());

  it('X1 what the commands ended with', () => {
    expect(opened.code, opened.stdout).to.equal(68);
    expect(ran.code, ran.stdout).to.equal(68);
    expect(retried.code, retried.stdout).to.equal(68);
    expect(anew.code, anew.stdout).to.equal(68);
  });

  it('4.1 -, record refused by the org: pending, attempts 1', async () => {
    const error = await only(desk, 'ORG');
    expect(error).to.deep.include({ status: 'pending', attempts: 1, retries: 0, row: 2, line: 3, key: 'ORG-2' });
    expect(error).to.deep.include({ payload: { Ext_Id__c: 'ORG-2', Name: 'BAD', Phone: '1' }, settledAt: null });
    expect(codes(error)).to.deep.equal([rule]);
  });

  it('4.1 -, record refused before sending: pending, attempts 1', async () => {
    const error = await only(desk, 'LOCAL');
    expect(error).to.include({ status: 'pending', attempts: 1, retries: 0, row: 2, category: 'data' });
    expect(codes(error)).to.deep.equal(['LOCAL_INVALID_VALUE']);
    expect(desk.written('LOCAL')).to.deep.equal(['LOCAL-1']);
  });

  it('4.1 pending, refused again by run: the same row, attempts + 1, retries as before, payload merged, newest errors and position', async () => {
    const error = await only(desk, 'RUN');
    expect(error.id).to.equal(stood.get('RUN')!.id);
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 0, row: 3, line: 4 });
    expect(messages(error)).to.deep.equal(['WORSE is not a name']);
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'RUN-2', Name: 'WORSE', Phone: '1', Industry: 'Banking' });
    expect(error.firstFailedAt).to.equal(stood.get('RUN')!.firstFailedAt);
    expect(error.lastFailedAt > error.firstFailedAt).to.equal(true);
  });

  it('4.1 pending, refused again by run, before sending: the same row, attempts + 1, newest errors and position', async () => {
    const error = await only(desk, 'RUNLOCAL');
    expect(error.id).to.equal(stood.get('RUNLOCAL')!.id);
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 0, row: 3 });
    expect(codes(error)).to.deep.equal(['LOCAL_INVALID_VALUE']);
    expect(error.payload).to.include({ Name: 'BAD', Phone: '1', Industry: 'Banking' });
  });

  it('4.1 pending, refused again by retry: attempts + 1, retries + 1, payload merged, newest errors', async () => {
    const error = await only(desk, 'RETRY');
    expect(error.id).to.equal(stood.get('RETRY')!.id);
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 1, row: 2 });
    expect(messages(error)).to.deep.equal(['WORSE is not a name']);
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'RETRY-2', Name: 'WORSE', Phone: '1', Industry: 'Banking' });
    expect(retryOf(retried, 'RETRY')).to.include({ attempted: 1, stillFailing: 1, resolved: 0, quarantined: 0 });
  });

  it('4.1 pending, refused again by retry, before sending: attempts + 1, retries + 1, newest errors, nothing sent', async () => {
    const error = await only(desk, 'RETRYLOCAL');
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 1 });
    expect(codes(error)).to.deep.equal(['LOCAL_INVALID_VALUE']);
    expect(sentByRetry.flat()).to.not.include('RETRYLOCAL-2');
    expect(retryOf(retried, 'RETRYLOCAL')).to.include({ attempted: 1, stillFailing: 1 });
  });

  it('4.1 quarantined, refused again in a run: quarantined, attempts + 1, payload merged, newest errors and position', async () => {
    const error = await only(desk, 'QRUN');
    expect(error).to.include({ status: 'quarantined', attempts: 2, retries: 0, row: 3, settledAt: null });
    expect(messages(error)).to.deep.equal(['WORSE is not a name']);
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'QRUN-2', Name: 'WORSE', Phone: '1', Industry: 'Banking' });
    expect(error.note).to.match(/^Quarantined by .+: told so$/);
  });

  it('4.1 quarantined, refused again in a run, before sending: quarantined, attempts + 1, newest errors', async () => {
    const error = await only(desk, 'QRUNLOCAL');
    expect(error).to.include({ status: 'quarantined', attempts: 2, retries: 0, row: 3 });
    expect(codes(error)).to.deep.equal(['LOCAL_INVALID_VALUE']);
  });

  it('4.1 quarantined, retry: left alone, though it would be accepted', async () => {
    expect(await only(desk, 'QLEFT')).to.deep.equal(stood.get('QLEFT'));
    expect(desk.account('QLEFT-2')).to.equal(undefined);
    expect(retried.output.result.jobs.map(({ job }) => job)).to.not.include('QLEFT');
  });

  it('4.1 pending, this record accepted by a run: resolved', async () => {
    const error = await only(desk, 'OKRUN');
    expect(error).to.include({ status: 'resolved', attempts: 1, recordId: desk.account('OKRUN-2')?.['Id'] });
    expect(error.settledAt).to.match(/Z$/);
  });

  it('4.1 pending, this record accepted by retry: resolved', async () => {
    const error = await only(desk, 'OKRETRY');
    expect(error).to.include({ status: 'resolved', attempts: 1, recordId: desk.account('OKRETRY-2')?.['Id'] });
    expect(desk.account('OKRETRY-2')).to.include({ Name: 'Mended', Phone: '1' });
    expect(retryOf(retried, 'OKRETRY')).to.include({ attempted: 1, resolved: 1, status: 'completed' });
  });

  it('4.1 quarantined, this record accepted by a run: resolved', async () => {
    const error = await only(desk, 'QOK');
    expect(error).to.include({ status: 'resolved', attempts: 1, recordId: desk.account('QOK-2')?.['Id'] });
  });

  it('4.1 pending, newer version of the key accepted: the fields it set are taken out, the rest stays pending', async () => {
    const error = await only(desk, 'PART');
    expect(error).to.include({ status: 'pending', attempts: 1, row: 2 });
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'PART-2', Industry: 'Banking' });
  });

  it('4.1 pending, newer version of the key accepted, nothing left: superseded', async () => {
    expect(await only(desk, 'ALL')).to.include({ status: 'superseded', attempts: 1 });
    expect(jobOf(ran, 'ALL')).to.include({ superseded: 1 });
  });

  it('4.1 quarantined, newer version of the key accepted: the fields it set are taken out, the rest stays quarantined', async () => {
    const error = await only(desk, 'QPART');
    expect(error).to.include({ status: 'quarantined', attempts: 1 });
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'QPART-2', Industry: 'Banking' });
  });

  it('4.1 quarantined, newer version of the key accepted, nothing left: superseded', async () => {
    expect(await only(desk, 'QALL')).to.include({ status: 'superseded', attempts: 1 });
  });

  it('4.1 pending, refused by run after a retry: attempts + 1, retries as before; the retry that reaches retry-max-attempts quarantines', async () => {
    expect(await only(desk, 'MAX')).to.include({ status: 'pending', attempts: 3, retries: 1 });
    const last = await desk.retry('--job', 'MAX');
    expect(last.code, last.stdout).to.equal(68);
    expect(last.output.result).to.include({ attempted: 1, stillFailing: 0, quarantined: 1 });
    expect(await only(desk, 'MAX')).to.include({ status: 'quarantined', attempts: 4, retries: 2, settledAt: null });
  });

  for (const [job, status] of Object.entries({
    RESOLVED: 'resolved',
    SUPERSEDED: 'superseded',
    DISCARDED: 'discarded',
  })) {
    it(`4.1 ${status}, the key fails anew: stays, and a new row opens`, async () => {
      const [old, opened, ...others] = await desk.errors(job);
      expect(others).to.deep.equal([]);
      expect(closed[job]).to.include({ status });
      expect(old).to.deep.equal(closed[job]);
      expect(opened).to.include({ status: 'pending', attempts: 1, retries: 0, canonicalKey: old!.canonicalKey });
      expect(messages(opened!)).to.deep.equal(['WORSE is not a name']);
      // What was settled before is not owed again.
      expect(opened!.payload).to.deep.equal({ Ext_Id__c: `${job}-2`, Name: 'WORSE', Industry: 'Banking' });
      expect(opened!.note).to.equal(null);
    });
  }
});

describe('4.1 the life of an ExportError: the record a job is paused on', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  let ran: Ended<RunResult>;
  let retried: Ended<RetryResult>;
  const behind = '%-3,Behind,,,';
  const atFirst: Files = {
    OTHERRUN: [good, bad, behind],
    GONERUN: [good, bad],
    QAGAIN: [good, bad, behind],
    QOK: [good, bad, behind],
    OTHERRETRY: [good, bad, behind],
    GONERETRY: [good, bad],
    AGAIN: [good, bad, behind],
    LOCAL: [good, bad, behind],
    OK: [good, bad, behind],
    QLEFT: [good, bad, behind],
  };
  const thenRun: Files = {
    OTHERRUN: [good, '%-other,Good,,,', behind],
    GONERUN: [good],
    QAGAIN: [good, '%-2,WORSE,,Banking,', behind],
    QOK: [good, '%-2,Mended,1,,', behind],
  };
  const thenRetry: Files = {
    OTHERRETRY: [good, '%-other,Good,,,', behind],
    GONERETRY: [good],
    AGAIN: [good, '%-2,WORSE,,Banking,', behind],
    LOCAL: [good, '%-2,Good,,,yesterday', behind],
    OK: [good, '%-2,Mended,,,', behind],
    QLEFT: [good, '%-2,Mended,,,', behind],
  };

  before(async () => {
    desk = await JobDesk.create('BAD', 'WORSE');
    await desk.define(jobs(atFirst, {}));
    await write(desk, atFirst);
    expect((await desk.run()).code).to.equal(69);
    const ids = await Promise.all(['QAGAIN', 'QOK', 'QLEFT'].map(async (job) => ['--id', (await only(desk, job)).id]));
    expect((await desk.decide('errors', 'quarantine', ...ids.flat())).code).to.equal(0);
    await write(desk, thenRetry);
    retried = await desk.retry(...named(thenRetry));
    await write(desk, thenRun);
    ran = await desk.run(...named(thenRun));
  });
  after(() => desk.admin.end());

  it('4.1 pending (paused on it), the row at that position has another key now, by run: superseded, the job goes on with that row', async () => {
    expect(await only(desk, 'OTHERRUN')).to.include({ status: 'superseded', attempts: 1, recordId: null });
    expect(desk.written('OTHERRUN')).to.deep.equal(['OTHERRUN-1', 'OTHERRUN-other', 'OTHERRUN-3']);
    expect(jobOf(ran, 'OTHERRUN')).to.deep.include({ status: 'completed', pausedOn: null });
  });

  it('4.1 pending (paused on it), the row at that position is gone, by run: superseded, the job is at its end', async () => {
    expect(await only(desk, 'GONERUN')).to.include({ status: 'superseded', attempts: 1 });
    expect(desk.written('GONERUN')).to.deep.equal(['GONERUN-1']);
    expect(jobOf(ran, 'GONERUN')).to.deep.include({ status: 'completed', pausedOn: null });
  });

  it('4.1 pending (paused on it), the row at that position has another key now, by retry: superseded, that row is the next run’s', async () => {
    expect(await only(desk, 'OTHERRETRY')).to.include({ status: 'superseded', attempts: 1, retries: 0 });
    expect(desk.written('OTHERRETRY')).to.deep.equal(['OTHERRETRY-1']);
    expect(retryOf(retried, 'OTHERRETRY')).to.include({ attempted: 0, superseded: 1, movedPast: false });
    expect(await desk.record('OTHERRETRY')).to.deep.include({ phase: 'open', pausedOn: null });
  });

  it('4.1 pending (paused on it), the row at that position is gone, by retry: superseded, and the job is no longer paused', async () => {
    expect(await only(desk, 'GONERETRY')).to.include({ status: 'superseded', attempts: 1, retries: 0 });
    expect(desk.written('GONERETRY')).to.deep.equal(['GONERETRY-1']);
    expect(retryOf(retried, 'GONERETRY')).to.include({ attempted: 0, superseded: 1 });
    expect(await desk.record('GONERETRY')).to.deep.include({ phase: 'open', pausedOn: null });
  });

  it('4.1 pending (paused on it), refused again by retry: attempts + 1, retries + 1, payload merged, newest errors; the job stays', async () => {
    const error = await only(desk, 'AGAIN');
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 1, row: 2 });
    expect(messages(error)).to.deep.equal(['WORSE is not a name']);
    expect(error.payload).to.deep.equal({ Ext_Id__c: 'AGAIN-2', Name: 'WORSE', Phone: '1', Industry: 'Banking' });
    expect((await desk.record('AGAIN')).phase).to.equal('paused');
  });

  it('4.1 pending (paused on it), this record accepted by retry: resolved, also if the mended row sets fewer fields (R2: as the row is now)', async () => {
    const error = await only(desk, 'OK');
    expect(error).to.include({ status: 'resolved', attempts: 1, recordId: desk.account('OK-2')?.['Id'] });
    expect(desk.account('OK-2')).to.include({ Name: 'Mended' });
    expect(retryOf(retried, 'OK')).to.include({ attempted: 1, resolved: 1, movedPast: true, status: 'completed' });
  });

  it('4.1 pending (paused on it), refused again by retry, before sending: attempts + 1, retries + 1, nothing sent; the job stays', async () => {
    const error = await only(desk, 'LOCAL');
    expect(error).to.include({ status: 'pending', attempts: 2, retries: 1 });
    expect(codes(error)).to.deep.equal(['LOCAL_INVALID_VALUE']);
    expect(desk.written('LOCAL')).to.deep.equal(['LOCAL-1']);
    expect((await desk.record('LOCAL')).phase).to.equal('paused');
  });

  it('4.1 quarantined (paused on it), retry: left alone; the job stays', async () => {
    expect(await only(desk, 'QLEFT')).to.include({ status: 'quarantined', attempts: 1, retries: 0 });
    expect(desk.written('QLEFT')).to.deep.equal(['QLEFT-1']);
    expect((await desk.record('QLEFT')).phase).to.equal('paused');
  });

  it('4.1 quarantined (paused on it), refused again in a run: quarantined, attempts + 1; the job stays on it', async () => {
    const error = await only(desk, 'QAGAIN');
    expect(error).to.include({ status: 'quarantined', attempts: 2, retries: 0 });
    expect(messages(error)).to.deep.equal(['WORSE is not a name']);
    expect(jobOf(ran, 'QAGAIN')).to.include({ status: 'paused', exported: 0, failed: 1 });
    expect(desk.written('QAGAIN')).to.deep.equal(['QAGAIN-1']);
  });

  it('4.1 quarantined (paused on it), this record accepted by a run: resolved, and the job goes on', async () => {
    expect(await only(desk, 'QOK')).to.include({ status: 'resolved', attempts: 1 });
    expect(desk.written('QOK')).to.deep.equal(['QOK-1', 'QOK-2', 'QOK-3']);
  });
});

describe('4.1 the life of an ExportError: a position without a usable key', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  let restarted: Ended<RunResult>;
  let retried: Ended<RetryResult>;
  let sentByRetry: unknown[];
  let stood: Map<string, ExportError>;
  const keyless = ',Keyless,,,';
  const again = ',Keyless still,,,';
  const usable = '%-2,Usable,,,';
  const last = '%-3,Last,,,';
  const paused: Files = { USABLE: [good, keyless, last], NONE: [good, keyless], STILL: [good, keyless, last] };
  const logged: Files = Object.fromEntries(
    ['P', 'Q', 'T'].flatMap((way) => ['USABLE', 'NONE', 'STILL'].map((end) => [`${way}${end}`, [good, last, keyless]])),
  );
  const atRow3 = (way: string, row: string): string[] =>
    [good, last, ...(row === '' ? [] : [row])].map((line) => line.replaceAll('%', way));
  const thenOf = (way: string): Files => ({
    [`${way}USABLE`]: atRow3(`${way}USABLE`, usable),
    [`${way}NONE`]: atRow3(`${way}NONE`, ''),
    [`${way}STILL`]: atRow3(`${way}STILL`, again),
  });
  const left: Files = { QLEFT: [good, last, keyless] };

  before(async () => {
    desk = await JobDesk.create();
    await desk.define({ ...jobs(paused, {}), ...jobs(logged, logs), ...jobs(left, logs) });
    await write(desk, { ...paused, ...logged, ...left });
    expect((await desk.run()).code).to.equal(69);
    const away = ['QUSABLE', 'QNONE', 'QSTILL', 'QLEFT'].map(async (job) => ['--id', (await only(desk, job)).id]);
    expect((await desk.decide('errors', 'quarantine', ...(await Promise.all(away)).flat())).code).to.equal(0);
    stood = new Map((await desk.admin.exportErrors()).map((error) => [error.job, error]));

    const retry = { ...thenOf('T'), QLEFT: atRow3('QLEFT', usable) };
    await write(desk, retry);
    retried = await desk.retry(...named(retry));
    sentByRetry = desk.writes().flatMap(({ collections }) => collections.flatMap(({ records }) => records));
    await write(desk, { USABLE: [good, usable, last], NONE: [good], STILL: [good, again, last] });
    expect((await desk.run(...named(paused))).code).to.equal(69);
    await write(desk, { ...thenOf('P'), ...thenOf('Q') });
    restarted = await desk.run('--restart', ...named({ ...thenOf('P'), ...thenOf('Q') }));
  });
  after(() => desk.admin.end());

  it('4.1 pending #row: key, the position is read again by a paused job’s run and holds a usable record: superseded, the record is sent', async () => {
    expect(await only(desk, 'USABLE')).to.include({ canonicalKey: '#row:2', status: 'superseded', attempts: 1 });
    expect(desk.written('USABLE')).to.deep.equal(['USABLE-1', 'USABLE-2', 'USABLE-3']);
  });

  it('4.1 pending #row: key, the position is read again by a paused job’s run and holds none: superseded', async () => {
    expect(await only(desk, 'NONE')).to.include({ canonicalKey: '#row:2', status: 'superseded', attempts: 1 });
  });

  it('4.1 pending #row: key, the position is read again by a paused job’s run, still unusable: the same row, attempts + 1', async () => {
    const error = await only(desk, 'STILL');
    expect(error).to.include({ canonicalKey: '#row:2', status: 'pending', attempts: 2, retries: 0 });
    expect(error.id).to.equal(stood.get('STILL')!.id);
  });

  for (const [way, status] of [
    ['P', 'pending'],
    ['Q', 'quarantined'],
  ] as const) {
    it(`4.1 ${status} #row: key, a new pass from row 1 finds a usable record there: superseded, the record is sent`, async () => {
      expect(await only(desk, `${way}USABLE`)).to.include({ status: 'superseded', attempts: 1 });
      expect(desk.account(`${way}USABLE-2`)).to.include({ Name: 'Usable' });
    });

    it(`4.1 ${status} #row: key, a new pass from row 1 finds no row there: superseded`, async () => {
      expect(await only(desk, `${way}NONE`)).to.include({ canonicalKey: '#row:3', status: 'superseded', attempts: 1 });
      expect(jobOf(restarted, `${way}NONE`)).to.include({ status: 'completed', read: 2 });
    });

    it(`4.1 ${status} #row: key, a new pass from row 1 finds it still unusable: the same row, attempts + 1, ${status}`, async () => {
      const error = await only(desk, `${way}STILL`);
      expect(error).to.include({ canonicalKey: '#row:3', status, attempts: 2, retries: 0 });
      expect(error.id).to.equal(stood.get(`${way}STILL`)!.id);
    });
  }

  it('4.1 pending #row: key, retry finds a usable record there: superseded; the changed row is sent once, by the next run', async () => {
    expect(await only(desk, 'TUSABLE')).to.include({ canonicalKey: '#row:3', status: 'superseded', retries: 0 });
    expect(retryOf(retried, 'TUSABLE')).to.include({ superseded: 1, stillFailing: 0 });
    const next = await desk.run('--job', 'TUSABLE');
    expect(next.code, next.stdout).to.equal(0);
    expect(desk.account('TUSABLE-2')).to.include({ Name: 'Usable' });
    expect(desk.written('TUSABLE').filter((key) => key === 'TUSABLE-2')).to.have.lengthOf(1);
  });

  it('4.1 pending #row: key, retry finds no row there: superseded', async () => {
    expect(await only(desk, 'TNONE')).to.include({ canonicalKey: '#row:3', status: 'superseded', retries: 0 });
    expect(retryOf(retried, 'TNONE')).to.include({ superseded: 1, stillFailing: 0, status: 'completed' });
  });

  it('4.1 pending #row: key, retry finds it still unusable: the same row, attempts + 1, retries + 1, nothing sent', async () => {
    const error = await only(desk, 'TSTILL');
    expect(error).to.include({ canonicalKey: '#row:3', status: 'pending', attempts: 2, retries: 1 });
    expect(error.id).to.equal(stood.get('TSTILL')!.id);
    expect(retryOf(retried, 'TSTILL')).to.include({ attempted: 1, stillFailing: 1 });
    expect(sentByRetry).to.deep.equal([]);
  });

  it('4.1 quarantined #row: key, retry: left alone', async () => {
    expect(await only(desk, 'QLEFT')).to.deep.equal(stood.get('QLEFT'));
  });
});
