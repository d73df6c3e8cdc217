import { expect } from 'chai';
import { waitingJobs } from '../../../src/core/retry/waiting-jobs.js';
import { exportError, jobRecord, jobSpec } from '../../support/export-errors.js';

function stored(name: string, after: string[] = []) {
  return jobRecord({ name, snapshot: jobSpec({ name, after }) });
}

function rowsOf(...jobs: string[]) {
  return jobs.map((job, index) => exportError({ id: `e${index}`, job }));
}

function names(...args: Parameters<typeof waitingJobs>) {
  return waitingJobs(...args).map(({ name, pending }) => [name, pending]);
}

describe('the jobs a retry goes through', () => {
  it('in the order of their rows, each with how many wait', () => {
    expect(names(rowsOf('b', 'a', 'b'), [], [stored('a'), stored('b')])).to.deep.equal([
      ['b', 2],
      ['a', 1],
    ]);
  });

  it('a job comes behind those it names in "after", whatever came first', () => {
    const jobs = [stored('c', ['b']), stored('b', ['a']), stored('a')];
    expect(names(rowsOf('c', 'b', 'a'), [], jobs).map(([name]) => name)).to.deep.equal(['a', 'b', 'c']);
  });

  it('stored definitions that name each other do not hang the retry', () => {
    expect(names(rowsOf('a', 'b'), [], [stored('a', ['b']), stored('b', ['a'])])).to.have.length(2);
  });

  it('a given definition stands for the job of its name, and for a former name until the state moved over', () => {
    const spec = jobSpec({ name: 'new', formerly: ['old'] });
    const [renamed] = waitingJobs(rowsOf('old'), [spec], [stored('old')]);
    expect([renamed?.name, renamed?.given]).to.deep.equal(['new', spec]);
    const [moved] = waitingJobs(rowsOf('old'), [spec], [stored('old'), stored('new')]);
    expect([moved?.name, moved?.given]).to.deep.equal(['old', null]);
  });
});
