import { Messages } from '@salesforce/core';
import { Flags } from '@salesforce/sf-plugins-core';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.run');

/** Which jobs: those of a definition file, or one that the flags describe. Give the flags to `jobsOf`. */
export const jobFlags = {
  'definition-file': Flags.file({
    char: 'd',
    summary: messages.getMessage('flags.definition-file.summary'),
    description: messages.getMessage('flags.definition-file.description'),
    exclusive: ['file'],
  }),
  job: Flags.string({
    char: 'j',
    summary: messages.getMessage('flags.job.summary'),
    multiple: true,
    exclusive: ['file'],
  }),
  file: Flags.file({
    char: 'f',
    summary: messages.getMessage('flags.file.summary'),
    description: messages.getMessage('flags.file.description'),
    dependsOn: ['sobject', 'external-id'],
  }),
  sobject: Flags.string({ char: 's', summary: messages.getMessage('flags.sobject.summary'), dependsOn: ['file'] }),
  'external-id': Flags.string({
    char: 'i',
    summary: messages.getMessage('flags.external-id.summary'),
    dependsOn: ['file'],
  }),
  name: Flags.string({ summary: messages.getMessage('flags.name.summary'), dependsOn: ['file'] }),
};
