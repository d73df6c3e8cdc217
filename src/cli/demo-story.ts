import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PracticeOrg } from '../practice-org/index.js';

/** What the story needs from the command that tells it. */
export type DemoStage = {
  say(text: string): void;
  title(text: string): void;
  /** Runs a real command of this plugin, as it would be typed. Returns its exit code. */
  type(words: readonly string[], hidden: readonly string[]): Promise<number>;
};

export type DemoOutcome = {
  /** What the story ended with differs from what the files say: each difference in words. */
  readonly differences: readonly string[];
  readonly accounts: number;
  readonly contacts: number;
  readonly apiCalls: number;
};

const rule = {
  name: 'Banks_Need_A_Phone',
  object: 'Account',
  message: 'A bank needs a phone number.',
  field: 'Phone',
  predicate: (record: { Industry?: unknown; Phone?: unknown }): boolean =>
    record.Industry === 'Banking' && (record.Phone ?? '') === '',
};

const accountHeader = 'Ext_Id__c,Name,Industry,Phone';
const brokenBank = 'A-007,Seventh Bank,Banking,';
const mendedBank = 'A-007,Seventh Bank,Banking,+49 30 1234567';

function accountLines(bank: string): string[] {
  const industries = ['Technology', 'Education', 'Consulting'];
  return Array.from({ length: 12 }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    return index === 6 ? bank : `A-${number},Company ${number},${industries[index % 3]},`;
  });
}

const contactHeader = 'Ext_Id__c,FirstName,LastName,Email,Account.Ext_Id__c';
const contactLines = [
  'C-001,Ada,Lindt,ada@company-001.example,A-001',
  'C-002,Ben,Okoro,not an e-mail address,A-002',
  'C-003,Chen,Wu,chen@company-003.example,A-003',
  'C-004,Dora,,dora@company-004.example,A-004',
  'C-005,Emil,Novak,emil@company-005.example,A-999',
  'C-006,Fay,Santos,fay@company-006.example,A-006',
];
const mendedContacts = [
  'C-001,Ada,Lindt,ada@company-001.example,A-001',
  'C-002,Ben,Okoro,ben@company-002.example,A-002',
  'C-003,Chen,Wu,chen@company-003.example,A-003',
  'C-004,Dora,Silva,dora@company-004.example,A-004',
  'C-005,Emil,Novak,emil@company-005.example,A-005',
  'C-006,Fay,Santos,fay@company-006.example,A-006',
];

/**
 * The whole story on an embedded practice org: an export that pauses on a record, the fix, the run that goes on, the
 * log mode, the daily retry. Real commands over real HTTP; at the end the org is compared with the files.
 */
export async function tellStory(stage: DemoStage): Promise<DemoOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crm-export-demo-'));
  const org = new PracticeOrg({});
  const { url, accessToken } = await org.start();
  const instanceUrl = process.env['SF_ORG_INSTANCE_URL'];
  const cwd = process.cwd();
  process.env['SF_ORG_INSTANCE_URL'] = url;
  process.chdir(folder);
  try {
    org.rules.add(rule);
    const store = ['--store', join(folder, 'crm-export-store.json')];
    const hidden = { org: ['--target-org', accessToken, ...store], ledger: ['--org-id', org.orgId, ...store] };
    await pauseAndGoOn(stage, hidden);
    await logAndRetry(stage, hidden);
    return outcomeOf(org);
  } finally {
    process.chdir(cwd);
    if (instanceUrl === undefined) delete process.env['SF_ORG_INSTANCE_URL'];
    else process.env['SF_ORG_INSTANCE_URL'] = instanceUrl;
    await org.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Hidden = { readonly org: readonly string[]; readonly ledger: readonly string[] };

async function pauseAndGoOn(stage: DemoStage, hidden: Hidden): Promise<void> {
  const accounts = 'accounts.csv';
  const run = ['run', '--file', accounts, '--sobject', 'Account', '--external-id', 'Ext_Id__c'];
  await writeLines(accounts, accountHeader, accountLines(brokenBank));

  stage.title('1. An export that pauses on the failing record');
  stage.say('accounts.csv has 12 accounts. The org has a validation rule: a bank needs a phone number.');
  stage.say(`Row 7 has none: ${brokenBank}`);
  await stage.type(run, hidden.org);

  stage.title('2. What is stuck, why, and what to type next');
  await stage.type(['status'], hidden.ledger);

  stage.title('3. Not fixed yet: the same run tries that record again, alone, and sends nothing else');
  await stage.type(run, hidden.org);

  stage.title('4. Fixed in the file: the run goes on with this record, to the end');
  stage.say(`Row 7 is now: ${mendedBank}`);
  await writeLines(accounts, accountHeader, accountLines(mendedBank));
  await stage.type(run, hidden.org);
}

async function logAndRetry(stage: DemoStage, hidden: Hidden): Promise<void> {
  const contacts = 'contacts.csv';
  const run = ['run', '--file', contacts, '--sobject', 'Contact', '--external-id', 'Ext_Id__c'];
  await writeLines(contacts, contactHeader, contactLines);

  stage.title('5. Log mode: refused records go to ExportErrors, the good ones beside them are written');
  stage.say('contacts.csv has six contacts: one has no e-mail address, one no last name, one an account nobody knows.');
  await stage.type([...run, '--on-error', 'log'], hidden.org);

  stage.title('6. The ExportErrors table');
  await stage.type(['errors', 'list'], hidden.ledger);

  stage.title('7. The daily retry: still refused, still there');
  await stage.type(['retry'], hidden.org);

  stage.title('8. All three mended in the file: the retry sends them as they are now, and ExportErrors is empty');
  await writeLines(contacts, contactHeader, mendedContacts);
  await stage.type(['retry'], hidden.org);
  await stage.type(['errors', 'list'], hidden.ledger);
}

async function writeLines(path: string, header: string, lines: readonly string[]): Promise<void> {
  await writeFile(path, `${[header, ...lines].join('\n')}\n`);
}

/** The story is worth nothing if the org does not hold exactly what the files say. */
function outcomeOf(org: PracticeOrg): DemoOutcome {
  const expected = [
    ...accountLines(mendedBank).map((line) => ['Account', line.split(',')] as const),
    ...mendedContacts.map((line) => ['Contact', line.split(',')] as const),
  ];
  const differences = expected.flatMap(([object, cells]) => {
    const [key = '', first, second] = cells;
    const row = org.find(object, 'Ext_Id__c', key);
    const same = object === 'Account' ? row?.['Name'] === first : row?.['LastName'] === second;
    return same ? [] : [`${object} ${key} is not in the org as the file says.`];
  });
  const [accounts, contacts] = [org.records('Account').length, org.records('Contact').length];
  if (accounts !== 12) differences.push(`The org has ${accounts} accounts, not 12.`);
  if (contacts !== mendedContacts.length) differences.push(`The org has ${contacts} contacts, not 6.`);
  return { differences, accounts, contacts, apiCalls: org.apiCalls };
}
