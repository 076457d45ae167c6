import type { Command } from 'commander';
import type { Analysis, Channel, PulseMessage } from '../../bsread/index.ts';
import { examples } from '../options.ts';
import { clip, printable, printLine, type Terminal } from '../terminal.ts';
import { Screen } from '../up/screen.ts';
import type { Line } from '../up/table.ts';
import { grouped } from '../up/words.ts';
import { type SourceVerbOptions, withSource, withSourceOptions } from './source.ts';
import { bytesText } from './stats.ts';
import { shownNanoseconds } from './time.ts';
import { shownType, shownValue } from './value.ts';

const help = `
On a terminal the table is drawn again twice a second, until Ctrl-C. Else, and with --json, it is printed once, after two
seconds, or after -n messages, or --for a while.`;

const drawMs = 500;
/** Where the table is printed once. */
const watchMs = 2000;
const plainWidth = 120;

export function defineInspect(stream: Command, terminal: Terminal): void {
  withSourceOptions(
    stream
      .command('inspect')
      .description('a live table of a stream: rate, channels, types, sizes, values, what is missing')
      .argument('<address>', 'where the sender is'),
  )
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade stream inspect 9999', 'alidade stream inspect 9999 --json'))
    .action((address: string, options: SourceVerbOptions) => inspect(address, options, terminal));
}

/** What the table shows of a stream. */
interface Picture {
  readonly address: string;
  readonly analysis: Analysis;
  readonly undecodable: number;
  readonly newest: PulseMessage | undefined;
  /** The newest value of each channel: one that comes every tenth pulse stays to be seen. */
  readonly channels: ReadonlyMap<string, Channel>;
}

async function inspect(address: string, options: SourceVerbOptions, terminal: Terminal): Promise<void> {
  const { Analyzer, jsonText } = await import('../../bsread/index.ts');
  const isLive = terminal.stdout.isTTY === true && options.json !== true;
  const isBounded = options.n !== undefined || options.for !== undefined;
  const bounded = isLive || isBounded ? options : { ...options, for: watchMs };
  await withSource(address, bounded, terminal, async ({ source, messages }) => {
    const analyzer = new Analyzer();
    const channels = new Map<string, Channel>();
    let newest: PulseMessage | undefined;
    const picture = (): Picture => ({
      address,
      analysis: analyzer.status(),
      undecodable: Object.values(source.statistics().dropped).reduce((sum, count) => sum + count, 0),
      newest,
      channels,
    });
    using _screen = isLive ? drawLive(terminal, picture) : undefined;
    for await (const message of messages) {
      analyzer.see(message);
      if (message.isNewHeader) forget(channels, message);
      newest = message;
      for (const channel of message.channels) {
        if (!channel.isMissing || !channels.has(channel.name)) channels.set(channel.name, channel);
      }
    }
    if (isLive) return;
    if (options.json === true) return printLine(terminal, jsonText(asJson(picture())));
    const lines = linesOf(picture(), plainWidth, Number.POSITIVE_INFINITY);
    for (const { text } of lines) await printLine(terminal, text);
  });
}

/** Channels that are not in the stream any more. */
function forget(channels: Map<string, Channel>, { channels: now }: PulseMessage): void {
  const names = new Set(now.map(({ name }) => name));
  for (const name of [...channels.keys()]) if (!names.has(name)) channels.delete(name);
}

function drawLive(terminal: Terminal, picture: () => Picture): Disposable {
  const screen = new Screen(terminal);
  const draw = () => screen.draw(linesOf(picture(), screen.width, screen.height));
  draw();
  const timer = setInterval(draw, drawMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      draw();
      screen[Symbol.dispose]();
    },
  };
}

function linesOf(picture: Picture, width: number, height: number): Line[] {
  const { address, analysis, newest, undecodable } = picture;
  const { messagesPerSecond, bytesPerSecond, missingPulses, duplicates, reordered, missingValues } = analysis;
  const losses: readonly (readonly [number, string])[] = [
    [missingPulses, 'pulses missing'],
    [duplicates, 'duplicates'],
    [reordered, 'reordered'],
    [analysis.restarts, 'restarts'],
    [missingValues, 'values missing'],
    [analysis.headerChanges, 'header changes'],
    [analysis.clockJumps, 'clock jumps'],
    [undecodable, 'undecodable'],
  ];
  const seen = losses.filter(([count]) => count > 0).map(([count, what]) => `${grouped(count)} ${what}`);
  const head: Line[] = [
    {
      text: `${address}  pulse ${newest?.pulseId ?? '-'}  ${shownNanoseconds(newest?.globalTimestampNs)}`,
      look: 'strong',
    },
    {
      text: `${messagesPerSecond.toFixed(1)} messages/s  ${bytesText(bytesPerSecond)}/s  ${analysis.channels} channels`,
    },
    seen.length === 0 ? { text: 'nothing missing', look: 'faint' } : { text: seen.join(', '), look: 'alert' },
    { text: '' },
  ];
  const room = height - head.length - 1;
  const rows = [...picture.channels.values()];
  const shown = rows.length <= room ? rows : rows.slice(0, Math.max(0, room - 1));
  const cells = shown.map((channel) => [
    channel.name,
    shownType(channel),
    channel.definition.compression ?? '?',
    bytesText(channel.data.length),
    grouped(analysis.missingByChannel[channel.name] ?? 0),
    shownValue(channel),
  ]);
  const table = [['channel', 'type', 'compression', 'size', 'missing', 'value'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row, index): Line => {
    const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    const line = clip(printable(text).trimEnd(), width);
    return index === 0 ? { text: line, look: 'faint' } : { text: line };
  });
  const hidden = rows.length - shown.length;
  const more: Line[] = hidden > 0 ? [{ text: `and ${hidden} more channels`, look: 'faint' }] : [];
  return [...head, ...lines, ...more];
}

function asJson({ address, analysis, undecodable, channels }: Picture): unknown {
  return {
    address,
    ...analysis,
    undecodable,
    channels: [...channels.values()].map(({ name, definition, data, timestampNs }) => ({
      name,
      type: definition.type ?? null,
      shape: definition.shape ?? null,
      encoding: definition.encoding,
      compression: definition.compression ?? null,
      modulo: definition.modulo,
      offset: definition.offset,
      bytes: data.length,
      missing: analysis.missingByChannel[name] ?? 0,
      timestamp_ns: timestampNs ?? null,
    })),
  };
}
