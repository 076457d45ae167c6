/** `alidade control` as a user has it: the built command, as processes of their own on a local bus in a folder. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const serviceFile = `
name: my_store
module: Service
endpoints:
  - { name: peaches, module: KeyValueStore, initial_value: 0.75, calibration: '2*{}', get_on_set: true, log_on_set: true }
  - { name: chips, module: KeyValueStore, initial_value: 1 }
  - { name: status, module: KeyValueStore, initial_value: OPEN, calibration: { OPEN: 'on' }, get_on_set: true }
`;

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
let service: ChildProcessWithoutNullStreams;
beforeAll(async () => {
  buildCommand();
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  writeFileSync(join(folder.path, 'store.yaml'), serviceFile);
  service = shell.start('control', 'serve', '-c', 'store.yaml');
  await linesOf(service).next();
}, 120_000);
afterAll(async () => {
  service.kill('SIGKILL');
  folder[Symbol.dispose]();
});

const control = (...args: readonly string[]) => shell.alidade('control', ...args);
const said = (...args: readonly string[]) => shell.said('control', ...args);
const refused = (status: number, ...args: readonly string[]) => shell.refused(status, 'control', ...args);

/** Serves endpoints of one's own, by the names of their classes, which stand in a file beside that of the service. */
function serveOwn(place: string, classes: string, endpoints: Readonly<Record<string, string>>) {
  const library = pathToFileURL(resolve('dist/control/index.js')).href;
  writeFileSync(
    join(place, 'device.mjs'),
    `import { Endpoint } from ${JSON.stringify(library)};\n${classes}`,
  );
  const entries = Object.entries(endpoints).map(
    ([name, module]) => `  - { name: ${name}, module: ${module}, module_path: device.mjs }\n`,
  );
  writeFileSync(join(place, 'lab.yaml'), `name: lab\nendpoints:\n${entries.join('')}`);
  return new Shell(place).start('control', 'serve', '-c', 'lab.yaml');
}

describe('get and set', () => {
  test('print the line of the tutorial', async () => {
    expect(await said('get', 'peaches')).toBe("peaches(ret:0): {'value_cal': 1.5, 'value_raw': 0.75}");
    expect(await said('set', 'peaches', '1.79')).toBe(
      "peaches->1.79(ret:0): {'value_cal': 3.58, 'value_raw': 1.79}",
    );
    expect(await said('set', 'status', 'OPEN')).toBe(
      "status->OPEN(ret:0): {'value_cal': 'on', 'value_raw': 'OPEN'}",
    );
  });

  test('the tool of v2 also names the service, and of v1 and v2 a silent reply says so', async () => {
    expect(await control('set', 'chips', '2', '--wire', 'v2')).toEqual({
      status: 0,
      stdout: "chips->2(ret:0): [my_store]-> {'values': [None]}\n",
      stderr: 'return message: operation completed silently\n',
    });
    expect(await said('get', 'chips', '--wire', 'v1')).toBe("chips(ret:0): {'value_raw': 2}");
  });

  test('what is set is what is got, with its kind', async () => {
    const kinds = [
      ['1.0', '1.0'],
      ['-2', '-2'],
      ['true', 'True'],
      ['"1"', "'1'"],
      ['two words', "'two words'"],
      ['12345678901234567890', '12345678901234567890'],
    ];
    for (const [text = '', shown] of kinds) {
      await said('set', 'chips', text);
      expect(await said('get', 'chips')).toBe(`chips(ret:0): {'value_raw': ${shown}}`);
    }
  });

  test('a value alone, or JSON', async () => {
    await said('set', 'peaches', '2');
    expect(await said('get', 'peaches', '--pretty-print')).toBe('4');
    expect(await said('get', 'status', '--pretty-print')).toBe('on');
    const reply = JSON.parse(await said('get', 'peaches', '--json'));
    expect(reply).toMatchObject({
      target: 'peaches',
      values: [],
      code: 0,
      message: '',
      payload: { value_raw: 2, value_cal: 4 },
      service: 'my_store',
      wire: 'v3',
    });
    expect(Math.abs(Date.parse(reply.timestamp) - Date.now())).toBeLessThan(60_000);
  });

  test('an attribute stands behind a dot', async () => {
    await said('set', 'chips.log_interval', '30');
    expect(await said('get', 'chips.log-interval')).toContain('0:00:30');
    expect(await said('config', 'chips', 'log_interval', '--wire', 'v1')).toBe(
      "chips->log_interval(ret:0): {'values': [30.0]}",
    );
    await said('set', 'chips.log_interval', '0');
  });
});

describe('what goes wrong', () => {
  test('nobody has such an endpoint: at once, with status 3', async () => {
    expect(await refused(3, 'get', 'pears')).toBe(
      "alidade: no endpoint or service 'pears' is on the bus (ALI_BUS_UNROUTABLE)",
    );
  });

  test.each([
    ['peahces', 'peaches'],
    ['peach', 'peaches'],
    ['my_stor', 'my_store'],
  ])('who asks for %s is told of %s', async (written, meant) => {
    expect(await refused(3, 'get', written)).toBe(
      `alidade: no endpoint or service '${written}' is on the bus; did you mean '${meant}'? (ALI_BUS_UNROUTABLE)`,
    );
  });

  test('a reply with an error is printed, and is the error of the command', async () => {
    expect(await control('get', 'peaches.pips')).toEqual({
      status: 2,
      stdout: 'peaches.pips(ret:310): None\n',
      stderr: expect.stringMatching(
        /^alidade: peaches\.pips answered 310: .*\bpips\b.* \(ALI_REPLY_INVALID\)\n$/,
      ),
    });
    const { status, stdout } = await control('set', 'status', 'AJAR', '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: 304 });
  });

  test.each([
    [2, ['set', 'chips'], /set needs a value: set chips VALUE/],
    [2, ['get', ''], /names no endpoint/],
    [2, ['get', 'two words'], /without spaces/],
    [2, ['get', 'peaches', '--timeout', 'soon'], /--timeout: 'soon'/],
    [2, ['get', 'peaches', '--wire', 'v4'], /v1, v2, v3/],
    [2, ['get', 'peaches', '-b', 'x', '--bus', 'local:'], /say one of them/],
    [2, ['get', 'peaches', '--bus', 'smoke:'], /smoke:/],
    [2, ['get', 'broadcast.ping'], /only cmd can/],
    [2, ['cmd', 'peaches'], /which command\?.*peaches\.ping/],
    [2, ['ping', 'peaches.pips'], /takes an endpoint/],
    [2, ['serve'], /serve -c FILE/],
    [2, ['serve', '-c', 'nowhere.yaml'], /nowhere\.yaml/],
    [5, ['cmd', 'broadcast.explode'], /every service on the bus to explode: say --yes/],
  ] as const)('status %i for %j', async (status, args, message) => {
    const text = await refused(status, ...args);
    expect(text).toMatch(message);
    expect(text.split('\n')).toHaveLength(1);
  });

  test('a second service of the name is refused, and the first goes on', async () => {
    expect(await refused(5, 'serve', '-c', 'store.yaml')).toContain('my_store');
    await said('get', 'peaches');
  });
});

describe('locks, pings and broadcasts', () => {
  test('a lock keeps out who has no key, until it is taken away', async () => {
    const key = JSON.parse(await jsonOf('lock', 'chips')).payload.key as string;
    expect((await control('set', 'chips', '5')).status).toBe(5);
    expect((await control('unlock', 'chips')).status).not.toBe(0);
    expect((await control('set', 'chips', '5', '--lockout-key', key)).status).toBe(0);
    expect((await control('unlock', 'chips', '--lockout-key', key)).status).toBe(0);
    expect((await control('lock', 'chips')).status).toBe(0);
    expect((await control('unlock', 'chips', '--force')).status).toBe(0);
    expect((await control('set', 'chips', '6')).status).toBe(0);
  });

  test('every service answers a broadcast, a line each', async () => {
    const other = 'name: other\nmodule: Service\nendpoints: []\n';
    writeFileSync(join(folder.path, 'other.yaml'), other);
    const second = shell.start('control', 'serve', '-c', 'other.yaml');
    await linesOf(second).next();
    // It lasts its whole time, which is more where services take longer.
    let seconds = 1;
    await expect
      .poll(
        async () => {
          seconds *= 2;
          const { status, stdout } = await control('ping', 'broadcast', '--timeout', `${seconds}`);
          return { status, lines: stdout.trim().split('\n').sort() };
        },
        { timeout: 40_000 },
      )
      .toEqual({
        status: 0,
        lines: ['my_store->broadcast->ping(ret:0): None', 'other->broadcast->ping(ret:0): None'],
      });
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
    // Whoever does not say within half a second what he has is left out.
    await expect
      .poll(async () => JSON.parse(await said('list', '--json')), { timeout: 40_000 })
      .toEqual([{ service: 'my_store', endpoints: ['chips', 'peaches', 'status'] }]);
  });
});

test('a shell completes endpoints and services that are there', async () => {
  const words = (...typed: readonly string[]) => {
    const found = async () =>
      (await shell.alidade('__complete', 'words', ...typed)).stdout.trim().split('\n').slice(1);
    // A bus that is slow for once gives none.
    return expect.poll(found, { timeout: 50_000 });
  };
  await words('control', 'get', '').toEqual(['chips', 'my_store', 'peaches', 'status']);
  await words('control', 'set', 'pe').toEqual(['peaches']);
  await words('control', 'get', '-b', 'rabbit', 'pe').toEqual([]);
  using empty = temporaryFolder();
  const elsewhere = new Shell(empty.path);
  await elsewhere.alidade('__complete', 'words', 'control', 'get', '');
  expect(existsSync(join(empty.path, '.alidade'))).toBe(false);
});

describe('monitor', () => {
  /** Starts a monitor, and waits until it listens. */
  async function monitor(...args: readonly string[]) {
    const child = shell.start('control', 'monitor', ...args);
    const ended = finished(child);
    await once(child.stderr, 'data');
    return {
      lines: linesOf(child),
      async end() {
        child.kill('SIGINT');
        const { status, stderr } = await ended;
        expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('listening to') });
      },
    };
  }
  const line = async (lines: AsyncIterator<string>) => (await lines.next()).value as string;

  test('prints alerts as the reference does', async () => {
    const { lines, end } = await monitor('-k', 'sensor_value.#', '-po');
    await said('set', 'peaches', '3');
    const printed = [];
    for (let i = 0; i < 5; i++) printed.push(await line(lines));
    expect(printed.join('\n')).toBe(
      'my_store [sensor_value.peaches]     (From App [routing_key])\n{\n  "value_cal": 6,\n  "value_raw": 3\n}',
    );
    await end();
  });

  test('prints requests and replies as JSON, of each dialect', async () => {
    const { lines, end } = await monitor('-e', 'requests', '--json');
    for (const wire of ['v1', 'v2', 'v3']) {
      await control('get', 'peaches.get_on_set', '--wire', wire);
      // Of two processes either may be heard first.
      const [request, reply] = [JSON.parse(await line(lines)), JSON.parse(await line(lines))].sort((a, b) =>
        a.kind < b.kind ? 1 : -1,
      );
      expect(request).toMatchObject({
        kind: 'request',
        wire,
        routingKey: expect.stringContaining('peaches'),
      });
      expect(reply).toMatchObject({ kind: 'reply', wire, code: 0, payload: { values: [true] } });
    }
    await end();
  });
});

describe('serve', () => {
  test('says one line when it is ready, and ends with the signal', async () => {
    using place = temporaryFolder();
    const alone = new Shell(place.path);
    writeFileSync(join(place.path, 'store.yaml'), serviceFile);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = alone.start('control', 'serve', '-c', 'store.yaml', '--json');
      const ended = finished(child);
      expect(JSON.parse((await linesOf(child).next()).value)).toMatchObject({
        event: 'serving',
        services: [{ name: 'my_store', endpoints: 3 }],
      });
      child.kill(signal);
      expect(await ended).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test.each([
    ['waits for its device at the start', 'onStart() { return new Promise(() => {}); }'],
    ['has a device that it never closes', ''],
  ])('ends with the signal although a class %s', async (_, onStart) => {
    using place = temporaryFolder();
    const device = `
      export class Device extends Endpoint {
        constructor(options) { super(options); setInterval(() => {}, 1000); console.error('open'); }
        ${onStart}
      }`;
    const child = serveOwn(place.path, device, { device: 'Device' });
    const ended = finished(child);
    await (onStart === '' ? linesOf(child).next() : once(child.stderr, 'data'));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, stderr: 'open\n' });
  });

  test('stops what has started when the signal comes while the rest starts', async () => {
    using place = temporaryFolder();
    const devices = `
      class Device extends Endpoint {
        async onStop() { await null; console.error(this.name + ' is off'); }
      }
      export class Heater extends Device {}
      export class Silent extends Device {
        onStart() { console.error('waiting'); return new Promise(() => {}); }
      }`;
    const child = serveOwn(place.path, devices, { heater: 'Heater', silent: 'Silent' });
    const ended = finished(child);
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, stderr: 'waiting\nsilent is off\nheater is off\n' });
  });

  test('a bus is found from a folder below, and a killed service leaves the way free', async () => {
    using place = temporaryFolder();
    const alone = new Shell(place.path);
    writeFileSync(join(place.path, 'store.yaml'), serviceFile);
    mkdirSync(join(place.path, 'below'));
    const below = new Shell(join(place.path, 'below'));
    const first = alone.start('control', 'serve', '-c', 'store.yaml');
    await linesOf(first).next();
    expect(await below.said('control', 'get', 'chips')).toBe("chips(ret:0): {'value_raw': 1}");
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = alone.start('control', 'serve', '-c', 'store.yaml');
    await linesOf(second).next();
    expect(await below.said('control', 'get', 'chips')).toBe("chips(ret:0): {'value_raw': 1}");
    second.kill('SIGTERM');
    await once(second, 'exit');
  });
});

async function jsonOf(...args: readonly string[]): Promise<string> {
  const { status, stdout } = await control(...args, '--json');
  expect(status).toBe(0);
  return stdout;
}
