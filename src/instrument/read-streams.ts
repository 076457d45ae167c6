import type { z } from 'zod';
import type { YamlFile } from '../shared/yaml-file.ts';
import type { BufferDefinition, SimulatedStreamDefinition, StreamsDefinition } from './definition.ts';
import type { streamsSchema } from './stream-schema.ts';

type Streams = z.infer<typeof streamsSchema>;

/**
 * The streams of an instrument file.
 *
 * @param isTaken whether a key of telescope state is an attribute, or a sensor that something else writes
 * @throws ALI_INSTRUMENT
 */
export function streamsOf(
  yaml: YamlFile,
  streams: Streams,
  isTaken: (key: string) => boolean,
): StreamsDefinition | undefined {
  if (streams.length === 0) return undefined;
  assertApart(yaml, streams);
  const simulated: SimulatedStreamDefinition[] = [];
  const buffers: BufferDefinition[] = [];
  const addresses = new Map<string, string>();
  for (const { name, simulate } of streams) {
    if (simulate === undefined) continue;
    const { port, bind, rate: rateHz, ...rest } = simulate;
    simulated.push({ name, rateHz, ...rest, address: addressOf(bind, port) });
    addresses.set(name, `tcp://${bind === '*' ? '127.0.0.1' : hostOf(bind)}:${port}`);
  }
  const sensors = new Set<string>();
  for (const [index, { name, buffer }] of streams.entries()) {
    if (buffer === undefined) continue;
    const { from, port, bind, ...rest } = buffer;
    const fromPath = (place: number) => [
      'streams',
      index,
      'buffer',
      'from',
      ...(from.length > 1 ? [place] : []),
    ];
    const inputs = from.map((text, place) => {
      const known = addresses.get(text) ?? (/^(?:tcp|ipc):\/\/./.test(text) ? text : undefined);
      if (known !== undefined) return known;
      const path = fromPath(place);
      throw yaml.fault(
        path,
        `${path.join('.')}: '${text}' is neither tcp://HOST:PORT nor a simulated stream`,
      );
    });
    const twice = inputs.findIndex((address, place) => inputs.indexOf(address) < place);
    if (twice >= 0) {
      const path = fromPath(twice);
      throw yaml.fault(path, `${path.join('.')}: '${from[twice]}' is named twice`);
    }
    const channels = buffer.sensors.map(({ channel, sensor = channel, rate }, place) => {
      if (isTaken(sensor) || sensors.has(sensor)) {
        const path = ['streams', index, 'buffer', 'sensors', place];
        throw yaml.fault(path, `${path.join('.')}: the key '${sensor}' is used already in this file`);
      }
      sensors.add(sensor);
      return { channel, sensor, rateHz: rate };
    });
    buffers.push({ name, ...rest, inputs, address: addressOf(bind, port), sensors: channels });
  }
  return { simulated, buffers };
}

function assertApart(yaml: YamlFile, streams: Streams): void {
  const names = new Set<string>();
  const ports = new Map<number, string>();
  for (const [index, { name, simulate, buffer }] of streams.entries()) {
    if (names.has(name)) {
      throw yaml.fault(['streams', index, 'name'], `streams.${index}.name: there are two streams '${name}'`);
    }
    names.add(name);
    for (const port of [simulate?.port, buffer?.port, buffer?.statusPort]) {
      if (port === undefined) continue;
      const other = ports.get(port);
      if (other !== undefined) {
        throw yaml.fault(['streams', index], `streams.${index}: port ${port} is that of '${other}' already`);
      }
      ports.set(port, name);
    }
  }
}

function addressOf(bind: string, port: number): string {
  return `tcp://${hostOf(bind)}:${port}`;
}

function hostOf(bind: string): string {
  return bind.includes(':') && !bind.startsWith('[') ? `[${bind}]` : bind;
}
