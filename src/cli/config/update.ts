import type { Command } from 'commander';
import type { ConfigurationChange } from '../../config/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { printChange } from './changes.ts';
import { type CommitVerbOptions, withCommitOptions, withConfigurations } from './open.ts';
import { showCell } from './show.ts';

interface UpdateVerbOptions extends CommitVerbOptions {
  readonly create?: boolean;
}

const help = `
The hash, the name of the field and the value are one word with commas, of which only the first two separate, or three
words. The value is text (1234 too) unless --json says that it is JSON. A notice on the channel of the hash tells who
listens.`;

export function defineUpdate(config: Command, terminal: Terminal): void {
  withCommitOptions(
    config
      .command('update')
      .description('set one field of one hash, and tell whoever listens')
      .argument('<change...>', 'HASH,KEY,VALUE or HASH KEY VALUE')
      .option('--create', 'also of a hash that is not there yet'),
    'the value is JSON, and JSON is printed',
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade config update source:instrument1:motor2,address,IOC:m3',
        "alidade config update user:instrument1 name 'Ada Lovelace' --message 'on shift' --if-revision 3",
        "alidade config update detector:instrument1:area pixels '[512, 512]' --json",
      ),
    )
    .action((words: readonly string[], options: UpdateVerbOptions) => {
      const { hash, field, value } = changeOf(words);
      const { message, ifRevision, create, json } = options;
      const access = create === true ? 'create' : 'change';
      return withConfigurations(
        options,
        terminal,
        access,
        async ({ database }) => {
          const change = await database.update(hash, field, value, { message, ifRevision, create, json });
          if (json === true) return printChange(terminal, change, { json });
          await printLine(terminal, summary(change, hash, field));
        },
        { hash },
      );
    });
}

/** @throws ALI_USAGE */
function changeOf(words: readonly string[]): { hash: string; field: string; value: string } {
  const parts = words.length === 1 ? (/^([^,]*),([^,]*),(.*)$/s.exec(words[0] ?? '')?.slice(1) ?? []) : words;
  const [hash, field, value] = parts;
  if (parts.length !== 3 || hash === undefined || field === undefined || value === undefined) {
    const hint = words.length > 3 ? '; put quotes around a value of several words' : '';
    throw new AlidadeError(
      'ALI_USAGE',
      `${JSON.stringify(words.join(' '))} is not HASH,KEY,VALUE, such as source:instrument1:motor2,address,IOC:m3${hint}`,
    );
  }
  return { hash, field, value };
}

/** `source:instrument1:motor2 address: IOC:m2 → IOC:m3 (revision 3 of instrument1)` */
function summary(
  { kind, configuration, revision, changes }: ConfigurationChange,
  hash: string,
  field: string,
): string {
  const name = printable(`${hash} ${field}`);
  const where = printable(`revision ${revision} of ${configuration}`);
  const change = changes.find((each) => each.hash === hash)?.fields.find((each) => each.field === field);
  if (kind === 'same' || change?.after === undefined) return `${name}: as it was (${where})`;
  const before = change.before === undefined ? 'new, ' : `${showCell(change.before)} → `;
  return `${name}: ${before}${showCell(change.after)} (${where})`;
}
