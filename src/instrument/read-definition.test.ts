import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { AlidadeError } from '../shared/errors.ts';
import { Float } from '../telstate/index.ts';
import { readDefinition } from './read-definition.ts';

/** Reads this text as an instrument file; messages have only the name of the file. */
function read(text: string) {
  using folder = temporaryFolder();
  const file = join(folder.path, 'instrument.yaml');
  writeFileSync(file, text);
  writeFileSync(join(folder.path, 'snapshot.rdb'), '');
  writeFileSync(join(folder.path, 'beamline.json'), '{}');
  copyFileSync('examples/kv-store/kv-store.yaml', join(folder.path, 'kv-store.yaml'));
  try {
    return { ...readDefinition(file), folder: folder.path };
  } catch (error) {
    if (!(error instanceof AlidadeError)) throw error;
    throw new AlidadeError(error.code, error.message.replaceAll(`${folder.path}/`, ''));
  }
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof AlidadeError && error.code === 'ALI_INSTRUMENT') return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

test('a whole file, with what it leaves out filled in', () => {
  const { folder, ...definition } = read(`
name: telescope
description: Of two antennas
store: sqlite:data
configurations: beamline.json
state:
  snapshot: snapshot.rdb
  attributes: { observer: Ada }
  sensors:
    wind_speed: { units: m/s, description: On the mast, simulate: { value: 5 + noise(1), rate: 2.5 } }
    azimuth: { simulate: 45 }
    weather:
`);
  expect(definition).toMatchObject({
    name: 'telescope',
    description: 'Of two antennas',
    storeUrl: `sqlite:${folder}/data`,
    snapshotFile: `${folder}/snapshot.rdb`,
    configurationsFile: `${folder}/beamline.json`,
    attributes: new Map([['observer', 'Ada']]),
  });
  expect(definition.sensors).toMatchObject([
    { name: 'wind_speed', units: 'm/s', description: 'On the mast', simulate: { rateHz: 2.5 } },
    { name: 'azimuth', units: undefined, description: undefined, simulate: { rateHz: 10 } },
    { name: 'weather', simulate: undefined },
  ]);
  expect(definition.sensors[1]?.simulate?.valueAt(0)).toEqual(new Float(45));
});

test('the name alone is an instrument', () => {
  expect(read('name: empty\n')).toMatchObject({
    name: 'empty',
    storeUrl: undefined,
    attributes: new Map(),
    sensors: [],
  });
  expect(read('name: empty\nstate:\n  sensors:\n')).toMatchObject({ sensors: [] });
});

test('attributes keep what they are: floats, integers of any size, nested values', () => {
  const { attributes } = read(`
name: a
state:
  attributes:
    float: 1.0
    exponent: 1e3
    integer: 1
    hexadecimal: 0x10
    big: 12345678901234567890
    yes_is_text: yes
    quoted: "1.0"
    nothing: ~
    list: [1, 1.5, {a: 2.0}]
    date: 2026-03-01
`);
  expect(Object.fromEntries(attributes)).toEqual({
    float: new Float(1),
    exponent: new Float(1000),
    integer: 1,
    hexadecimal: 16,
    big: 12_345_678_901_234_567_890n,
    yes_is_text: 'yes',
    quoted: '1.0',
    nothing: null,
    list: [1, new Float(1.5), { a: new Float(2) }],
    date: '2026-03-01',
  });
});

test('an anchor stands for its value wherever its alias is', () => {
  const { sensors } = read(`
name: a
state:
  sensors:
    x: &antenna { units: deg, simulate: t }
    y: *antenna
`);
  expect(sensors.map(({ name, units }) => [name, units])).toEqual([
    ['x', 'deg'],
    ['y', 'deg'],
  ]);
});

test('a store elsewhere is taken as it is', () => {
  expect(read('name: a\nstore: redis://host/3')).toMatchObject({ storeUrl: 'redis://host/3' });
  expect(read('name: a\nstore: sqlite:///data/x')).toMatchObject({ storeUrl: 'sqlite:/data/x' });
});

const inSensor = (text: string) => `name: a\nstate:\n  sensors:\n    wind:\n      ${text}\n`;

test.each<[string, string, string]>([
  [
    'an empty file',
    '',
    'instrument.yaml:1:1: the file is empty; expected a map with name, description, store, configurations, bus, wire, targets, services, streams and state',
  ],
  [
    'a list',
    '- a',
    'instrument.yaml:1:1: the file is a list; expected a map with name, description, store, configurations, bus, wire, targets, services, streams and state',
  ],
  ['no name', 'state:\n', 'instrument.yaml:1:1: name is missing; expected a name of letters'],
  ['a name that is none', 'name: [a]', 'instrument.yaml:1:7: name is a list; expected a name of letters'],
  [
    'a misspelt name',
    'name: a\nstroe: b',
    "instrument.yaml:2:1: unknown name 'stroe'; did you mean 'store'?",
  ],
  [
    'an unknown name',
    'name: a\nzzz: b',
    "instrument.yaml:2:1: unknown name 'zzz'; expected name, description, store, configurations, bus, wire, targets, services, streams, state",
  ],
  [
    'a misspelt name further in',
    inSensor('unit: m'),
    "instrument.yaml:5:7: unknown name 'unit' in state.sensors.wind; did you mean 'units'?",
  ],
  [
    'text for a number',
    inSensor('simulate: { value: t, rate: fast }'),
    'instrument.yaml:5:35: state.sensors.wind.simulate.rate is the text "fast"; expected a number of samples a second, from 1/86400 (one a day) to 100',
  ],
  [
    'a number out of range',
    inSensor('simulate: { value: t, rate: 1e6 }'),
    'instrument.yaml:5:35: state.sensors.wind.simulate.rate is 1e6; expected a number of samples a second, from 1/86400 (one a day) to 100',
  ],
  [
    'no value',
    inSensor('simulate: { rate: 1 }'),
    'instrument.yaml:5:17: state.sensors.wind.simulate.value is missing; expected an expression',
  ],
  [
    'a number for text',
    inSensor('units: 5'),
    'instrument.yaml:5:14: state.sensors.wind.units is 5; expected text, such as m/s',
  ],
  [
    'an expression that does not parse',
    inSensor('simulate: sin(t'),
    'instrument.yaml:5:17: state.sensors.wind.simulate: ',
  ],
  [
    'an expression that cannot be evaluated',
    inSensor('simulate: { value: t / 0 }'),
    'instrument.yaml:5:26: state.sensors.wind.simulate.value: division by zero',
  ],
  [
    'a key with a control character',
    'name: a\nstate: { attributes: { "a\\nb": 1 } }',
    'instrument.yaml:2:24: "a\\nb" is not a key',
  ],
  [
    'a sensor that is an attribute too',
    'name: a\nstate:\n  attributes: { x: 1 }\n  sensors: { x: }',
    "instrument.yaml:4:14: state.sensors.x: 'x' is an attribute of this file",
  ],
  [
    'a sensor whose units are an attribute too',
    'name: a\nstate:\n  attributes: { x_units: m }\n  sensors:\n    x: { units: deg }',
    "instrument.yaml:5:17: state.sensors.x.units: it is kept as 'x_units', a name that this file uses already",
  ],
  [
    'a snapshot that is not there',
    'name: a\nstate: { snapshot: no.rdb }',
    'instrument.yaml:2:20: state.snapshot: there is no file no.rdb',
  ],
  ['a snapshot as store', 'name: a\nstore: x.rdb', 'instrument.yaml:2:8: store is a snapshot'],
  [
    'no store',
    'name: a\nstore: foo',
    'instrument.yaml:2:8: store: "foo" names no store; expected sqlite:FOLDER',
  ],
  [
    'a store of another world',
    'name: a\nstore: http://h',
    'instrument.yaml:2:8: store: "http://h" names no store',
  ],
  ['a malformed store', 'name: a\nstore: "redis://h:x"', 'instrument.yaml:2:8: store: this URL is malformed'],
  ['a name twice', 'name: a\nname: b', "instrument.yaml:2:1: 'name' is here for the second time"],
  ['a tag', 'name: !js a', 'instrument.yaml:1:7: Unresolved tag: !js'],
  ['an alias of nothing', 'name: *a', 'instrument.yaml:1:7: '],
  ['two documents', 'name: a\n---\nname: b', 'instrument.yaml:2:1: '],
  ['broken quotes', 'name: "a', 'instrument.yaml:1:9: Missing closing "quote'],
])('%s is refused with its place', (_, text, expected) => {
  expect(refusal(text).slice(0, expected.length)).toBe(expected);
});

test('all faults of a file are told, from the top down', () => {
  const message = refusal('name: a\nstate:\n  sensors:\n    x: 3\n  snapshot: 5\nzzz: 1\n');
  expect(message.split('\n').map((line) => line.slice(0, 20))).toEqual([
    'instrument.yaml:4:8:',
    'instrument.yaml:5:13',
    'instrument.yaml:6:1:',
  ]);
});

test('what is too large, too deep or grows too much is refused in a moment', () => {
  expect(refusal(`#${'x'.repeat(1024 * 1024)}`)).toMatch(/at most 1 MiB/);
  expect(refusal(`name: ${'['.repeat(100_000)}`)).toMatch(/nested too deep/);
  expect(refusal(`name: a\nx: ${'['.repeat(100)}${']'.repeat(100)}`)).toMatch(/nested more than 64 deep/);
  const levels = Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}]`);
  expect(refusal(`l0: &l0 lol\n${levels.join('\n')}`)).toMatch(/more than 100000 values/);
  expect(refusal(`name: a\nx: [${'1,'.repeat(100_001)}]`)).toMatch(/more than 100000 values/);
});

test('a name that JavaScript objects have is a name like any other', () => {
  expect(refusal('name: a\n__proto__: b')).toMatch(/^instrument.yaml:2:1: unknown name '__proto__'/);
  const { attributes } = read('name: a\nstate: { attributes: { __proto__: 1, constructor: 2 } }');
  expect([...attributes]).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test('a folder stands for its instrument.yaml; what is not there is told', () => {
  using folder = temporaryFolder();
  const { path } = folder;
  expect(() => readDefinition(path)).toThrow(`there is no instrument.yaml in ${path}`);
  expect(() => readDefinition(join(path, 'x.yaml'))).toThrow(`there is no file or folder ${path}/x.yaml`);
  writeFileSync(join(path, 'instrument.yaml'), Buffer.from([0x6e, 0xff]));
  expect(() => readDefinition(path)).toThrow(/is not UTF-8 text/);
  writeFileSync(join(path, 'instrument.yaml'), 'name: here');
  expect(readDefinition(path)).toMatchObject({ name: 'here', file: join(path, 'instrument.yaml') });
  mkdirSync(join(path, 'folder.yaml'));
  expect(() => readDefinition(join(path, 'folder.yaml'))).toThrow(/no instrument.yaml/);
});

test('the file that the reference shows is taken', () => {
  const page = readFileSync('docs/reference/instrument.md', 'utf8');
  const yaml = /^```yaml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '';
  const { attributes, sensors, control, streams } = read(yaml);
  expect(control).toMatchObject({ busUrl: 'amqp://rabbit.lab', wire: 'v2', targets: { new_pump: 'v3' } });
  expect(control?.services.map(({ name, generation }) => [name, generation])).toEqual([
    ['my_store', 'v2'],
    ['my_lab', 'alidade'],
  ]);
  expect(attributes.get('dish_diameter')).toEqual(new Float(13.5));
  expect(sensors.map(({ name, simulate }) => [name, simulate?.rateHz])).toEqual([
    ['wind_speed', 10],
    ['mode', 1],
    ['visitors', undefined],
    ['charge', undefined],
  ]);
  expect(streams?.buffers).toMatchObject([{ inputs: ['tcp://127.0.0.1:9999'], length: 100, fanOut: 'pub' }]);
});

test('retention: lengths of time, numbers of samples, and what is kept for ever', () => {
  const { retention } = read(`
name: a
state:
  retention:
    - { keys: 'm0*_pos_*', keep: 7d }
    - { keys: wind, keepLast: 100000, keep: 90 }
    - { keys: '*', keep: forever }
`);
  expect(retention).toEqual([
    { keys: 'm0*_pos_*', keepMs: 604_800_000, keepLast: undefined },
    { keys: 'wind', keepMs: 90_000, keepLast: 100_000 },
    { keys: '*', keepMs: undefined, keepLast: undefined },
  ]);
  expect(read('name: a\n').retention).toEqual([]);
});

test.each([
  ["{ keys: '*' }", 'state.retention.0 is a map; expected a map that says keep, keepLast or both'],
  ["{ keys: '*', keep: a week }", "state.retention.0.keep: 'a week' is not a length of time: give 10s"],
  ["{ keys: '*', keepLast: 0 }", 'state.retention.0.keepLast is 0; expected a number of samples, 1 or more'],
  ["{ keys: '*', keeplast: 5 }", "unknown name 'keeplast' in state.retention.0; did you mean 'keepLast'?"],
  ['{ keep: 5s }', 'state.retention.0.keys is missing; expected a glob of keys'],
])('retention that is refused: %s', (given, expected) => {
  expect(refusal(`name: a\nstate:\n  retention:\n    - ${given}\n`)).toContain(expected);
});

test.each([
  [
    'bus: rabbit',
    'instrument.yaml:2:6: bus: "rabbit" names no bus; expected local:, local:FOLDER, amqp://HOST or',
  ],
  ['bus: ampq://ada:secret@rabbit', 'instrument.yaml:2:6: bus: this names no bus'],
  ['wire: v4', 'instrument.yaml:2:7: wire is the text "v4"; expected v1, v2 or v3'],
  ['targets: { pump: new }', 'targets.pump is the text "new"; expected v1, v2 or v3'],
  ['services: { a: 1 }', 'services is a map; expected a list of services'],
  ['services: [{ file: nowhere.yaml }]', 'services.0.file: there is no file nowhere.yaml'],
  ['services: [{ file: 5 }]', 'services.0.file'],
  ['services: [{ file: kv-store.yaml, name: b }]', 'with file there is nothing else'],
])('slow control that is refused: %s', (given, expected) => {
  expect(refusal(`name: a\n${given}\n`)).toContain(expected);
});

test.each([
  ['services: [5]', /instrument\.yaml:2:/],
  [
    'services: [{ name: b, endpoints: [{ name: c, module: KeyValueStor }] }, { nam: b }]',
    /instrument\.yaml:2:.*'nam'|name/,
  ],
])('a service that is refused where it stands: %s', (given, expected) => {
  expect(() => read(`name: a\n${given}\n`)).toThrow(expected);
});
