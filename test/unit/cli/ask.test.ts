import { expect } from 'chai';
import { askOrRefuse, type Asking } from '../../../src/cli/ask.js';

type Outcome = { asked: { message: string; ms: number; defaultAnswer: boolean }[]; error: Error | undefined };

async function ask(answer: boolean, changes: Partial<Asking> = {}): Promise<Outcome> {
  const asked: Outcome['asked'] = [];
  const asking: Asking = {
    question: 'Switch it off?',
    noPrompt: false,
    json: false,
    terminal: true,
    confirm: (options) => {
      asked.push(options);
      return Promise.resolve(answer);
    },
    ...changes,
  };
  const error = await askOrRefuse(asking).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return { asked, error };
}

describe('asking before something that matters', () => {
  it('goes on with yes, and gives a person time to read', async () => {
    const { asked, error } = await ask(true);
    expect(error).to.equal(undefined);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ message: 'Switch it off?', defaultAnswer: false });
    expect(asked[0]!.ms).to.be.greaterThan(10 * 60_000);
  });

  it('stops with no', async () => {
    expect((await ask(false)).error).to.include({ name: 'DeclinedError', exitCode: 1 });
  });

  it('--no-prompt answers yes without asking', async () => {
    for (const changes of [{}, { json: true }, { terminal: false }]) {
      expect(await ask(false, { ...changes, noPrompt: true })).to.deep.equal({ asked: [], error: undefined });
    }
  });

  it('refuses where there is nobody to ask, and says how to go on', async () => {
    for (const changes of [{ json: true }, { terminal: false }]) {
      const { asked, error } = await ask(true, changes);
      expect(asked).to.deep.equal([]);
      expect(error).to.include({ name: 'NobodyToAskError', exitCode: 1 });
      expect((error as Error & { actions: string[] }).actions.join()).to.include('--no-prompt');
    }
  });
});
