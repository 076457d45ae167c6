/** What a service promises to those who ask it, on every engine of the bus and in every dialect. */
import { expect, test } from 'vitest';
import {
  type Alert,
  type Answer,
  dialects,
  Endpoint,
  float,
  type Monitor,
  type Monitored,
  ReplyError,
  type Value,
} from '../../../src/control/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { keptLog, type Stage } from '../stage.ts';

class Valve extends Endpoint {
  value: Value = 'closed';
  readonly calls: unknown[] = [];

  constructor(name: string) {
    super({ name });
    this.attribute({
      name: 'travel_time',
      read: () => float(4),
      write: (value) => void this.calls.push(value),
    });
    this.attribute({ name: 'serial', read: () => 'A-17' });
    this.command('ramp', ['to', 'seconds?'], (to, seconds, request) => {
      this.calls.push([to, seconds, request.dialect]);
      return { ramped: to };
    });
    this.command('fail', [], () => {
      throw new ReplyError('resource_error_connection', 'no such device', { tried: 3 });
    });
    this.command('break', [], () => {
      throw new TypeError('a bug of its own');
    });
  }

  override onGet(): Answer {
    return { value_raw: this.value };
  }

  override onSet(value: Value): void {
    this.value = value;
  }

  override onCondition(condition: Value): void {
    this.calls.push(['condition', condition]);
  }
}

/** Answers when it is told to. */
class Slow extends Endpoint {
  readonly asked: (() => void)[] = [];
  #wake = () => {};

  override onGet(): Promise<Answer> {
    return new Promise((resolve) => {
      this.asked.push(() => resolve('at last'));
      this.#wake();
    });
  }

  /** Resolves when it was asked once more than it answered. */
  whenAsked(): Promise<void> {
    if (this.asked.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

async function next(monitor: Monitor): Promise<Monitored> {
  for await (const message of monitor) return message;
  throw new Error('the monitor was closed');
}

export function services(stage: Stage): void {
  test.each(dialects)('an endpoint is asked and told in %s', async (wire) => {
    const valve = new Valve('valve');
    await stage.serve([valve], { wire });
    const client = stage.client({ wire });
    expect(await client.set('valve', 'open')).toMatchObject({ code: 0, dialect: wire });
    expect(await client.get('valve')).toMatchObject({
      code: 0,
      payload: { value_raw: 'open' },
      dialect: wire,
    });
    expect((await client.get('valve', { specifier: 'travel-time' })).exactPayload).toEqual(
      new Map([['values', [float(4)]]]),
    );
    expect((await client.set('valve', 5, { specifier: 'travel_time' })).code).toBe(0);
    expect((await client.set('valve', 5, { specifier: 'serial' })).code).toBeGreaterThanOrEqual(300);
    expect((await client.cmd('valve', 'ramp', { values: [1.5], keyed: { seconds: 2 } })).payload).toEqual({
      ramped: 1.5,
    });
    expect((await client.cmd('valve', 'ramp', { keyed: { to: 3 } })).payload).toEqual({ ramped: 3 });
    expect(valve.calls).toEqual([5, [1.5, 2, wire], [3, undefined, wire]]);
    expect((await client.ping('my_store')).code).toBe(0);
  });

  test.each(dialects)('what an endpoint throws is answered in %s, and the service lives', async (wire) => {
    const log = keptLog();
    await stage.serve([new Valve('valve')], { wire, log });
    const client = stage.client({ wire });
    expect(await client.cmd('valve', 'fail')).toMatchObject({
      code: 201,
      message: 'no such device',
      payload: { tried: 3 },
    });
    expect(await client.cmd('valve', 'break')).toMatchObject({ code: 999, message: 'a bug of its own' });
    expect(log.entries).toEqual([['error', 'cmd valve break failed: a bug of its own']]);
    for (const values of [[], [1, 2, 3]]) {
      expect((await client.cmd('valve', 'ramp', { values })).code).toBe(wire === 'v3' ? 304 : 999);
    }
    expect((await client.cmd('valve', 'ramp', { values: [1], keyed: { to: 1 } })).message).toMatch(
      '"to" twice',
    );
    expect((await client.cmd('valve', 'ramp', { values: [1], keyed: { speed: 1 } })).message).toMatch(
      '"speed"',
    );
  });

  test('nothing of an object is reached but what it declares', async () => {
    await stage.serve([new Valve('valve')]);
    const client = stage.client();
    for (const name of ['value', 'calls', 'constructor', 'attach', 'context', '__proto__', 'toString', '']) {
      const reply = name === '' ? undefined : await client.get('valve', { specifier: name });
      if (reply !== undefined) expect([name, reply.code]).toEqual([name, 310]);
      expect((await client.cmd('valve', name)).code).toBe(306);
    }
  });

  test.each(dialects)(
    'an answer that no message can carry is an error of its endpoint in %s',
    async (wire) => {
      const odd = new (class extends Endpoint {
        override onGet(): Answer {
          return { made: new Date(0) as unknown as Answer };
        }
      })({ name: 'odd' });
      await stage.serve([odd], { wire });
      const reply = await stage.client({ wire }).get('odd');
      expect(reply).toMatchObject({ code: 999, message: expect.stringContaining('a Date cannot be put') });
    },
  );

  test('an endpoint that does not answer holds up nobody else, and what is too much for it is refused', async () => {
    const slow = new Slow({ name: 'slow' });
    const service = await stage.serve([slow, new Valve('valve')], { queueLength: 2 });
    const client = stage.client();
    const first = client.get('slow');
    await slow.whenAsked();
    const [second, third] = [client.get('slow'), client.get('slow')];
    expect(await client.get('slow')).toMatchObject({
      code: 200,
      message: 'slow is busy: 2 requests wait for it already',
    });
    expect((await client.get('valve')).code).toBe(0);
    expect(service.status).toMatchObject({ waiting: 2, dropped: { 'queue-full': 1 } });
    for (const reply of [first, second, third]) {
      await slow.whenAsked();
      slow.asked.pop()?.();
      expect((await reply).payload).toBe('at last');
    }
  });

  test('a client whose endpoint does not answer is told within its time', async () => {
    const slow = new Slow({ name: 'slow' });
    await stage.serve([slow]);
    await expect(stage.client().get('slow', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ALI_TIMEOUT',
      message: "'slow' did not answer within 0.05 s",
    });
    slow.asked.pop()?.();
  });

  test('who asks for what is not there is told at once', async () => {
    await expect(stage.client().get('nobody')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
    expect(await stage.client().broadcast('ping', { timeoutMs: 50 })).toEqual([]);
  });

  test('a service that ends answers what waits, stops its endpoints, and gives its name back', async () => {
    const stopped: string[] = [];
    const slow = new (class extends Slow {
      override onStop(): void {
        stopped.push(this.name);
      }
    })({ name: 'slow' });
    const service = await stage.serve([slow]);
    const client = stage.client();
    const running = client.get('slow');
    await slow.whenAsked();
    const waiting = client.get('slow');
    await client.ping('my_store');
    const closing = service.close();
    expect(await waiting).toMatchObject({ code: 200, message: 'the service is ending' });
    slow.asked.pop()?.();
    expect((await running).code).toBe(0);
    await closing;
    expect(stopped).toEqual(['slow']);
    await stage.serve([new Valve('valve')]);
    expect((await client.get('valve')).code).toBe(0);
    await expect(client.get('slow')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a second service of a name is refused before it touches anything', async () => {
    await stage.serve([new Valve('valve')]);
    const touched: string[] = [];
    const device = new (class extends Endpoint {
      override onStart(): void {
        touched.push(this.name);
      }
    })({ name: 'device' });
    await expect(stage.serve([device], { bus: stage.otherBus })).rejects.toMatchObject({
      code: 'ALI_BUS_NAME_TAKEN',
    });
    expect(touched).toEqual([]);
    await expect(stage.client().get('device')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a service whose endpoint does not start is not there', async () => {
    const device = new (class extends Endpoint {
      override onStart(): void {
        throw new Error('the device is switched off');
      }
    })({ name: 'device' });
    await expect(stage.serve([new Valve('valve'), device])).rejects.toThrow('the device is switched off');
    await expect(stage.client().get('valve')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test.each(['two words', 'a.b', 'a*', '#', ''])('the name %j cannot be an endpoint', async (name) => {
    await expect(stage.serve([new Valve(name)])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });

  test.each(['valve.serial', 'two words', '', '#'])('%j is nobody to be asked', async (target) => {
    await expect(stage.client().get(target)).rejects.toMatchObject({ code: 'ALI_USAGE' });
  });

  test('what groups others starts before them, and stops after them', async () => {
    const order: string[] = [];
    class Part extends Endpoint {
      readonly #below: readonly Endpoint[];
      constructor(name: string, below: readonly Endpoint[] = []) {
        super({ name });
        this.#below = below;
      }
      override get children(): readonly Endpoint[] {
        return this.#below;
      }
      override onStart(): void {
        order.push(`+${this.name}`);
      }
      override onStop(): void {
        order.push(`-${this.name}`);
      }
    }
    const service = await stage.serve([new Part('supply', [new Part('channel', [new Part('sense')])])]);
    await service.close();
    expect(order).toEqual(['+supply', '+channel', '+sense', '-sense', '-channel', '-supply']);
    await expect(stage.serve([new Part('supply', [new Part('supply')])])).rejects.toMatchObject({
      code: 'ALI_CONFIGURATION',
    });
  });

  test('names of one service are told apart', async () => {
    await expect(stage.serve([new Valve('a'), new Valve('a')])).rejects.toThrow(
      "two of the service are called 'a'",
    );
    await expect(stage.serve([new Valve('broadcast')])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    await expect(stage.serve([new Valve('my_store')])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });

  test.each(dialects)('a broadcast reaches every service of %s', async (wire) => {
    const valves = [new Valve('valve'), new Valve('gate')];
    await stage.serve([valves[0] as Valve], { wire });
    await stage.serve([valves[1] as Valve], { wire, name: 'other', bus: stage.otherBus });
    const client = stage.client({ wire });
    const replies = await client.broadcast('ping', { timeoutMs: 100 });
    expect(replies.map(({ code }) => code)).toEqual([0, 0]);
    if (wire !== 'v1') {
      expect(replies.map(({ sender }) => sender.serviceName).toSorted()).toEqual(['my_store', 'other']);
    }
    await client.broadcast('set_condition', { values: [10], timeoutMs: 100 });
    expect(valves.map(({ calls }) => calls)).toEqual([[['condition', 10]], [['condition', 10]]]);
  });

  test('an endpoint may have a queue of its own', async () => {
    const own = new (class extends Endpoint {
      override onGet(): Answer {
        return 1;
      }
    })({ name: 'own', ownQueue: true });
    await stage.serve([own]);
    await expect(
      stage.otherBus.consume({ queue: 'own', bindings: [], onMessage: () => {} }),
    ).rejects.toMatchObject({
      code: 'ALI_BUS_NAME_TAKEN',
    });
    expect((await stage.client().get('own')).payload).toBe(1);
  });

  test.each(dialects)('alerts of %s come to monitors and to endpoints that want them', async (wire) => {
    const heard: Alert[] = [];
    const logger = new (class extends Endpoint {
      override get alertKeys(): readonly string[] {
        return ['sensor_value.*'];
      }
      override onAlert(alert: Alert): void {
        heard.push(alert);
      }
    })({ name: 'logger' });
    const source = new (class extends Endpoint {
      override async onGet(): Promise<Answer> {
        await this.alert('sensor_value.source', { value_raw: 1.5 });
        await this.alert('other.source', 'text');
        return null;
      }
    })({ name: 'source' });
    await stage.serve([logger, source], { wire });
    const monitor = await stage.monitor();
    await stage.client({ wire }).get('source');
    const seen = [await next(monitor), await next(monitor)];
    expect(seen).toMatchObject([
      { kind: 'alert', routingKey: 'sensor_value.source', payload: { value_raw: 1.5 }, dialect: wire },
      { kind: 'alert', routingKey: 'other.source', payload: 'text', dialect: wire },
    ]);
    // What came for the logger before is handled before its ping.
    await stage.client({ wire }).ping('logger');
    expect(heard).toMatchObject([{ routingKey: 'sensor_value.source', payload: { value_raw: 1.5 } }]);
  });

  test('a hundred monitors see the same alert', async () => {
    const valve = new (class extends Valve {
      tell(): Promise<void> {
        return this.alert('sensor_value.valve', 1);
      }
    })('valve');
    await stage.serve([valve]);
    const monitors: Monitor[] = [];
    for (let i = 0; i < 100; i += 1) monitors.push(await stage.monitor({ keys: ['sensor_value.#'] }));
    await valve.tell();
    const seen = await Promise.all(monitors.map(next));
    expect(new Set(seen.map(({ routingKey, payload }) => `${routingKey} ${payload}`))).toEqual(
      new Set(['sensor_value.valve 1']),
    );
  });

  test('a monitor of requests shows what is asked and answered', async () => {
    await stage.serve([new Valve('valve')]);
    const monitor = await stage.monitor({ exchange: 'requests', keys: ['valve.#'] });
    await stage.client().set('valve', 'open');
    expect(await next(monitor)).toMatchObject({
      kind: 'request',
      operation: 'set',
      routingKey: 'valve',
      payload: { values: ['open'] },
    });
  });

  test('heartbeats say which run of a service lives', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const service = await stage.serve([], { clock, heartbeatIntervalMs: 60_000 });
    const monitor = await stage.monitor({ keys: ['heartbeat.#'] });
    clock.advance(59_999);
    clock.advance(60_001);
    for (const timestamp of ['2023-11-14T22:14:20.000000Z', '2023-11-14T22:15:20.000000Z']) {
      expect(await next(monitor)).toMatchObject({
        routingKey: 'heartbeat.my_store',
        payload: { id: service.runId, name: 'my_store' },
        timestamp,
      });
    }
    await service.close();
    expect(clock.timers).toBe(0);
  });

  test('errors are told to all where that is wanted, and not without end', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    await stage.serve([new Valve('valve')], { wire: 'v2', clock });
    const monitor = await stage.monitor({ keys: ['status_message.#'] });
    const client = stage.client({ wire: 'v2' });
    for (let i = 0; i < 25; i += 1) await client.cmd('valve', 'break');
    clock.advance(60_000);
    await client.cmd('valve', 'break');
    const seen: Monitored[] = [];
    while (seen.length < 21) seen.push(await next(monitor));
    expect(seen[0]).toMatchObject({
      routingKey: 'status_message.error.my_store',
      payload: 'cmd valve break failed: a bug of its own',
    });
    expect(seen[20]?.payload).toBe('cmd valve break failed: a bug of its own (5 more were not told)');
  });

  test('a reply of any length comes whole in v3', async () => {
    const long = `${'µ'.repeat(12_000)}!`;
    const valve = new Valve('valve');
    await stage.serve([valve]);
    const client = stage.client();
    await client.set('valve', long);
    expect(valve.value).toBe(long);
    expect((await client.get('valve')).payload).toEqual({ value_raw: long });
  });

  test('integers beyond 2^53 and floats without a fraction come back as they were set', async () => {
    const store = new (class extends Endpoint {
      #value: Answer = null;
      override onGet(): Answer {
        return this.#value;
      }
      override onSet(_value: Value, request: Parameters<Endpoint['onSet']>[1]): void {
        this.#value = request.values?.[0] ?? null;
      }
    })({ name: 'store' });
    await stage.serve([store]);
    for (const wire of dialects) {
      const client = stage.client({ wire });
      for (const value of [2n ** 70n, -(2n ** 63n), float(4), 4, -0.1, float(1e300), 'µ°C', true, null]) {
        await client.set('store', value);
        const { exactPayload } = await client.get('store');
        const got =
          wire === 'v3'
            ? exactPayload
            : (exactPayload as ReadonlyMap<string, readonly unknown[]>).get('values')?.[0];
        expect(got).toEqual(typeof value === 'number' && !Number.isInteger(value) ? float(value) : value);
      }
      await client.set('store', { a: [Number.NaN, 1.5] });
      expect((await client.get('store')).payload).toEqual({ a: [null, 1.5] });
    }
  });
}
