import type { EndpointDefinition } from '../control/index.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { loadSnapshot, type SnapshotProgress } from '../store/rdb/index.ts';
import type { TelescopeState, Value } from '../telstate/index.ts';
import type { InstrumentDefinition } from './definition.ts';

/** What was put into the store at the start, and what was there already and stays as it is. */
export interface Preparation {
  readonly attributes: {
    readonly set: number;
    readonly inPlace: number;
    /** Those in place whose value is another than in the file: somebody changed them, or the file. */
    readonly different: readonly string[];
  };
  /** Undefined when the instrument has no snapshot. */
  readonly snapshot:
    | {
        readonly loaded: number;
        readonly inPlace: number;
        /** Keys that telescope state has no use for: foreign types, expired or empty ones. */
        readonly leftOut: number;
      }
    | undefined;
}

/** How the snapshot is loaded. */
export interface PrepareOptions {
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts attributes and the snapshot into telescope state, where their keys are missing: nothing that is there is ever
 * replaced. Attributes of the file go before those of the snapshot.
 *
 * @throws ALI_SNAPSHOT, ALI_ABORTED, ALI_IMMUTABLE when the key of a sensor is taken by an attribute, and what the store throws
 */
export async function prepareState(
  definition: InstrumentDefinition,
  state: TelescopeState,
  options: PrepareOptions,
): Promise<Preparation> {
  const attributes = await setMissing(state, attributesOf(definition));
  const snapshot = await loadMissing(state, definition.snapshotFile, options);
  for (const { name } of definition.sensors) {
    const type = await state.keyType(name);
    if (type === undefined || type === 'sensor') continue;
    throw new AlidadeError(
      'ALI_IMMUTABLE',
      `${definition.file}: ${name} cannot be a sensor: it is an ${type === 'indexed' ? 'indexed key' : type} in ${state.space.location}. Rename the sensor, or delete the key (alidade state delete ${name}).`,
    );
  }
  return { attributes, snapshot };
}

/**
 * Those of the file, then what sensors say about themselves: `<sensor>_units` and `<sensor>_description`, also the units
 * of endpoints, whose alerts become sensors.
 */
export function attributesOf({ attributes, sensors, control }: InstrumentDefinition): Map<string, Value> {
  const all = new Map(attributes);
  for (const { name, units, description } of sensors) {
    if (units !== undefined) all.set(`${name}_units`, units);
    if (description !== undefined) all.set(`${name}_description`, description);
  }
  for (const [name, units] of (control?.services ?? []).flatMap(({ root }) => unitsIn(root))) {
    if (!all.has(`${name}_units`)) all.set(`${name}_units`, units);
  }
  return all;
}

function unitsIn({ name, parameters, endpoints }: EndpointDefinition): [string, string][] {
  const units = parameters.get('units');
  const own: [string, string][] = typeof units === 'string' ? [[name, units]] : [];
  return [...own, ...endpoints.flatMap(unitsIn)];
}

async function setMissing(state: TelescopeState, attributes: ReadonlyMap<string, Value>) {
  const outcomes = await Promise.all(
    [...attributes].map(async ([key, value]) => {
      const exists = await state.exists(key);
      return { key, exists, same: await setUnlessDifferent(state, key, value) };
    }),
  );
  return {
    set: outcomes.filter(({ exists, same }) => !exists && same).length,
    inPlace: outcomes.filter(({ exists, same }) => exists || !same).length,
    different: outcomes.filter(({ same }) => !same).map(({ key }) => key),
  };
}

async function setUnlessDifferent(state: TelescopeState, key: string, value: Value): Promise<boolean> {
  try {
    await state.set(key, value);
    return true;
  } catch (error) {
    if (isAlidadeError(error, 'ALI_IMMUTABLE')) return false;
    throw error;
  }
}

async function loadMissing(
  state: TelescopeState,
  file: string | undefined,
  { onProgress, signal }: PrepareOptions,
): Promise<Preparation['snapshot']> {
  if (file === undefined) return undefined;
  const { keys, skipped, skippedCount } = await loadSnapshot(state.space, file, {
    onlyMissing: true,
    onProgress,
    signal,
  });
  const leftOut = skipped.filter(({ reason }) => reason !== 'exists').length;
  return { loaded: keys, inPlace: skippedCount - leftOut, leftOut };
}
