import type { Tally } from '../support/life/play.js';

/** What a soak came to, as it is printed. */
export class SoakTally {
  public readonly life: Tally = { steps: 0, deaths: 0, runs: 0, retries: 0, paused: 0 };
  public rounds = 0;
  public commands = 0;
  /** Of these, by the real `bin/run.js`. */
  public byCli = 0;
  public diskFaults = 0;
  public clockJumps = 0;
  public signals = 0;
  public secondProcesses = 0;
  public takeovers = 0;
  public settingsChanges = 0;
  public requests = 0;
  public records = 0;
  public readonly kills = new Map<string, number>();
  public readonly faults = new Map<string, number>();
  public readonly stops = new Map<string, number>();
  public readonly differences: string[] = [];

  public get allKills(): number {
    return sum(this.kills);
  }

  public get allFaults(): number {
    return sum(this.faults) + this.diskFaults;
  }

  public kill(where: string): void {
    add(this.kills, where, 1);
  }

  public stop(code: string): void {
    add(this.stops, code, 1);
  }

  public struck(faults: ReadonlyMap<string, number>): void {
    for (const [name, count] of faults) add(this.faults, name, count);
  }

  public get line(): string {
    const { rounds, commands, allKills, allFaults, differences } = this;
    return `${rounds} rounds, ${commands} commands, ${allKills} kills, ${allFaults} faults, ${differences.length} differences`;
  }

  public summary(minutes: number): string {
    const { life, byCli, diskFaults, clockJumps, signals, secondProcesses, takeovers, settingsChanges } = this;
    return [
      `soak: ${this.line}, in ${minutes.toFixed(1)} minutes`,
      `  commands     ${life.runs} runs of jobs, ${life.retries} retries; ${byCli} commands by bin/run.js; ${life.steps} steps`,
      `  records      ${this.records} written in ${this.requests} requests; ${life.paused} times paused`,
      `  kills        ${listed(this.kills)}`,
      `  faults       ${listed(this.faults)}, full or broken disk ${diskFaults}`,
      `  stopped by   ${listed(this.stops)}`,
      `  beside that  ${clockJumps} clock jumps, ${signals} signals, ${secondProcesses} second processes, ${takeovers} take-overs of a frozen process, ${settingsChanges} changes of settings meanwhile`,
      `  differences  ${this.differences.length}`,
    ].join('\n');
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, one) => total + one, 0);
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function listed(counts: ReadonlyMap<string, number>): string {
  const entries = [...counts].sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ');
}
