import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readServiceFile, type ServiceDefinition, serviceDefinitionOf } from '../control/index.ts';
import { parseDurationMs } from '../shared/duration.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { type Path, YamlFile, type YamlFileKind } from '../shared/yaml-file.ts';
import { namesSnapshot } from '../store/index.ts';
import { float, type Value } from '../telstate/index.ts';
import type {
  InstrumentDefinition,
  RetentionRule,
  SensorDefinition,
  StreamsDefinition,
} from './definition.ts';
import { streamsOf } from './read-streams.ts';
import { instrumentSchema, namesIn } from './schema.ts';
import { compileSimulation, type Simulation } from './simulation.ts';
import { namesInStreams } from './stream-schema.ts';

export const instrumentFileName = 'instrument.yaml';

export const instrumentFileKind: YamlFileKind = {
  code: 'ALI_INSTRUMENT',
  what: 'an instrument file',
  maxMebibytes: 1,
  maxValues: 100_000,
  version: '1.2',
};

/**
 * Reads an instrument file, or the `instrument.yaml` of a folder, and checks all that can be known without a store.
 * Relative paths in it start at its folder.
 *
 * @throws ALI_INSTRUMENT with file, line and column, what was found, what is expected, and the nearest known name
 * @example
 * const { name, sensors } = readDefinition('examples/telescope');
 */
export function readDefinition(path: string): InstrumentDefinition {
  const file = fileOf(path);
  const yaml = new YamlFile(file, instrumentFileKind);
  const parsed = instrumentSchema.safeParse(yaml.values());
  if (!parsed.success) throw faultOf(yaml, parsed.error.issues);
  const { name, description, store, configurations, bus, wire, targets, services, streams, state } =
    parsed.data;
  assertNamesApart(yaml, state);
  const folder = dirname(resolve(file));
  const isTaken = (key: string) =>
    Object.hasOwn(state.attributes, key) || state.sensors[key]?.simulate !== undefined;
  const streamed = streamsOf(yaml, streams, isTaken);
  return {
    file,
    name,
    description,
    storeUrl: store === undefined ? undefined : storeUrlOf(yaml, store, folder),
    snapshotFile: namedFile(yaml, ['state', 'snapshot'], state.snapshot, folder),
    configurationsFile: namedFile(yaml, ['configurations'], configurations, folder),
    control:
      bus === undefined && services.length === 0
        ? undefined
        : {
            busUrl: bus === undefined ? undefined : busUrlOf(yaml, bus, folder),
            wire,
            targets,
            services: services.map((_, i) => serviceOf(yaml, i, folder)),
          },
    streams: streamed,
    attributes: new Map(attributesOf(yaml)),
    sensors: [
      ...Object.entries(state.sensors).map(
        ([key, { units, description, simulate }]): SensorDefinition => ({
          name: key,
          units,
          description,
          simulate: simulate && {
            rateHz: simulate.rate,
            valueAt: simulationOf(yaml, key, simulate.value, name),
          },
        }),
      ),
      ...sensorsOfStreams(streamed, (key) => Object.hasOwn(state.sensors, key)),
    ],
    retention: state.retention.map(({ keys, keep, keepLast }, i): RetentionRule => {
      return { keys, keepMs: keepMsOf(yaml, i, keep), keepLast };
    }),
  };
}

/** Channels that are sensors, and of which `state.sensors` says nothing. */
function sensorsOfStreams(
  streams: StreamsDefinition | undefined,
  isKnown: (key: string) => boolean,
): SensorDefinition[] {
  const all = streams?.buffers.flatMap(({ sensors }) => sensors) ?? [];
  return all
    .filter(({ sensor }) => !isKnown(sensor))
    .map(({ sensor: name }) => ({ name, units: undefined, description: undefined, simulate: undefined }));
}

interface State {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly sensors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A key is one thing: attribute or sensor; what a sensor says about itself are attributes too. */
function assertNamesApart(yaml: YamlFile, { attributes, sensors }: State): void {
  const isTaken = (key: string) => Object.hasOwn(attributes, key) || Object.hasOwn(sensors, key);
  for (const [name, sensor] of Object.entries(sensors)) {
    const path = ['state', 'sensors'];
    if (Object.hasOwn(attributes, name)) {
      throw yaml.fault(path, `state.sensors.${name}: '${name}' is an attribute of this file`, name);
    }
    for (const about of ['units', 'description']) {
      const key = `${name}_${about}`;
      if (sensor[about] === undefined || !isTaken(key)) continue;
      const place = [...path, name, about];
      throw yaml.fault(
        place,
        `${place.join('.')}: it is kept as '${key}', a name that this file uses already`,
      );
    }
  }
}

/** Compiles an expression, and tries it once: most mistakes show at any time. */
function simulationOf(yaml: YamlFile, sensor: string, source: string, instrument: string): Simulation {
  try {
    const simulation = compileSimulation(source, `${instrument}/${sensor}`);
    simulation(Date.now() / 1000);
    return simulation;
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
    const path = ['state', 'sensors', sensor, 'simulate'];
    const place = yaml.found(path) === 'a map' ? [...path, 'value'] : path;
    throw yaml.fault(place, `${place.join('.')}: ${error.message}`);
  }
}

function keepMsOf(yaml: YamlFile, rule: number, keep: string | undefined): number | undefined {
  if (keep === undefined || keep === 'forever') return undefined;
  try {
    return parseDurationMs(keep);
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_USAGE')) throw error;
    const place = ['state', 'retention', rule, 'keep'];
    throw yaml.fault(place, `${place.join('.')}: ${error.message}, or forever`);
  }
}

function fileOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  const file = found?.isDirectory() ? join(path, instrumentFileName) : path;
  if (found !== undefined && statSync(file, { throwIfNoEntry: false }) !== undefined) return file;
  throw new AlidadeError(
    'ALI_INSTRUMENT',
    found === undefined
      ? `there is no file or folder ${path}`
      : `there is no ${instrumentFileName} in ${path}: name the folder or file of an instrument`,
  );
}

/** The values of attributes keep what they are in the file: `1.0` is a float, `1` is not. */
function attributesOf(yaml: YamlFile): [string, Value][] {
  const whole = yaml.values({ float }) as { state?: { attributes?: Record<string, Value> | null } | null };
  return Object.entries(whole.state?.attributes ?? {});
}

function storeUrlOf(yaml: YamlFile, url: string, folder: string): string {
  if (namesSnapshot(url)) {
    throw yaml.fault(['store'], `store is a snapshot, which cannot be written: give it as state.snapshot`);
  }
  if (!/^(?:memory:$|sqlite:.|rediss?:\/\/.)/.test(url)) {
    const shown = url.includes('@') ? 'this' : JSON.stringify(url);
    throw yaml.fault(
      ['store'],
      `store: ${shown} names no store; expected sqlite:FOLDER, redis://HOST, rediss://HOST or memory:`,
    );
  }
  if (url.startsWith('redis') && !URL.canParse(url)) {
    throw yaml.fault(
      ['store'],
      'store: this URL is malformed; expected redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]',
    );
  }
  const match = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url);
  return match === null ? url : `sqlite:${resolve(folder, match[1] ?? '')}`;
}

function busUrlOf(yaml: YamlFile, url: string, folder: string): string {
  if (!/^(?:local:|amqps?:\/\/.)/.test(url)) {
    const shown = url.includes('@') ? 'this' : JSON.stringify(url);
    throw yaml.fault(
      ['bus'],
      `bus: ${shown} names no bus; expected local:, local:FOLDER, amqp://HOST or amqps://HOST`,
    );
  }
  const match = /^local:(.+)$/.exec(url);
  return match === null ? url : `local:${resolve(folder, match[1] ?? '')}`;
}

/** A service is written in the file itself, or in one of its own that `file` names. */
function serviceOf(yaml: YamlFile, index: number, folder: string): ServiceDefinition {
  const path = ['services', index];
  const written = (yaml.values() as { services: readonly unknown[] }).services[index];
  const file =
    typeof written === 'object' && written !== null && 'file' in written ? written.file : undefined;
  if (file === undefined) return serviceDefinitionOf(yaml, path);
  if (typeof file !== 'string')
    throw yaml.fault([...path, 'file'], `services.${index}.file is not the name of a file`);
  if (Object.keys(written as object).length > 1) {
    throw yaml.fault([...path, 'file'], `services.${index}: with file there is nothing else in a service`);
  }
  return readServiceFile(namedFile(yaml, [...path, 'file'], file, folder) ?? file);
}

function namedFile(yaml: YamlFile, path: Path, name: string | undefined, folder: string): string | undefined {
  if (name === undefined) return undefined;
  const file = resolve(folder, name);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw yaml.fault(path, `${path.join('.')}: there is no file ${file}`);
}

/** An issue as the schema's library gives it. */
interface Issue {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
  readonly keys?: readonly string[];
  readonly issues?: readonly { readonly message: string }[];
}

/** One error for all issues, in the order of their places; the first is the message, the others follow in lines. */
function faultOf(yaml: YamlFile, issues: readonly unknown[]): AlidadeError {
  const faults = (issues as readonly Issue[]).flatMap((issue) => faultsOf(yaml, issue));
  const messages = [...new Set(faults.map(({ message }) => message))].sort(byPlace);
  const shown = messages.slice(0, maxFaults);
  if (messages.length > maxFaults) shown.push(`… and ${messages.length - maxFaults} more`);
  return new AlidadeError('ALI_INSTRUMENT', shown.join('\n'));
}

const maxFaults = 10;

function byPlace(a: string, b: string): number {
  const [lineA, columnA] = placeOf(a);
  const [lineB, columnB] = placeOf(b);
  return lineA - lineB || columnA - columnB;
}

function placeOf(message: string): readonly [line: number, column: number] {
  const match = /:(\d+):(\d+): /.exec(message);
  return [Number(match?.[1]), Number(match?.[2])];
}

function faultsOf(yaml: YamlFile, issue: Issue): AlidadeError[] {
  const { code, path, message } = issue;
  if (code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => yaml.fault(path, unknownName(path, key), key));
  }
  if (code === 'invalid_key') {
    const key = String(path.at(-1));
    const expected = issue.issues?.[0]?.message ?? message;
    return [yaml.fault(path.slice(0, -1), `${JSON.stringify(key)} is not ${expected}`, key)];
  }
  const found = yaml.found(path);
  const where = path.length === 0 ? 'the file' : path.map(String).join('.');
  return [yaml.fault(path, `${where} is ${found}; expected ${message}`)];
}

function unknownName(path: Path, key: string): string {
  const known: readonly string[] = namesAt(path);
  const nearest = nearestName(key, known);
  const where = path.length === 0 ? '' : ` in ${path.map(String).join('.')}`;
  const hint = nearest === undefined ? `expected ${known.join(', ')}` : `did you mean '${nearest}'?`;
  return `unknown name '${key}'${where}; ${hint}`;
}

function namesAt(path: Path): readonly string[] {
  if (path.length === 0) return namesIn.instrument;
  if (path[0] === 'streams') {
    if (path.length === 2) return namesInStreams.stream;
    if (path[2] === 'simulate') return namesInStreams.simulate;
    return path.length === 3 ? namesInStreams.buffer : namesInStreams.sensor;
  }
  if (path.length === 1) return namesIn.state;
  if (path[1] === 'retention') return namesIn.retention;
  return path.length === 3 ? namesIn.sensor : namesIn.simulate;
}
