import { AlidadeError } from '../../shared/errors.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import { Entity } from '../entity.ts';
import { Provider } from '../provider.ts';
import { foreignModule, foreignNames } from './catalogue.ts';
import { deviceRecords } from './device-records.ts';
import { entityOptions, entityParameters } from './entity-parameters.ts';
import { keyValueFunctions } from './key-value-functions.ts';
import { KeyValueStore } from './key-value-store.ts';
import { type ModuleRecord, moduleRecord } from './module-record.ts';

const initialValue = {
  initial_value: { type: 'value', default: 'null', about: 'What it holds before the first set.' },
} as const;

/** Every class that files can name. */
export const moduleRecords: readonly ModuleRecord[] = [
  moduleRecord({
    name: 'KeyValueStore',
    names: { v3: ['KeyValueStore'] },
    about: 'A value that is kept in memory: what is set is what is got.',
    parameters: { ...initialValue, ...entityParameters },
    isProvider: false,
    create: (values, { name }) =>
      new KeyValueStore({ ...entityOptions(values, name), initialValue: values.initial_value }),
  }),
  moduleRecord({
    name: 'kv_store_key',
    names: { v1: ['kv_store_key'], v2: ['kv_store_key'] },
    about:
      'A value that is kept in memory, as v1 and v2 have it: a get gives text, and a set answers with what was set. Its calibrations can call times2 and times3.',
    parameters: { ...initialValue, ...entityParameters },
    isProvider: false,
    create: (values, { name }) =>
      new KeyValueStore({
        ...entityOptions(values, name),
        initialValue: values.initial_value,
        givesText: true,
        calibrationFunctions: keyValueFunctions,
      }),
  }),
  moduleRecord({
    name: 'Provider',
    names: { v1: ['Provider', 'kv_store'], v2: ['Provider', 'kv_store'] },
    about: 'Groups endpoints; its logging_status is that of all of them.',
    parameters: {},
    isProvider: true,
    create: (_, { name, module }) => new Provider({ name, module }),
  }),
  moduleRecord({
    name: 'Entity',
    names: { v1: ['Spime'], v2: ['Spime'], v3: ['Entity'] },
    about:
      'A quantity without a device: it answers neither get nor set, but has the attributes of all others.',
    parameters: entityParameters,
    isProvider: false,
    create: (values, { name }) => new Entity(entityOptions(values, name)),
  }),
  ...deviceRecords,
];

const byName: ReadonlyMap<string, ModuleRecord> = new Map(
  moduleRecords.flatMap((record) =>
    [record.name, ...Object.values(record.names).flat()].map((name) => [name, record] as const),
  ),
);

/**
 * The class of a name, of whatever generation.
 *
 * @throws ALI_CONTROL for one that we do not have: what to do with it, or the nearest known name
 * @example
 * const { about, parameters } = findModule('kv_store_key');
 */
export function findModule(name: string): ModuleRecord {
  const record = byName.get(name);
  if (record !== undefined) return record;
  const known = foreignModule(name);
  if (known !== undefined) {
    throw new AlidadeError(
      'ALI_CONTROL',
      `${name} is a class of dragonfly that is not here: ${known.advice}`,
    );
  }
  const nearest = nearestName(name, [...byName.keys(), ...foreignNames]);
  const hint =
    nearest === undefined ? `there is ${[...byName.keys()].join(', ')}.` : `did you mean '${nearest}'?`;
  throw new AlidadeError(
    'ALI_CONTROL',
    `there is no module '${name.slice(0, 100)}'; ${hint} A class of your own needs module_path`,
  );
}
