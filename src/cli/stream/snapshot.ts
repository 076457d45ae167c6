import type { Command } from 'commander';
import type { Channel, PulseMessage } from '../../bsread/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples, named } from '../options.ts';
import { writeWhole } from '../plot/picture.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { type ColourMap, colourMaps, palette } from './colour-map.ts';
import { oneOf } from './options.ts';
import { indexedPng } from './png.ts';
import { type SourceVerbOptions, withSource, withSourceOptions } from './source.ts';
import { rangeOf } from './value.ts';

interface SnapshotOptions extends SourceVerbOptions {
  readonly png: string;
  readonly colours: ColourMap;
  readonly range?: readonly [number, number];
}

const help = `
The picture has a pixel for each item, from dark at the least value to bright at the greatest, or as --range says. A channel
with one dimension is one row. The first message that has a value of the channel is taken.`;

export function defineSnapshot(stream: Command, terminal: Terminal): void {
  withSourceOptions(
    stream
      .command('snapshot')
      .description('write one image of a channel into a PNG file')
      .argument('<address>', 'where the sender is')
      .argument('<channel>', 'a channel with images')
      .requiredOption('--png <file>', 'the file to make; one that is there is replaced')
      .option(
        '--colours <map>',
        colourMaps.join(' or '),
        named('--colours', oneOf(...colourMaps)),
        'viridis' as const,
      )
      .option(
        '--range <least:most>',
        'the values that are darkest and brightest',
        named('--range', parseRange),
      ),
  )
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade stream snapshot 9999 SIM:IMAGE-001 --png camera.png'))
    .action((address: string, channel: string, options: SnapshotOptions) =>
      snapshot(address, channel, options, terminal),
    );
}

async function snapshot(
  address: string,
  name: string,
  options: SnapshotOptions,
  terminal: Terminal,
): Promise<void> {
  const found = await withSource(
    address,
    { ...options, channels: [name] },
    terminal,
    async ({ messages }) => {
      for await (const message of messages) {
        const channel = channelOf(message, name);
        if (channel.state === 'present') return { channel, pulseId: message.pulseId };
        if (channel.state === 'undecodable') {
          throw new AlidadeError('ALI_DECODE', `the value of ${name} cannot be decoded: ${channel.fault}`);
        }
      }
      return undefined;
    },
  );
  if (found === undefined) throw new AlidadeError('ALI_NOT_FOUND', `no message had a value of ${name}`);
  const { width, height, pixels, range } = pixelsOf(found.channel, options.range);
  await writeWhole(options.png, indexedPng(width, height, pixels, palette(options.colours)));
  const { pulseId } = found;
  await printLine(
    terminal,
    options.json === true
      ? `{"file":${JSON.stringify(options.png)},"pulse_id":${pulseId},"width":${width},"height":${height},"range":[${range}]}`
      : `${options.png}: ${name} of pulse ${pulseId}, ${width} x ${height}, from ${range[0]} to ${range[1]}`,
  );
}

function channelOf(message: PulseMessage, name: string): Channel {
  const channel = message.channel(name);
  if (channel !== undefined) return channel;
  const names = message.dataHeader.channels.map((definition) => definition.name);
  const shown = names.slice(0, 10).join(', ');
  throw new AlidadeError(
    'ALI_NOT_FOUND',
    `the stream has no channel ${name}; it has ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`,
  );
}

function pixelsOf(channel: Channel, given: readonly [number, number] | undefined) {
  const value = channel.value();
  const { shape } = channel;
  if (typeof value !== 'object' || shape.length > 2) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${channel.name} is no image: it has ${shape.length} dimensions, and an image one or two`,
    );
  }
  const items = value as ArrayLike<number | bigint>;
  const [least, most] = given ?? (rangeOf(items).map(Number) as [number, number]);
  const scale = most > least ? 255 / (most - least) : 0;
  const pixels = Uint8Array.from({ length: items.length }, (_, at) =>
    Math.max(0, Math.min(255, Math.round((Number(items[at]) - least) * scale))),
  );
  const width = shape.at(-1) ?? 1;
  return { width, height: items.length / width, pixels, range: [least, most] as const };
}

function parseRange(text: string): readonly [number, number] {
  const [least, most] = text.split(':').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (least !== undefined && most !== undefined && least < most) return [least, most];
  throw new AlidadeError('ALI_USAGE', `'${text}' is no range: give LEAST:MOST, such as 0:4095`);
}
