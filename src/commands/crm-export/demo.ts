import { Messages } from '@salesforce/core';
import { exitCodeSection } from '../../cli/exit-codes.js';
import { tellStory } from '../../cli/demo-story.js';
import { SfCommand } from '../../cli/sf-command.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.demo');

export type CrmExportDemoResult = { accounts: number; contacts: number; apiCalls: number };

/** `sf crm-export demo`. */
export default class CrmExportDemo extends SfCommand<CrmExportDemoResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');
  public static override readonly errorCodes = exitCodeSection(0, 1);
  // The commands of the story write to the same screen.
  public static override readonly enableJsonFlag = false;

  public async run(): Promise<CrmExportDemoResult> {
    await this.parse(CrmExportDemo);
    // Each command of the story listens to signals in this one process.
    process.setMaxListeners(0);
    this.log(messages.getMessage('info.begin'));
    const { differences, ...result } = await tellStory({
      say: (text) => this.log(text),
      title: (text) => {
        this.log();
        this.styledHeader(text);
      },
      type: (words, hidden) => this.type(words, hidden),
    });
    if (differences.length > 0) throw messages.createError('error.differences', [differences.join('\n')]);
    this.logSuccess(messages.getMessage('info.end', [result.accounts, result.contacts, result.apiCalls]));
    return result;
  }

  private async type(words: readonly string[], hidden: readonly string[]): Promise<number> {
    this.log(`\n$ sf crm-export ${words.join(' ')}\n`);
    const id = words.filter((word, index) => index < 2 && /^[a-z]+$/.test(word));
    const command = `crm-export:${id.join(':')}`;
    await this.config.runCommand(command, [...words.slice(id.length), ...hidden]);
    const code = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    this.log(messages.getMessage('info.exitCode', [code]));
    return code;
  }
}
