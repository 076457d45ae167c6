import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bus, type BusEvent, type Consumer, openBus } from '../../src/bus/index.ts';
import { answering, listen, message, textOf } from '../contract/bus/context.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { type Program, runProgram } from '../support/program.ts';
import { RabbitmqServer } from '../support/rabbitmq-server.ts';
import { findProgram, requireServer } from '../support/require-server.ts';

const serviceFile = new URL('programs/bus-service.ts', import.meta.url);
const timeoutMs = 10_000;

async function service(url: string, name: string): Promise<Program> {
  const program = runProgram(serviceFile, [url, name]);
  expect(await program.line()).toBe('ready');
  return program;
}

const hasOpenssl = findProgram('openssl') !== undefined;

/** A listener for TLS, with a certificate for localhost that it gives itself. */
function tlsSettings(folder: string, port: number): string[] {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    certificate,
  ];
  const { status, stderr } = spawnSync('openssl', [...made, ...subject]);
  if (status !== 0) throw new Error(String(stderr));
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.certfile = ${certificate}`,
    `ssl_options.keyfile = ${key}`,
  ];
}

/** What a bus tells, and when it tells a certain thing. */
function telling() {
  const told: BusEvent[] = [];
  let wake = () => {};
  return {
    told,
    onEvent: (event: BusEvent) => {
      told.push(event);
      wake();
    },
    async until(event: BusEvent['event']) {
      while (!told.some((one) => one.event === event)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told.splice(0);
    },
  };
}

describe.skipIf(!requireServer('rabbitmq-server', 'faults of the bus on RabbitMQ'))(
  'on a rabbitmq-server',
  () => {
    let server: RabbitmqServer;
    let tlsPort = 0;
    const folder = temporaryFolder();
    beforeAll(async () => {
      tlsPort = await freePort();
      server = await RabbitmqServer.start({ settings: hasOpenssl ? tlsSettings(folder.path, tlsPort) : [] });
    });
    afterAll(async () => {
      await server?.close();
      folder[Symbol.dispose]();
    });

    /** Does something with amqplib alone, as another program would. */
    const withOther = async (use: (model: ChannelModel) => Promise<unknown>) => {
      const model = await connect(server.url);
      model.on('error', () => {});
      await use(model);
      await model.close().catch(() => {});
    };

    test('a broker that is stopped in mid-traffic: each request has one outcome, and everything comes back', {
      timeout: 180_000,
    }, async () => {
      const events = telling();
      await using store = await service(server.url, 'store');
      await using bus = await openBus(server.url, { onEvent: events.onEvent });
      const heard = await listen(bus, { queue: 'monitor', bindings: [{ exchange: 'alerts', key: '#' }] });
      const ask = (body: string) => bus.request(message('store', body), { timeoutMs: 60_000 });
      await ask('first');
      const inFlight = Array.from({ length: 100 }, (_, index) => ask(index % 2 === 0 ? 'silent' : 'answer'));
      const settled = Promise.allSettled(inFlight);
      await expect.poll(() => store.lines.length).toBe(101);
      await Promise.all(inFlight.filter((_, index) => index % 2 === 1));
      await server.stop();
      const outcomes = await settled;
      const cut = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(cut.map(({ reason }) => reason.code)).toEqual(Array.from({ length: 50 }, () => 'ALI_BUS_CUT'));
      expect(bus.status.state).toBe('away');
      await expect(bus.send(message('a'))).rejects.toMatchObject({ code: 'ALI_BUS_UNREACHABLE' });
      await expect(bus.request(message('store'), { timeoutMs: 50 })).rejects.toMatchObject({
        code: 'ALI_BUS_UNREACHABLE',
      });
      const waiting = bus.request(message('nobody'), { timeoutMs: 60_000 });
      const refused = expect(waiting).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
      await server.start();
      // What was called while it was away goes when it is there again; queues and bindings are there before.
      await refused;
      await events.until('connected');
      await bus.send(message('alert', 'back', { exchange: 'alerts' }), { mandatory: true });
      expect(textOf(await heard.next())).toBe('back');
      await expect.poll(() => ask('again').then(([reply]) => reply && textOf(reply), String)).toBe('store');
      // None of the requests was sent twice.
      await expect.poll(() => store.lines.filter((line) => line === 'took').length).toBe(102);
    });

    test('a broker that answers no more is noticed, and found again when it does', async () => {
      const events = telling();
      await using bus = await openBus(server.url, { onEvent: events.onEvent });
      const heard = await listen(bus, {
        queue: 'patient',
        bindings: [{ exchange: 'requests', key: 'patient' }],
      });
      const asked = bus.request(message('patient'), { timeoutMs: 60_000 });
      await heard.next();
      const cut = expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_CUT' });
      server.pause();
      await cut;
      expect(bus.status.state).toBe('away');
      server.resume();
      await events.until('connected');
      // The broker may hold the queue for our dead connection for a while.
      await expect
        .poll(() => bus.send(message('patient', 'again'), { mandatory: true }).then(() => 'taken', String), {
          timeout: 30_000,
        })
        .toBe('taken');
      expect(textOf(await heard.next())).toBe('again');
    });

    test('a broker that answers no more costs who asks for the first time no more than his time', async () => {
      await using bus = await openBus(server.url);
      server.pause();
      try {
        const asked = bus.request(message('nobody'), { timeoutMs: 200 });
        await expect(asked).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
        expect(bus.status).toMatchObject({ state: 'connected', sent: 0 });
      } finally {
        server.resume();
      }
    });

    test('a bus that is closed while its broker answers no more leaves nothing that keeps its program', {
      timeout: 60_000,
    }, async () => {
      const program = runProgram(new URL('programs/bus-closer.ts', import.meta.url), [server.url]);
      expect(await program.line()).toBe('ready');
      server.pause();
      try {
        program.child.stdin?.end();
        expect(await program.line()).toBe('0');
        await program.ended;
      } finally {
        server.resume();
      }
    });

    test('a service that is killed in mid-request: its client is told in time, and its name is free', async () => {
      await using bus = await openBus(server.url);
      await using first = await service(server.url, 'mortal');
      // Then all that a request needs is there, and the next is sent at once.
      await bus.request(message('mortal'), { timeoutMs });
      await first.line();
      const asked = bus.request(message('mortal', 'silent'), { timeoutMs: 1000 });
      const told = expect(asked).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
      await first.line();
      first.child.kill('SIGKILL');
      await first.ended;
      await told;
      await using second = await service(server.url, 'mortal');
      expect((await bus.request(message('mortal'), { timeoutMs })).map(textOf)).toEqual(['mortal']);
      second.child.stdin?.end();
      // It ends by itself: nothing of the bus is left open.
      expect(await second.ended).toBe(0);
    });

    test('a broker that is short of memory takes nothing and says so; what comes goes on', async () => {
      const events = telling();
      await using bus = await openBus(server.url, { onEvent: events.onEvent });
      await bus.send(message('a'));
      await server.control('set_vm_memory_high_watermark', '0.000001');
      // RabbitMQ blocks who publishes, from its next look at its memory on.
      const sent: Promise<void>[] = [];
      await expect
        .poll(() => {
          sent.push(bus.send(message('a')).catch(() => {}));
          return bus.status.state;
        })
        .toBe('blocked');
      await events.until('blocked');
      expect(bus.status.state).toBe('blocked');
      await expect(bus.send(message('a'))).rejects.toMatchObject({ code: 'ALI_BUS_BLOCKED' });
      await expect(bus.request(message('a'), { timeoutMs })).rejects.toMatchObject({
        code: 'ALI_BUS_BLOCKED',
      });
      await server.control('set_vm_memory_high_watermark', '0.9');
      await events.until('unblocked');
      await Promise.all(sent);
      await bus.send(message('a'));
    });

    test('an exchange that is there as another kind is refused with what to do', async () => {
      const exchanges = { requests: 'direct_requests', alerts: 'fine_alerts' };
      await withOther(async (model) =>
        (await model.createChannel()).assertExchange('direct_requests', 'direct', { durable: false }),
      );
      await using bus = await openBus(server.url, { exchanges });
      const bindings = [{ exchange: 'requests' as const, key: 'x' }];
      for (const refused of [
        listen(bus, { queue: 'x', bindings }),
        bus.send(message('x')),
        bus.request(message('x'), { timeoutMs }),
      ]) {
        await expect(refused).rejects.toMatchObject({ code: 'ALI_BUS_REFUSED' });
        await expect(refused).rejects.toThrow(/the exchange 'direct_requests'.*topic.*Delete it/);
      }
      const alert = message('y', '', { exchange: 'alerts' });
      const heard = await listen(bus, { queue: 'y', bindings: [{ exchange: 'alerts', key: 'y' }] });
      await bus.send(alert);
      await heard.next();
    });

    test('a wrong password, virtual host or port is told apart, and no password is shown', async () => {
      const refusal = async (url: string) => {
        try {
          await openBus(url);
        } catch (error) {
          expect(String(error)).not.toContain('s3cret');
          return (error as { code?: string }).code;
        }
        return undefined;
      };
      const at = server.url.slice('amqp://'.length);
      expect(await refusal(`amqp://guest:s3cret@${at}`)).toBe('ALI_BUS_LOGIN');
      expect(await refusal(`amqp://${at}/nowhere`)).toBe('ALI_BUS_LOGIN');
      expect(await refusal('amqp://guest:s3cret@127.0.0.1:1')).toBe('ALI_BUS_UNREACHABLE');
    });

    test('credentials are used, and a user without rights is told so', async () => {
      await server.control('add_user', 'lab', 's3cret');
      await server.control('set_permissions', 'lab', '^(lab|requests|amq).*', '^(lab|requests|amq).*', '.*');
      const environment = { DRIPLINE_USER: 'lab', DRIPLINE_PASSWORD: 's3cret' };
      await using bus = await openBus(server.url, { environment });
      const bindings = [{ exchange: 'requests' as const, key: 'lab_store' }];
      await listen(
        bus,
        { queue: 'lab_store', bindings },
        answering(bus, () => 'mine'),
      );
      expect((await bus.request(message('lab_store'), { timeoutMs })).map(textOf)).toEqual(['mine']);
      const others = listen(bus, { queue: 'others', bindings });
      await expect(others).rejects.toMatchObject({ code: 'ALI_BUS_REFUSED' });
      await expect(others).rejects.toThrow('rabbitmqctl set_permissions');
    });

    test('a name that somebody takes while we are away is ours again when he leaves', async () => {
      await using ours = await service(server.url, 'envied');
      await using thief = await openBus(server.url);
      const connections = await server.control('list_connections', 'pid', 'client_properties');
      const line = connections.split('\n').find((one) => one.includes(`alidade ${ours.child.pid}"`));
      // It cannot come back before the name is taken.
      ours.child.kill('SIGSTOP');
      const closing = server.control('close_connection', line?.split('\t')[0] ?? '', 'a test');
      let stolen: Consumer | undefined;
      while (stolen === undefined) {
        const bindings = [{ exchange: 'requests' as const, key: 'envied.#' }];
        const taking = thief.consume({
          queue: 'envied',
          bindings,
          onMessage: answering(thief, () => 'thief'),
        });
        stolen = await taking.catch(() => undefined);
      }
      ours.child.kill('SIGCONT');
      await closing;
      const ask = async () => (await thief.request(message('envied'), { timeoutMs })).map(textOf).join();
      expect(await ask()).toBe('thief');
      await stolen.close();
      await expect.poll(() => ask().catch(String)).toBe('envied');
    });

    test('a queue that is taken from us comes back', async () => {
      await using bus = await openBus(server.url);
      const heard = await listen(bus, {
        queue: 'deleted',
        bindings: [{ exchange: 'requests', key: 'deleted' }],
      });
      await server.control('delete_queue', 'deleted');
      await expect
        .poll(() => bus.send(message('deleted'), { mandatory: true }).then(() => 'taken', String))
        .toBe('taken');
      await heard.next();
    });

    test('a message that no reader of ours takes is dropped, and the next one is heard', async () => {
      await using bus = await openBus(server.url);
      const heard = await listen(bus, {
        queue: 'hostile',
        bindings: [{ exchange: 'requests', key: 'hostile' }],
      });
      await withOther(async (model) => {
        const channel = await model.createConfirmChannel();
        let deep: Record<string, unknown> = {};
        for (let i = 0; i < 500; i++) deep = { d: deep };
        channel.publish('requests', 'hostile', Buffer.from('deep'), { headers: deep });
        channel.publish('requests', 'hostile', Buffer.from('fine'), { headers: { fine: 1 } });
        await channel.waitForConfirms();
      });
      const next = await heard.next();
      expect(textOf(next)).toBe('fine');
      // amqplib has chosen the smallest type that holds it.
      expect(next.properties.headers).toEqual(new Map([['fine', { tag: 'b', value: 1 }]]));
      expect(bus.status.dropped.malformed).toBe(1);
    });

    test.skipIf(!hasOpenssl)('amqps: is TLS, and an unknown certificate is refused', async () => {
      const url = `amqps://localhost:${tlsPort}`;
      await expect(openBus(url)).rejects.toMatchObject({ code: 'ALI_BUS_UNREACHABLE' });
      await using bus = await openBus(url, { tls: { ca: readFileSync(join(folder.path, 'cert.pem')) } });
      const bindings = [{ exchange: 'requests' as const, key: 'secret' }];
      await listen(
        bus,
        { queue: 'secret', bindings },
        answering(bus, () => 'by TLS'),
      );
      expect((await bus.request(message('secret'), { timeoutMs })).map(textOf)).toEqual(['by TLS']);
    });

    test('exchanges and queues are those of dripline', async () => {
      await using bus: Bus = await openBus(server.url);
      await listen(bus, { queue: 'topology', bindings: [{ exchange: 'alerts', key: 'sensor_value.#' }] });
      await expect(bus.request(message('nobody'), { timeoutMs })).rejects.toThrow('nobody');
      const named = { timeoutMs, replyQueue: 'request_reply' } as const;
      await expect(bus.request(message('nobody'), named)).rejects.toThrow('nobody');
      const table = async (...args: string[]) =>
        (await server.control(...args)).split('\n').map((line) => line.trim());
      const exchanges = await table('list_exchanges', 'name', 'type', 'durable', 'auto_delete', 'internal');
      expect(exchanges).toEqual(
        expect.arrayContaining([
          'requests\ttopic\tfalse\tfalse\tfalse',
          'alerts\ttopic\tfalse\tfalse\tfalse',
        ]),
      );
      const queues = await table('list_queues', 'name', 'durable', 'auto_delete', 'exclusive');
      const flags = 'false\ttrue\ttrue';
      expect(queues).toContain(`topology\t${flags}`);
      expect(queues.some((line) => new RegExp(`^request_reply[0-9a-f-]{36}\t${flags}$`).test(line))).toBe(
        true,
      );
      expect(queues.some((line) => new RegExp(`^amq\\.gen-\\S+\t${flags}$`).test(line))).toBe(true);
      const bindings = await table('list_bindings', 'source_name', 'destination_name', 'routing_key');
      expect(bindings).toContain('alerts\ttopology\tsensor_value.#');
      expect(bindings.some((line) => /^requests\t(amq\.gen-\S+)\t\1$/.test(line))).toBe(true);
    });
  },
);
