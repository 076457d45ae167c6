/** `alidade control` and `dragonfly` on a real RabbitMQ. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RabbitmqServer } from '../support/rabbitmq-server.ts';
import { requireServer } from '../support/require-server.ts';

const serviceFile = `
name: my_store
heartbeat_interval_s: 1
endpoints:
  - { name: peaches, module: KeyValueStore, initial_value: 0.75, calibration: '2*{}', get_on_set: true, log_on_set: true }
`;

describe.skipIf(!requireServer('rabbitmq-server', 'the command line of slow control on RabbitMQ'))(
  'on RabbitMQ',
  () => {
    let server: RabbitmqServer;
    let folder: ReturnType<typeof temporaryFolder>;
    let shell: Shell;
    let broker: string;
    let service: ChildProcessWithoutNullStreams;
    beforeAll(async () => {
      buildCommand();
      folder = temporaryFolder();
      shell = new Shell(folder.path, { HOME: folder.path });
      writeFileSync(join(folder.path, 'store.yaml'), serviceFile);
      server = await RabbitmqServer.start();
      broker = `127.0.0.1:${server.port}`;
      service = shell.start('control', 'serve', '-c', 'store.yaml', '-b', broker, '--wire', 'v3');
      expect((await linesOf(service).next()).value).toContain(
        `serving my_store (1 endpoint) on amqp://${broker}`,
      );
    }, 120_000);
    afterAll(async () => {
      service?.kill('SIGKILL');
      await server?.close();
      folder[Symbol.dispose]();
    });

    const said = (...args: readonly string[]) => shell.said('control', ...args, '-b', broker);
    const refused = (status: number, ...args: readonly string[]) =>
      shell.refused(status, 'control', ...args, '-b', broker);

    test('each generation is answered in its own', async () => {
      const value = "{'value_cal': 1.5, 'value_raw': 0.75}";
      expect(await said('get', 'peaches', '--wire', 'v1')).toBe(`peaches(ret:0): ${value}`);
      expect(await said('get', 'peaches', '--wire', 'v2')).toBe(`peaches(ret:0): [my_store]-> ${value}`);
      expect(await said('get', 'peaches', '--wire', 'v3')).toBe(`peaches(ret:0): ${value}`);
    });

    test('without a generation nothing is sent, and the way out is told', async () => {
      const monitor = shell.start('control', 'monitor', '-e', 'requests', '--json', '-b', broker);
      const lines = linesOf(monitor);
      await once(monitor.stderr, 'data');
      for (const verb of [
        ['get', 'peaches'],
        ['ping', 'broadcast'],
        ['lock', 'peaches'],
      ]) {
        const text = await refused(2, ...verb);
        expect(text).toMatch(/--wire v1, v2 or v3.*nothing was sent/i);
      }
      await said('get', 'peaches.check_field', '--wire', 'v3');
      // The first that the monitor hears is the one that was told.
      const heard = JSON.parse((await lines.next()).value);
      expect(heard).toMatchObject({ kind: 'request', wire: 'v3', specifier: 'check_field' });
      const mixed = once(monitor.stderr, 'data');
      await said('get', 'peaches.check_field', '--wire', 'v1');
      expect(String(await mixed)).toMatch(/v1 and v3 are spoken on this broker/);
      const ended = finished(monitor);
      monitor.kill('SIGINT');
      expect((await ended).status).toBe(0);
    });

    test('dragonfly works as it is typed in the tutorial', async () => {
      const line = `dragonfly get peaches -b ${broker}`;
      expect(await shell.sh(line)).toEqual({
        status: 0,
        stdout: "peaches(ret:0): {'value_cal': 1.5, 'value_raw': 0.75}\n",
        stderr: '',
      });
      const { status, stderr } = await shell.sh(`dragonfly get pears -b ${broker}`);
      expect({ status, stderr }).toEqual({
        status: 3,
        stderr: "dragonfly: no endpoint or service 'pears' is on the bus (ALI_BUS_UNROUTABLE)\n",
      });
    });

    test('a service is listed by its heartbeat, its endpoints by what they log; with --wire by its answer', {
      timeout: 150_000,
    }, async () => {
      const patience = { timeout: 60_000 };
      /** It listens for its whole time, which is more where services take longer. */
      const listed = (...args: readonly string[]) => {
        let seconds = 0.75;
        return expect.poll(async () => {
          seconds *= 2;
          const list = ['list', ...args, '--timeout', `${seconds}`, '-b', broker];
          return (await shell.alidade('control', ...list)).stdout;
        }, patience);
      };
      await listed('--json').toBe('[{"service":"my_store","endpoints":[]}]\n');
      // Replies of v1 do not say whose they are.
      await listed('--wire', 'v1').toContain('(service unknown)');
      await listed('--wire', 'v3').toContain('my_store');
      const afterSet = async () => {
        const listing = shell.start('control', 'list', '--json', '--timeout', '60', '-b', broker);
        const ended = finished(listing);
        await once(listing.stderr, 'data');
        await said('set', 'peaches', '0.75', '--wire', 'v3');
        // What it has heard until then it prints all the same.
        listing.kill('SIGINT');
        return JSON.parse((await ended).stdout);
      };
      await expect.poll(afterSet, patience).toEqual([{ service: 'my_store', endpoints: ['peaches'] }]);
    });

    test('who has the name keeps it', async () => {
      expect(await refused(5, 'serve', '-c', 'store.yaml', '--wire', 'v3')).toMatch(
        /my_store.*ALI_BUS_NAME_TAKEN/,
      );
      await said('get', 'peaches', '--wire', 'v3');
    });

    test('a file of dripline says where the broker is, what is spoken, and who one is', async () => {
      const mesh = `{ broker: 127.0.0.1, broker_port: ${server.port} }`;
      writeFileSync(join(folder.path, 'mesh.yaml'), `name: other\ndripline_mesh: ${mesh}\nendpoints: []\n`);
      expect(await shell.said('control', 'get', 'peaches', '-c', 'mesh.yaml')).toContain('peaches(ret:0)');
      writeFileSync(
        join(folder.path, 'auth.json'),
        '{"dripline": {"username": "nobody", "password": "wrong"}}',
      );
      const text = await refused(5, 'get', 'peaches', '--wire', 'v3', '--auth-file', 'auth.json');
      expect(text).toMatch(/ALI_BUS_LOGIN/);
      expect(text).not.toContain('wrong');
    });

    test('an instrument says it for its folder', async () => {
      using place = temporaryFolder();
      const there = new Shell(place.path, { HOME: place.path });
      const text = `name: lab\nbus: amqp://${broker}\ntargets: { peaches: v3 }\n`;
      writeFileSync(join(place.path, 'instrument.yaml'), text);
      expect(await there.said('control', 'get', 'peaches')).toContain('peaches(ret:0)');
      expect(await there.refused(2, 'control', 'get', 'my_store')).toContain('--wire');
    });

    test('a service that ends in the middle is told within the timeout', async () => {
      service.kill('SIGSTOP');
      try {
        expect(await refused(4, 'get', 'peaches', '--timeout', '0.5', '--wire', 'v3')).toBe(
          "alidade: 'peaches' did not answer within 0.5 s (ALI_TIMEOUT)",
        );
      } finally {
        service.kill('SIGCONT');
      }
    });

    test('a broker that goes is waited for, by services and monitors', { timeout: 180_000 }, async () => {
      const monitor = shell.start('control', 'monitor', '--json', '-k', 'sensor_value.#', '-b', broker);
      const lines = linesOf(monitor);
      await once(monitor.stderr, 'data');
      const away = once(monitor.stderr, 'data');
      await server.stop();
      expect(String(await away)).toContain('the broker is away');
      expect(await refused(1, 'get', 'peaches', '--wire', 'v3')).toContain('ALI_BUS_UNREACHABLE');
      const back = once(monitor.stderr, 'data');
      await server.start();
      expect(String(await back)).toContain('the broker is back');
      // The service has to find it too, each at its own pace.
      for (;;) {
        const { status } = await shell.alidade(
          'control',
          'set',
          'peaches',
          '5',
          '--wire',
          'v3',
          '-b',
          broker,
        );
        if (status === 0) break;
      }
      expect(JSON.parse((await lines.next()).value)).toMatchObject({ routingKey: 'sensor_value.peaches' });
      const ended = finished(monitor);
      monitor.kill('SIGTERM');
      expect((await ended).status).toBe(0);
    });
  },
);
