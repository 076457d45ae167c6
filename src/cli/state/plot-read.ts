import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { keyBytes } from '../../store/index.ts';
import {
  Complex,
  countMembers,
  decodeValue,
  memberPages,
  NdArray,
  splitMember,
  type TelescopeState,
  Tuple,
  timeSpan,
  type Value,
} from '../../telstate/index.ts';
import type { Series } from '../plot/chart.ts';
import { Reduced } from '../plot/reduced.ts';
import { notFound } from './open.ts';
import type { PlotOptions } from './plot.ts';

/** A sensor that is to be read, and the key under which the view found it. */
interface Sensor {
  readonly name: string;
  readonly fullKey: Uint8Array;
}

export interface PlotRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Whether a sample exactly at the end belongs to it. */
  readonly includeEnd: boolean;
}

/**
 * Where each key is, under the first prefix that has it.
 *
 * @throws ALI_NOT_FOUND; ALI_IMMUTABLE where it is no sensor
 */
export async function findSensors(state: TelescopeState, keys: readonly string[]): Promise<Sensor[]> {
  return Promise.all(
    [...new Set(keys)].map(async (name) => {
      for (const prefix of state.prefixes) {
        const fullKey = Buffer.concat([keyBytes(prefix), keyBytes(name)]);
        const kind = await state.space.read({ read: 'kind', key: fullKey });
        if (kind === 'series') return { name, fullKey };
        if (kind === undefined) continue;
        throw new AlidadeError(
          'ALI_IMMUTABLE',
          `key '${name}' is not a sensor: only samples in time can be drawn`,
        );
      }
      throw notFound(name);
    }),
  );
}

/** The times from the first to the last sample, where the options do not say otherwise. */
export async function plotRange(
  state: TelescopeState,
  sensors: readonly Sensor[],
  { from, to }: PlotOptions,
): Promise<PlotRange> {
  const spans = await Promise.all(sensors.map(({ fullKey }) => timeSpan(state.space, fullKey)));
  const known = spans.filter((span) => span !== undefined);
  const first = Math.min(...known.map(({ firstSeconds }) => firstSeconds));
  const last = Math.max(...known.map(({ lastSeconds }) => lastSeconds));
  const fromSeconds = from ?? first;
  const toSeconds = to ?? last;
  if (fromSeconds < toSeconds && Number.isFinite(toSeconds - fromSeconds)) {
    return { fromSeconds, toSeconds, includeEnd: to === undefined };
  }
  // One moment is drawn in the middle of a second.
  if (to === undefined && fromSeconds === toSeconds) {
    return { fromSeconds: Math.max(0, fromSeconds - 0.5), toSeconds: fromSeconds + 0.5, includeEnd: true };
  }
  if (from !== undefined && to !== undefined) {
    throw new AlidadeError('ALI_USAGE', '--from is not before --to');
  }
  throw new AlidadeError('ALI_NOT_FOUND', 'samples in this time were not found');
}

/** Reads a sensor page by page, in memory that depends on the columns only. */
export async function readSeries(
  state: TelescopeState,
  { name, fullKey }: Sensor,
  range: PlotRange,
  { columns, gapSeconds }: { readonly columns: number; readonly gapSeconds: number | undefined },
  onPage: (samples: number, bytes: number) => void,
): Promise<Series> {
  const { fromSeconds, toSeconds, includeEnd } = range;
  const reduced = new Reduced({ columns: { fromSeconds, toSeconds, count: columns }, gapSeconds });
  const pages = memberPages(state.space, fullKey, { start: fromSeconds, end: toSeconds, includeEnd });
  for await (const page of pages) {
    let bytes = 0;
    for (const member of page) {
      bytes += member.length;
      addMember(reduced, member);
    }
    onPage(page.length, bytes);
  }
  return { name, units: await unitsOf(state, name), reduced };
}

/** How many samples there are to read. */
export async function countSamples(
  state: TelescopeState,
  sensors: readonly Sensor[],
  { fromSeconds: start, toSeconds: end, includeEnd }: PlotRange,
): Promise<number> {
  const counts = sensors.map(({ fullKey }) => countMembers(state.space, fullKey, { start, end, includeEnd }));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

const float64Bytes = 18;

function addMember(reduced: Reduced, member: Uint8Array): void {
  // By far the most common: a time and one float64.
  if (member.length === float64Bytes && member[8] === 0xff && member[9] === 0xcb) {
    const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
    reduced.add(view.getFloat64(0), view.getFloat64(10));
    return;
  }
  const { timeSeconds, encoded } = splitMember(member);
  const value = decodedOr(encoded);
  if (value === undefined) reduced.addOther(timeSeconds, 'cannot be decoded');
  else if (typeof value === 'number' || typeof value === 'bigint') reduced.add(timeSeconds, Number(value));
  else if (typeof value === 'boolean' || typeof value === 'string') reduced.add(timeSeconds, String(value));
  else reduced.addOther(timeSeconds, kindOf(value));
}

function decodedOr(encoded: Uint8Array): Value | undefined {
  try {
    return decodeValue(encoded);
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE')) return undefined;
    throw error;
  }
}

function kindOf(value: Value): string {
  if (value === null) return 'None';
  if (value instanceof NdArray) return 'array';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Complex) return 'complex';
  return Array.isArray(value) ? 'list' : 'another type';
}

/** What the attribute `<sensor>_units` says, where it is text. */
async function unitsOf(state: TelescopeState, name: string): Promise<string | undefined> {
  try {
    const units = await state.get(`${name}_units`);
    return typeof units === 'string' && units !== '' ? units : undefined;
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE') || isAlidadeError(error, 'ALI_WRONG_KIND')) return undefined;
    throw error;
  }
}
