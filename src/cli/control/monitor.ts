import type { Command } from 'commander';
import type { Bus, BusEvent } from '../../bus/index.ts';
import { type Dialect, type Monitored, openMonitor } from '../../control/client/index.ts';
import type { ExactValue } from '../../shared/exact-value.ts';
import { readJson } from '../../shared/read-json.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { controlExamples } from './help.ts';
import { type ControlOptions, withBus, withControlOptions } from './open.ts';
import { payloadJson } from './payload-text.ts';
import { inTmux } from './tmux.ts';

interface MonitorOptions extends ControlOptions {
  readonly exchange: 'alerts' | 'requests';
  readonly keys?: readonly string[];
  readonly payloadOnly?: boolean;
}

const help = `
A key is made of words with dots between them; * stands for one word, # for any number of them: sensor_value.# is every
value that is logged. --json prints one object a line.
While requests are monitored with #, whoever asks for an endpoint that is not there waits his whole timeout instead of
being told so at once: the broker takes the monitor for a receiver.`;

export function defineMonitor(control: Command, terminal: Terminal): void {
  const command = control
    .command('monitor')
    .description('print alerts, or requests and replies, as they come, until Ctrl-C')
    .option('-k, --keys <keys...>', 'which, by their routing keys (default: #, all)')
    .option('--payload-only', 'only what they carry (short: -po)');
  command.addOption(
    command
      .createOption('-e, --exchange <name>', 'which exchange')
      .choices(['alerts', 'requests'])
      .default('alerts'),
  );
  withControlOptions(command)
    .addHelpText('after', help)
    .addHelpText(
      'after',
      controlExamples(control, 'monitor', "monitor -k 'sensor_value.#' -po", 'monitor -e requests --json'),
    )
    .action((options: MonitorOptions) => inTmux(options, terminal, () => monitor(options, terminal)));
}

async function monitor(options: MonitorOptions, terminal: Terminal): Promise<void> {
  const { exchange, keys = ['#'] } = options;
  using stop = new StopSignals();
  await withBus(
    options,
    terminal,
    async (bus) => {
      await using messages = await openMonitor({ bus, exchange, keys });
      const ending = stop.stopped.then(() => messages.close());
      terminal.stderr.write(
        `alidade: listening to ${exchange} ${printable(keys.join(' '))} on ${printable(bus.location)}; Ctrl-C ends it\n`,
      );
      const note = mixtureTeller(bus, terminal);
      for await (const message of messages) {
        note(message);
        await printLine(
          terminal,
          options.json === true ? messageJson(message) : messageText(message, options),
        );
      }
      await ending;
    },
    connectionTeller(terminal),
  );
}

/** What happens to the connection, in a line on standard error; not each attempt to make it again. */
function connectionTeller({ stderr }: Terminal): (event: BusEvent) => void {
  let isAway = false;
  return (event) => {
    if (event.event === 'away' && !isAway) {
      stderr.write(`alidade: the broker is away: ${printable(event.reason)}; waiting for it\n`);
    }
    if (event.event === 'connected' && isAway) stderr.write('alidade: the broker is back\n');
    if (event.event === 'away' || event.event === 'connected') isAway = event.event === 'away';
  };
}

/** Says once that generations are mixed on a broker, of which the new ends the old. */
function mixtureTeller({ location }: Bus, { stderr }: Terminal): (message: Monitored) => void {
  const heard = new Set<Dialect>();
  let isSaid = location.startsWith('local:');
  return ({ dialect }) => {
    if (isSaid || dialect === undefined) return;
    heard.add(dialect);
    if (!heard.has('v3') || heard.size === 1) return;
    stderr.write(
      `alidade: ${[...heard].sort().join(' and ')} are spoken on this broker: a message of v3 ends each service of v1 or v2 that it reaches\n`,
    );
    isSaid = true;
  };
}

/** As dragonfly prints it: who and where, and below what it says. */
function messageText(message: Monitored, { payloadOnly }: MonitorOptions): string {
  const { routingKey, appId, sender, text } = message;
  const from = appId ?? sender?.serviceName ?? '';
  const head = printable(`${from} [${routingKey}]     (From App [routing_key])`);
  if (message.kind === 'unreadable') return `${head}\n${printable(text, true)}`;
  const body =
    payloadOnly === true ? payloadJson(message.exactPayload ?? null, 2) : payloadJson(bodyOf(message), 4);
  return `${head}\n${printable(body, true)}`;
}

/** What the body of v1 and v2 says; of v3 the headers that say the same, under the same names. */
function bodyOf(message: Monitored): ExactValue {
  const { kind, dialect, specifier, code, message: said, timestamp, exactPayload, sender, text } = message;
  if (dialect !== 'v3') {
    const body = readJson(text, 'the body');
    return body instanceof Map ? new Map([...body].filter(([key]) => key !== 'msgtype')) : body;
  }
  const sent: [string, ExactValue | undefined][] = [
    ['specifier', kind === 'request' ? specifier : undefined],
    ['retcode', code],
    ['return_msg', said],
    ['payload', exactPayload],
    ['timestamp', timestamp],
    [
      'sender_info',
      sender &&
        new Map([
          ['exe', sender.exe],
          ['hostname', sender.hostname],
          ['username', sender.username],
          ['service_name', sender.serviceName],
        ]),
    ],
  ];
  return new Map(sent.filter((entry): entry is [string, ExactValue] => entry[1] !== undefined));
}

function messageJson(message: Monitored): string {
  const { exactPayload, kind, routingKey, appId, dialect, sender, timestamp, specifier, code } = message;
  const head = { kind, routingKey, wire: dialect, appId, sender, timestamp, specifier, code };
  const said = { message: message.message, reason: message.reason };
  if (exactPayload === undefined) return JSON.stringify({ ...head, ...said, text: message.text });
  return `${JSON.stringify({ ...head, ...said }).slice(0, -1)},"payload":${payloadJson(exactPayload)}}`;
}
