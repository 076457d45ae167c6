import type { ConfigurationDatabase } from '../config/index.ts';
import type { Group } from '../hdf5/index.ts';
import { messageOf } from '../shared/errors.ts';
import { formatJson, type TelescopeState, type Value } from '../telstate/index.ts';
import { attributeText, groupName } from './group-name.ts';
import { textWithoutNul } from './text.ts';

/** The state of the instrument that is to be kept beside what was measured. */
export interface StateAround {
  /** A configuration, as it is when the recording begins: its revision and all of it. */
  readonly configuration?: { readonly database: ConfigurationDatabase; readonly name: string } | undefined;
  readonly telescope?: TelescopeState | undefined;
  /** Globs of attributes, as they are when the recording ends. */
  readonly attributes?: readonly string[] | undefined;
  /** Globs of sensors: their samples from the beginning to the end, and the one before. */
  readonly sensors?: readonly string[] | undefined;
}

/** More samples of one sensor are not kept, the newest of them. */
const mostSamples = 1_000_000;

interface ReadConfiguration {
  readonly name: string;
  readonly revision: number;
  readonly text: string;
}

/** @throws what the store throws, and where there is no such configuration */
export async function readConfiguration({
  configuration,
}: StateAround): Promise<ReadConfiguration | undefined> {
  if (configuration === undefined) return undefined;
  const { database, name } = configuration;
  const [newest] = await database.history(name, { limit: 1 });
  const revision = newest?.revision ?? 0;
  return { name, revision, text: await database.fetchText(name, { revision }) };
}

/** /recording/configuration: the revision, and the text of all of it. */
export function storeConfiguration(own: Group, { name, revision, text }: ReadConfiguration): void {
  const group = own.group('configuration');
  group.attribute('name', attributeText(name));
  group.attribute('revision', BigInt(revision), { type: 'uint64' });
  group.fixed('text', textWithoutNul(text), { type: 'string' });
}

/**
 * /recording/attributes, with `key` and `value` (JSON), and /recording/sensors with a group for each that has `time` (Unix
 * seconds) and `value`: numbers where all are, else JSON.
 *
 * @returns what could not be read, for a recording is not lost over it
 */
export async function storeTelescopeState(
  own: Group,
  { telescope, attributes = [], sensors = [] }: StateAround,
  interval: { readonly startSeconds: number; readonly endSeconds: number },
): Promise<string | undefined> {
  if (telescope === undefined) return undefined;
  try {
    const kept = await readAttributes(telescope, await keysOf(telescope, attributes, 'attribute'));
    if (attributes.length > 0) {
      const group = own.group('attributes');
      group.fixed(
        'key',
        kept.map(({ key }) => attributeText(key)),
        { type: 'string' },
      );
      group.fixed(
        'value',
        kept.map(({ value }) => textWithoutNul(value)),
        { type: 'string' },
      );
    }
    if (sensors.length > 0) {
      const group = own.group('sensors');
      const taken = new Set<string>();
      for (const key of await keysOf(telescope, sensors, 'sensor')) {
        const name = groupName(key, (each) => taken.has(each));
        taken.add(name);
        await storeSensor(group.group(name), telescope, key, name, interval);
      }
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function keysOf(
  telescope: TelescopeState,
  globs: readonly string[],
  type: 'attribute' | 'sensor',
): Promise<string[]> {
  const keys = new Set<string>();
  for (const glob of globs) for (const key of await telescope.keys(glob)) keys.add(key);
  const found: string[] = [];
  for (const key of keys) if ((await telescope.keyType(key)) === type) found.push(key);
  return found.sort();
}

async function readAttributes(
  telescope: TelescopeState,
  keys: readonly string[],
): Promise<{ readonly key: string; readonly value: string }[]> {
  const read: { key: string; value: string }[] = [];
  for (const key of keys) {
    const value = (await telescope.get(key, { exact: true })) as Value | undefined;
    if (value !== undefined) read.push({ key, value: formatJson(value) });
  }
  return read;
}

async function storeSensor(
  group: Group,
  telescope: TelescopeState,
  key: string,
  name: string,
  { startSeconds, endSeconds }: { readonly startSeconds: number; readonly endSeconds: number },
): Promise<void> {
  if (name !== key) group.attribute('key', attributeText(key));
  const range = { start: startSeconds, end: endSeconds, includePrevious: true, includeEnd: true };
  const samples = (await telescope.getRange(key, range)).slice(-mostSamples);
  const times = Float64Array.from(samples, ({ timeSeconds }) => timeSeconds);
  group.fixed('time', times, { attributes: { units: 's' } });
  const values = samples.map(({ value }) => value);
  if (values.every((value) => typeof value === 'number'))
    group.fixed('value', Float64Array.from(values as number[]));
  else
    group.fixed(
      'value',
      values.map((value) => textWithoutNul(formatJson(value))),
      { type: 'string' },
    );
}
