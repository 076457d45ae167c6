import type { Command } from 'commander';
import type { ModuleRecord } from '../../control/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { columns } from './columns.ts';
import { controlExamples } from './help.ts';

interface FileOptions {
  readonly json?: boolean;
}

const checkHelp = `
Nothing is started and no device is touched. Where something is not supported the exit status is 2.`;

/** `check` and `doc`: what can be known without a bus. */
export function defineFiles(control: Command, terminal: Terminal): void {
  control
    .command('check')
    .description('say for each endpoint of a service file whether it can be served')
    .argument('<file>', 'a file of dragonfly or dripline, of any generation')
    .option('--json', 'print JSON')
    .addHelpText('after', checkHelp)
    .addHelpText('after', controlExamples(control, 'check kv-store.yaml'))
    .action((file: string, options: FileOptions) => check(file, options, terminal));
  control
    .command('doc')
    .description('print what a class of endpoints takes; without a name, which classes there are')
    .argument('[module]', 'its name in files of any generation')
    .option('--json', 'print JSON')
    .addHelpText('after', controlExamples(control, 'doc', 'doc kv_store_key'))
    .action((name: string | undefined, options: FileOptions) => doc(name, options, terminal));
}

async function check(path: string, { json }: FileOptions, terminal: Terminal): Promise<void> {
  const { checkFile } = await import('../../control/index.ts');
  const found = checkFile(path);
  const { name, generation, endpoints, notes } = found;
  const left = endpoints.filter(({ isFault }) => isFault).length;
  if (json === true) await printLine(terminal, JSON.stringify(found));
  else {
    await printLine(terminal, printable(`${path}: ${name}, a file of ${generation}`));
    const rows = endpoints.map((one) => [`  line ${one.line}`, one.name, one.module, one.verdict]);
    for (const [i, line] of columns(rows).entries()) {
      await printLine(terminal, printable(line));
      for (const note of endpoints[i]?.notes ?? []) await printLine(terminal, printable(`    ${note}`));
    }
    for (const note of notes) await printLine(terminal, printable(`  ${note}`));
  }
  if (left > 0) {
    throw new AlidadeError(
      'ALI_CONTROL',
      `${path}: ${left} of ${counted(endpoints.length, 'endpoint')} cannot be served as they stand`,
    );
  }
}

async function doc(name: string | undefined, { json }: FileOptions, terminal: Terminal): Promise<void> {
  // Loaded here only, as by check: verbs that ask something need none of it.
  const { findModule, moduleRecords, parameterTypeText } = await import('../../control/index.ts');
  if (name === undefined) {
    if (json === true) return printLine(terminal, JSON.stringify(moduleRecords));
    const rows = moduleRecords.map((record) => [record.name, namesText(record), record.about]);
    for (const line of columns(rows)) await printLine(terminal, line);
    return;
  }
  const record = findModule(name);
  if (json === true) return printLine(terminal, JSON.stringify(record));
  await printLine(terminal, `${record.name}: ${record.about}`);
  const names = namesText(record);
  if (names !== '') await printLine(terminal, `in files of dripline: ${names}`);
  for (const [parameter, { type, about, default: given, isRequired }] of Object.entries(record.parameters)) {
    const left = isRequired === true ? 'needed' : given === undefined ? '' : `default: ${given}`;
    const said = [parameterTypeText(type), left].filter((text) => text !== '').join('; ');
    await printLine(terminal, `  ${parameter} (${said})`);
    await printLine(terminal, `    ${about}`);
  }
}

/** What the class is called elsewhere, where that is another name. */
function namesText({ name, names }: ModuleRecord): string {
  const others = Object.entries(names).flatMap(([generation, all]) =>
    all.filter((other) => other !== name).map((other) => `${other} (${generation})`),
  );
  return others.join(', ');
}
