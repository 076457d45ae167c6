import { type Command, Option } from 'commander';
import { type Bus, type BusEvent, openBus } from '../../bus/index.ts';
import { type Client, type Dialect, dialects, openClient } from '../../control/client/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { ownVersion } from '../../shared/version.ts';
import { named } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { type BusChoice, busChoiceOf } from './bus-choice.ts';

/** The options that every verb of `alidade control` has. */
export interface ControlOptions {
  readonly broker?: string | true;
  readonly bus?: string;
  readonly config?: string;
  readonly wire?: Dialect;
  /** Spoken where neither an option nor a file says a dialect. */
  readonly defaultWire?: Dialect;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly authFile?: string;
  readonly verbose?: number;
  readonly json?: boolean;
  readonly slack?: boolean;
  readonly tmux?: string | true;
}

/** The options of verbs that ask something. */
export interface RequestOptions extends ControlOptions {
  readonly timeout?: number;
  readonly lockoutKey?: string;
  readonly prettyPrint?: boolean;
  readonly yes?: boolean;
}

/** Adds the options that every verb has, after its own. */
export function withControlOptions(command: Command): Command {
  // The dragonfly that people know: its messages harm nobody, and v2 understands them too.
  if (command.parent?.name() === 'dragonfly') command.setOptionValue('defaultWire', 'v1');
  return command
    .optionsGroup('Options of every verb:')
    .option('-b, --broker [host]', 'a RabbitMQ broker: HOST, HOST:PORT (default: localhost)')
    .option('--bus <url>', 'local:, local:FOLDER, amqp://HOST or amqps://HOST (or set ALIDADE_BUS)')
    .option('-c, --config <file>', 'a file that says which bus: instrument.yaml, or a file of dragonfly')
    .addOption(
      new Option('--wire <generation>', 'the generation of dripline that is spoken, on a broker').choices(
        dialects,
      ),
    )
    .option('--user <name>', 'who one is to the broker (default: DRIPLINE_USER, …, guest)')
    .option('--password-file <file>', 'a file whose first line is the password')
    .option('--auth-file <file>', 'a file with user and password, as dripline has it')
    .option('-v, --verbose', 'say more; -vv even more', (_, before: number) => before + 1, 0)
    .option('--json', 'print JSON')
    .option('-t, --tmux [name]', 'run this in a tmux session of its own')
    .option('--no-slack', 'send no warnings of a service as alerts, from where v2 brings them to Slack')
    .version(ownVersion, '-V, --version', 'print the version');
}

/** Adds what verbs have that ask an endpoint something. */
export function withRequestOptions(command: Command): Command {
  return withControlOptions(
    command
      .option(
        '--timeout <seconds>',
        'how long to wait for the reply (default: 10)',
        named('--timeout', parseDurationMs),
      )
      .option('--lockout-key <key>', 'the key of what is locked')
      .option('--pretty-print', 'print nothing but the value'),
  );
}

/** Opens the bus that the options name, does the work, and closes it whatever comes. */
export async function withBus<T>(
  options: ControlOptions,
  terminal: Terminal,
  work: (bus: Bus, choice: BusChoice) => Promise<T>,
  onEvent?: (event: BusEvent) => void,
): Promise<T> {
  const choice = await busChoiceOf(options, terminal);
  await using bus = await openBus(choice.url, { ...choice.options, onEvent });
  if ((options.verbose ?? 0) > 0) {
    const wire = choice.wire === undefined ? '' : `, spoken is ${choice.wire}`;
    terminal.stderr.write(`alidade: the bus is ${printable(`${bus.location} (${choice.from})`)}${wire}\n`);
  }
  return await work(bus, choice);
}

/** As {@link withBus}, for a verb that asks; it is also told which dialect was chosen for a target, if any was. */
export function withClient<T>(
  options: RequestOptions,
  terminal: Terminal,
  work: (client: Client, wireOf: (target: string) => Dialect | undefined) => Promise<T>,
): Promise<T> {
  return withBus(options, terminal, (bus, { wire, targets = {} }) =>
    work(openClient({ bus, wire, targets, timeoutMs: options.timeout ?? 10_000 }), (target) =>
      Object.hasOwn(targets, target) ? targets[target] : wire,
    ),
  );
}

/** `peaches.log_interval` is the attribute `log_interval` of `peaches`. @throws ALI_USAGE */
export function targetOf(text: string): { readonly name: string; readonly specifier: string } {
  const dot = text.indexOf('.');
  const name = dot < 0 ? text : text.slice(0, dot);
  if (name === '' || /\s/.test(name)) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${JSON.stringify(text)} names no endpoint: write NAME or NAME.ATTRIBUTE, without spaces`,
    );
  }
  return { name, specifier: dot < 0 ? '' : text.slice(dot + 1) };
}
