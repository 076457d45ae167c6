import type { Command } from 'commander';
import type { PulseMessage } from '../../bsread/index.ts';
import { examples, named } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { parseNames } from './options.ts';
import { type SourceVerbOptions, withSource, withSourceOptions } from './source.ts';
import { shownNanoseconds } from './time.ts';
import { jsonValue, shownType, shownValue } from './value.ts';

interface ReceiveOptions extends SourceVerbOptions {
  readonly channels?: readonly string[];
}

const help = `
With --json each message is one line: {"pulse_id": …, "timestamp_ns": …, "data": {NAME: VALUE, …}, "timestamps_ns": {…}},
null for a value that is missing, lists in NumPy's order of dimensions. Only channels that are asked for are decoded.`;

export function defineReceive(stream: Command, terminal: Terminal): void {
  withSourceOptions(
    stream
      .command('receive')
      .description('print the pulses of a stream as they come, until Ctrl-C')
      .argument('<address>', 'where the sender is')
      .option('--channels <names>', 'only these channels, in a list', named('--channels', parseNames)),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade stream receive tcp://127.0.0.1:8082 -n 1',
        'alidade stream receive 8082 --channels SIN,COUNT --json -n 100 > pulses.jsonl',
      ),
    )
    .action((address: string, options: ReceiveOptions) => receive(address, options, terminal));
}

async function receive(address: string, options: ReceiveOptions, terminal: Terminal): Promise<void> {
  await withSource(address, options, terminal, async ({ messages }) => {
    const { jsonText } = await import('../../bsread/index.ts');
    for await (const message of messages) {
      if (options.json === true) await printLine(terminal, jsonText(asJson(message)));
      else for (const line of linesOf(message)) await printLine(terminal, clipped(terminal, line));
    }
  });
}

function asJson({ pulseId, globalTimestampNs, channels }: PulseMessage): unknown {
  return {
    pulse_id: pulseId,
    timestamp_ns: globalTimestampNs ?? null,
    data: Object.fromEntries(channels.map((channel) => [channel.name, jsonValue(channel)])),
    timestamps_ns: Object.fromEntries(channels.map(({ name, timestampNs }) => [name, timestampNs ?? null])),
  };
}

function linesOf({ pulseId, globalTimestampNs, channels }: PulseMessage): string[] {
  const width = Math.max(0, ...channels.map(({ name }) => name.length));
  const typeWidth = Math.max(0, ...channels.map((channel) => shownType(channel).length));
  return [
    `pulse ${pulseId}  ${shownNanoseconds(globalTimestampNs)}`,
    ...channels.map((channel) =>
      printable(
        `  ${channel.name.padEnd(width)}  ${shownType(channel).padEnd(typeWidth)}  ${shownValue(channel)}`,
      ),
    ),
  ];
}
