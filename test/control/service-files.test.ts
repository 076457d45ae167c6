import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBus } from '../../src/bus/index.ts';
import {
  checkFile,
  type Endpoint,
  float,
  type MadeService,
  makeService,
  openClient,
  readServiceFile,
  startService,
} from '../../src/control/index.ts';
import { Attached, requestOf } from './attached.ts';
import { keptLog } from './stage.ts';

const configs = 'test/fixtures/control/configs';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function fileOf(text: string): string {
  const file = join(folder(), 'service.yaml');
  writeFileSync(file, text);
  return file;
}

async function made(text: string): Promise<MadeService> {
  return makeService(readServiceFile(fileOf(text)));
}

/** What is wrong with a file, from its line on. */
async function fault(text: string): Promise<string> {
  const error = await made(text).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'ALI_CONTROL' });
  return (error as Error).message.replace(/^.*?service\.yaml:/, '');
}

function named({ options }: MadeService, name: string): Endpoint {
  const all = (endpoint: Endpoint): Endpoint[] => [endpoint, ...endpoint.children.flatMap(all)];
  const found = [options.root, ...options.endpoints].flatMap(all).find((endpoint) => endpoint.name === name);
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  return found;
}

const own = `
name: shop
endpoints:
  - name: peaches
    module: KeyValueStore
    calibration: '2*{}'
    initial_value: 0.75
`;

describe('files of dragonfly are read as they are', () => {
  test.each([
    ['kv-seed', 'v2', 'v2', 'my_store'],
    ['kv-seed-q', 'v2', 'v2', 'my_store'],
    ['kv-v1', 'v2', 'v2', 'my_store'],
    ['kv-v3', 'v3', 'v3', 'my_store'],
    ['log-v3', 'v3', 'v3', 'log_store'],
  ])('%s is of %s', async (name, generation, wire, service) => {
    const definition = readServiceFile(`${configs}/${name}.yaml`);
    expect(definition).toMatchObject({ generation, wire, name: service, mesh: { broker: '127.0.0.1' } });
    const { options } = await makeService(definition);
    expect(options.root.name).toBe(service);
    const check = checkFile(`${configs}/${name}.yaml`);
    expect(check.endpoints.filter(({ isFault }) => isFault)).toEqual([]);
  });

  test('a tree of providers, with dictionaries whose names are numbers and quoted words', async () => {
    const store = await makeService(readServiceFile(`${configs}/kv-seed.yaml`));
    expect(named(store, 'my_price_list').children.map(({ name }) => name)).toEqual([
      'peaches',
      'chips',
      'waffles',
      'peaches_status',
    ]);
    const status = named(store, 'peaches_status');
    new Attached(status);
    expect(await status.answerGet(requestOf('peaches_status'))).toEqual({
      value_raw: 'CLOSE',
      value_cal: 'on',
    });
    expect(await named(store, 'chips').answerGet(requestOf('chips'))).toEqual({
      value_raw: '1.75',
      value_cal: 5.25,
    });
  });

  test('the oldest form, with nodename and providers', async () => {
    const definition = readServiceFile(
      fileOf(
        'nodename: lab\nbroker: localhost\nproviders:\n  - name: p\n    module: kv_store\n    endpoints:\n      - {name: a, module: kv_store_key}\n',
      ),
    );
    expect(definition).toMatchObject({ name: 'lab', generation: 'v1', wire: 'v1' });
    expect(named(await makeService(definition), 'a').className).toBe('kv_store_key');
  });

  test('settings in runtime-config, and those of v3 for the mesh', async () => {
    const definition = readServiceFile(
      fileOf(
        `runtime-config:\n  name: lab\n  broadcast_key: all\n  heartbeat_interval_s: 5\n  loop_timeout_ms: 500\n  dripline_mesh:\n    broker: rabbit\n    broker_port: 7200\n    max_payload_size: 5000\n    heartbeat_routing_key: alive\n  endpoints: []\n`,
      ),
    );
    expect(definition.mesh).toMatchObject({ broker: 'rabbit', brokerPort: 7200 });
    const { options, notes } = await makeService(definition);
    expect(options).toMatchObject({
      name: 'lab',
      wire: 'v3',
      broadcastKey: 'all',
      heartbeatIntervalMs: 5000,
      heartbeatKey: 'alive',
      maxPayloadBytes: 5000,
    });
    expect(notes[0]).toContain('loop_timeout_ms has no effect here');
  });

  test('an entry that no class takes is noted, as dragonfly never noticed it; a near miss is named', async () => {
    const { notes } = await made(
      'name: s\nbroker: b\nendpoints:\n  - name: a\n    module: kv_store_key\n    log_intervall: 3\n',
    );
    expect(notes).toEqual([
      expect.stringMatching(
        /service\.yaml:6:5: a: there is no parameter 'log_intervall'; did you mean 'log_interval'\?; it has no effect$/,
      ),
    ]);
  });

  test('setup calls are done in order; one that fails is logged with its place, and the next goes on', async () => {
    const service = await made(
      'name: s\nbroker: b\nendpoints:\n  - {name: a, module: kv_store_key, initial_value: 1, log_interval: 10}\nsetup_calls:\n' +
        '  - {target: a, method: on_set, args: 0.75}\n' +
        '  - {target: a, method: onset, args: [1]}\n' +
        '  - {target: b, method: on_get}\n' +
        '  - {target: a, method: logging_status, args: [on]}\n',
    );
    const a = named(service, 'a');
    const attached = new Attached(a);
    const said: string[] = [];
    const say = (text: string) => said.push(text);
    await service.runSetupCalls({ debug: say, info: say, warning: say, error: say, critical: say });
    await attached.settled();
    expect(attached.alerts).toEqual([{ routingKey: 'sensor_value.a', payload: { value_raw: '0.75' } }]);
    expect(said).toEqual([
      expect.stringMatching(
        /service\.yaml:7:5: a\.onset: there is no method 'onset'; did you mean 'on_set'\?$/,
      ),
      expect.stringMatching(/service\.yaml:8:5: b\.on_get: there is no endpoint 'b'/),
    ]);
    await a.onStop();
  });
});

describe('a file of our own', () => {
  test('follows the sane rules, and begins to log by itself', async () => {
    const definition = readServiceFile(fileOf(own));
    expect(definition).toMatchObject({ generation: 'alidade', wire: undefined });
    const { options } = await makeService(definition);
    const peaches = named({ options } as MadeService, 'peaches');
    expect(await peaches.attributeNamed('log_rules')?.read?.(requestOf('peaches'))).toBe('alidade');
    expect(await peaches.answerGet(requestOf('peaches'))).toEqual({
      value_raw: float(0.75),
      value_cal: 1.5,
    });
  });

  test('rules and wire can be told', async () => {
    const { options } = await made(`logRules: v2\nwire: v3\n${own}    logRules: v1\n`);
    expect(options.wire).toBe('v3');
    const rules = named({ options } as MadeService, 'peaches').attributeNamed('log_rules');
    expect(await rules?.read?.(requestOf('peaches'))).toBe('v1');
  });

  test('4.0 stays a float, and units, range and a table are taken', async () => {
    const service = await made(
      'name: s\nendpoints:\n  - name: t\n    module: KeyValueStore\n    initial_value: 4.0\n    units: K\n    range: [1, 300]\n    calibration:\n      table: [[1, 10], [5, 50]]\n      interpolation: linear\n',
    );
    const t = named(service, 't');
    new Attached(t);
    expect(JSON.stringify(await t.answerGet(requestOf('t')))).toBe('{"value_raw":4,"value_cal":40}');
    await expect(t.answerSet(0, requestOf('t'))).rejects.toThrow('t takes a number from 1 to 300 K, not 0');
  });
});

describe('what is wrong is said with its line and column', () => {
  test.each<[string, string, string]>([
    ['a name with a dot', own.replace('name: peaches', 'name: my.peaches'), "4:11: 'my.peaches' has a dot"],
    ['a name with a space', own.replace('name: peaches', 'name: my peaches'), "Write 'my_peaches'"],
    [
      'a name that is a number',
      own.replace('name: peaches', 'name: 5'),
      '4:11: endpoints.0.name is 5; expected',
    ],
    [
      'two of one name',
      `${own}  - {name: peaches, module: KeyValueStore}\n`,
      "8:12: 'peaches' is the name of something else",
    ],
    [
      'the name of the service',
      own.replace('name: peaches', 'name: shop'),
      "'shop' is the name of something else",
    ],
    [
      'an unknown class',
      own.replace('KeyValueStore', 'KeyValueStor'),
      "5:13: peaches: there is no module 'KeyValueStor'; did you mean 'KeyValueStore'?",
    ],
    [
      'a class of dragonfly',
      own.replace('KeyValueStore', 'PidController'),
      'PidController is a class of dragonfly that is not here',
    ],
    ['no class', own.replace('    module: KeyValueStore\n', ''), "4:5: endpoint 'peaches' needs a module"],
    ['no name', own.replace('  - name: peaches\n    module', '  - module'), '4:5: an endpoint needs a name'],
    ['no name of a service', own.replace('name: shop', 'nam: shop'), 'a service needs a name'],
    [
      'an unknown entry',
      `${own}    log_intervall: 5\n`,
      "8:5: peaches: there is no parameter 'log_intervall'; did you mean 'log_interval'?",
    ],
    [
      'a wrong value',
      `${own}    log_interval: often\n`,
      '8:19: peaches: log_interval is wrong: unable to interpret',
    ],
    [
      'a negative interval',
      `${own}    log_interval: -1\n`,
      '8:19: peaches: log_interval is wrong: a time in seconds cannot be < 0',
    ],
    [
      'a limit that is text',
      `${own}    max_fractional_change: some\n`,
      '8:28: peaches: max_fractional_change is wrong',
    ],
    ['a range upside down', `${own}    range: [10, 0]\n`, '8:12: peaches: range is [10, 0]; expected a list'],
    ['a template for two values', own.replace('2*{}', '{}*{}'), '4:5: endpoint "peaches": the format'],
    [
      'endpoints under a value',
      `${own}    endpoints: [{name: b, module: KeyValueStore}]\n`,
      'takes no endpoints under it',
    ],
    [
      'endpoints that are no list',
      'name: s\nendpoints: 5\n',
      '2:12: endpoints is 5; expected a list of endpoints',
    ],
    ['a key twice', `${own}    calibration: x\n`, "8:5: 'calibration' is here for the second time"],
    ['no YAML', 'name: [', '1:8: '],
    [
      'unknown rules',
      `${own}    logRules: v4\n`,
      "8:15: peaches: logRules is 'v4'; expected v1, v2, v3, alidade",
    ],
  ])('%s', async (_, text, expected) => {
    expect(await fault(text)).toContain(expected);
  });

  test('a Python class is refused with what to do', async () => {
    const text = own.replace('module: KeyValueStore', 'module: Peaches\n    module_path: peaches.py');
    expect(await fault(text)).toMatch(
      /^6:18: peaches: module_path names a Python file, .*peaches\.py: write its class as an ES module/,
    );
  });
});

describe('classes of the user', () => {
  const index = resolve('src/control/index.ts');

  async function withClass(source: string, entries = ''): Promise<MadeService> {
    const path = folder();
    mkdirSync(join(path, 'lab'));
    writeFileSync(
      join(path, 'lab', 'heater.mjs'),
      `import { Endpoint, Entity, Provider } from ${JSON.stringify(index)};\n${source}`,
    );
    const file = join(path, 'service.yaml');
    writeFileSync(
      file,
      `name: s\nendpoints:\n  - name: heater\n    module: Heater\n    module_path: lab/heater.mjs\n${entries}`,
    );
    return makeService(readServiceFile(file));
  }

  test('an entity takes the entries of entities, and gets the others as they are', async () => {
    const service = await withClass(
      'export class Heater extends Entity {\n  constructor(options) { super(options); this.port = options.port; }\n  onGet() { return this.port; }\n}\n',
      "    calibration: '10*{}'\n    port: 7\n",
    );
    expect(await named(service, 'heater').answerGet(requestOf('heater'))).toEqual({
      value_raw: 7,
      value_cal: 70,
    });
  });

  test('declared parameters are checked as those of our own classes', async () => {
    const source =
      "export class Heater extends Endpoint {\n  static parameters = { port: { type: 'whole', isRequired: true, about: 'The port.' } };\n}\n";
    await expect(withClass(source, '    port: near\n')).rejects.toThrow(
      /service\.yaml:6:11: heater: port is 'near'; expected a whole number from 0 on/,
    );
    await expect(withClass(source, '    prot: 5\n')).rejects.toThrow(/heater needs port: The port\./);
    await expect(withClass(source, '    port: 5\n    pace: 5\n')).rejects.toThrow(/no parameter 'pace'/);
  });

  test('a provider of the user gets its endpoints, and they get it', async () => {
    const service = await withClass(
      'export class Heater extends Provider {\n  send(commands) { return commands.concat(7).join(); }\n}\nexport class Zone extends Endpoint {\n  constructor(options) { super(options); this.provider = options.provider; }\n  onGet() { return this.provider.send([this.name]); }\n}\n',
      '    endpoints: [{name: zone, module: Zone, module_path: lab/heater.mjs}]\n',
    );
    expect(await named(service, 'zone').answerGet(requestOf('zone'))).toBe('zone,7');
  });

  test.each([
    [
      'a class that is not exported',
      'export class Haeter extends Entity {}',
      "exports no class of endpoints 'Heater'; did you mean 'Haeter'?",
    ],
    ['a class of something else', 'export class Heater {}', 'exports no class of endpoints'],
    ['a module that throws', "throw new Error('no licence');", 'does not load: no licence'],
  ])('%s is refused with its place', async (_, source, expected) => {
    await expect(withClass(source)).rejects.toThrow(expected);
    await expect(withClass(source)).rejects.toThrow(/service\.yaml:\d:\d+: heater: /);
  });
});

describe('check', () => {
  test('says of each endpoint whether it runs here, is to be ported or is to stay', () => {
    const { endpoints } = checkFile(
      fileOf(
        'name: s\nbroker: b\nendpoints:\n  - {name: a, module: kv_store_key}\n  - {name: b, module: PidController}\n  - {name: c, module: LeakValveSpime}\n  - {name: d, module: PfeifferEndpoint}\n  - {name: e, module: Foo}\n  - {name: f, module: Foo, module_path: foo.py}\n',
      ),
    );
    expect(endpoints.map(({ name, line, verdict }) => [name, line, verdict])).toEqual([
      ['s', 1, 'supported'],
      ['a', 4, 'supported'],
      ['b', 5, 'to be ported'],
      ['c', 6, 'leave under dragonfly'],
      ['d', 7, 'leave under dragonfly'],
      ['e', 8, 'to be ported'],
      ['f', 9, 'to be ported'],
    ]);
  });

  test('says what the rules of v3 make of a file, and which calibration will fail', () => {
    const { endpoints } = checkFile(
      fileOf(
        "name: s\ndripline_mesh: {broker: b}\nendpoints:\n  - {name: a, module: KeyValueStore, log_interval: 5}\n  - {name: b, module: KeyValueStore, calibration: 'pt100_calibration({})', log_interval: 5, max_fractional_change: 0.1}\n",
      ),
    );
    expect(endpoints[1]?.notes.join()).toContain('without a calibration nothing is logged');
    expect(endpoints[2]?.notes.join()).toContain('has no effect without max_absolute_change');
    expect(endpoints[2]?.notes.join()).toContain("no function 'pt100_calibration'");
  });
});

test('a service of 5 000 endpoints starts, and each of them answers', async () => {
  const endpoints = Array.from(
    { length: 5000 },
    (_, i) =>
      `  - {name: e${i}, module: KeyValueStore, calibration: '2*{}', initial_value: ${i}, log_interval: 60}\n`,
  );
  const { options } = await made(`name: large\nendpoints:\n${endpoints.join('')}`);
  await using bus = await openBus(`local:${folder()}`);
  await using service = await startService({ ...options, bus, log: keptLog() });
  expect(service.endpoints).toHaveLength(5000);
  const client = openClient({ bus });
  for (const i of [0, 2500, 4999]) {
    expect((await client.get(`e${i}`)).payload).toEqual({ value_raw: i, value_cal: 2 * i });
  }
});
