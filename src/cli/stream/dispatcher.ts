import type { Command } from 'commander';
import type { Dispatcher, LiveChannel } from '../../bsread/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { examples, named } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { readChannels } from './channels-file.ts';
import { oneOf } from './options.ts';

interface DispatcherVerbOptions {
  readonly dispatcher?: string;
  readonly json?: boolean;
}

function withDispatcherOptions(command: Command): Command {
  return command
    .option(
      '--dispatcher <url>',
      'its REST interface (default: that of SwissFEL, https://dispatcher-api.psi.ch/sf-databuffer)',
    )
    .option('--json', 'print JSON');
}

async function openDispatcher({ dispatcher: url }: DispatcherVerbOptions): Promise<Dispatcher> {
  const { Dispatcher } = await import('../../bsread/index.ts');
  return new Dispatcher({ url });
}

export function defineChannels(stream: Command, terminal: Terminal): void {
  withDispatcherOptions(
    stream
      .command('channels')
      .description('the channels that a dispatching layer can give now')
      .argument('[pattern]', 'a regular expression that their names match, in any case'),
  )
    .addHelpText(
      'after',
      examples("alidade stream channels 'SARFE10.*CHARGE'", 'alidade stream channels --json'),
    )
    .action(async (pattern: string | undefined, options: DispatcherVerbOptions) => {
      const all = await (await openDispatcher(options)).channels();
      const isWanted = matcher(pattern);
      const channels = all.filter(({ name }) => isWanted(name));
      if (options.json === true) return printLine(terminal, JSON.stringify(channels));
      for (const channel of channels)
        await printLine(terminal, clipped(terminal, printable(lineOf(channel))));
    });
}

function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  let wanted: RegExp;
  try {
    wanted = new RegExp(pattern, 'i');
  } catch (cause) {
    throw new AlidadeError('ALI_USAGE', `'${pattern}' is no regular expression: ${messageOf(cause)}`, {
      cause,
    });
  }
  return (name) => wanted.test(name.slice(0, 1000));
}

function lineOf({ name, type, shape, backend, source, modulo }: LiveChannel): string {
  const size = shape === undefined || (shape.length === 1 && shape[0] === 1) ? '' : ` ${shape.join('x')}`;
  const every = modulo === undefined || modulo === 1 ? '' : `  every ${modulo}`;
  return `${name}  ${type ?? '?'}${size}${every}  ${backend ?? ''}  ${source ?? ''}`.trimEnd();
}

interface RequestVerbOptions extends DispatcherVerbOptions {
  readonly channelsFile?: string;
  readonly mode: 'sub' | 'pull';
  readonly verify: boolean;
}

const requestHelp = `
It prints the address of the stream, which ends some time after nobody receives it; release ends it at once.`;

export function defineRequest(stream: Command, terminal: Terminal): void {
  withDispatcherOptions(
    stream
      .command('request')
      .description('ask a dispatching layer for a stream of channels')
      .argument('[channels...]', 'their names')
      .option('-c, --channels-file <file>', 'a file of channels: JSON, or a name on each line')
      .option(
        '-m, --mode <mode>',
        'sub (everybody gets all) or pull (receivers share)',
        named('--mode', oneOf('sub', 'pull')),
        'sub' as const,
      )
      .option('--no-verify', 'take also channels that are not there now'),
  )
    .addHelpText('after', requestHelp)
    .addHelpText(
      'after',
      examples('alidade stream receive "$(alidade stream request SIN COUNT)" --mode sub -n 10'),
    )
    .action(async (names: readonly string[], options: RequestVerbOptions) => {
      const { mode: pattern, verify, channelsFile, json } = options;
      const fromFile = channelsFile === undefined ? [] : readChannels(channelsFile);
      if (names.length + fromFile.length === 0) {
        throw new AlidadeError('ALI_USAGE', 'name the channels, or a file of them with -c');
      }
      const dispatcher = await openDispatcher(options);
      const address = await dispatcher.requestStream([...names, ...fromFile], { pattern, verify });
      await printLine(terminal, json === true ? JSON.stringify({ stream: address }) : printable(address));
    });
}

export function defineRelease(stream: Command, terminal: Terminal): void {
  withDispatcherOptions(
    stream
      .command('release')
      .description('tell a dispatching layer that a stream is not wanted any more')
      .argument('<address>', 'as request printed it'),
  )
    .addHelpText('after', examples('alidade stream release tcp://dispatcher:10001'))
    .action(async (address: string, options: DispatcherVerbOptions) => {
      await (await openDispatcher(options)).releaseStream(address);
      if (options.json === true) await printLine(terminal, JSON.stringify({ released: address }));
    });
}
