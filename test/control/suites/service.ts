/** What a service promises to those who ask it, on every engine of the bus and in every dialect. */
import { expect, test, vi } from 'vitest';
import {
  type Answer,
  type Client,
  dialects,
  Endpoint,
  float,
  type Reply,
  ReplyError,
  type Value,
} from '../../../src/control/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { Slow, Valve } from '../endpoints.ts';
import { keptLog, type Stage } from '../stage.ts';

/** Stands until it is put forward; after a sleep of the process its timers have not come yet. */
class SleepyClock extends ManualClock {
  asleepMs = 0;
  timesAsked = 0;

  constructor() {
    super(1_700_000_000_000);
  }

  override nowMs(): number {
    this.timesAsked += 1;
    return super.nowMs() + this.asleepMs;
  }
}

/** All replies to a broadcast, which is ended when each of these services has answered it. */
async function broadcast(
  client: Client,
  command: string,
  services: readonly string[],
  values: readonly Answer[] = [],
): Promise<readonly Reply[]> {
  const end = new AbortController();
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const replies: Reply[] = [];
  const onReply = (reply: Reply) => {
    if (replies.push(reply) === services.length) resolve();
  };
  const gathering = client.broadcast(command, { values, timeoutMs: 30_000, signal: end.signal, onReply });
  const ended = expect(gathering).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  await Promise.race([answered, ended]);
  // A reply too many would come before that to what follows.
  for (const name of services) await client.ping(name);
  end.abort();
  await ended;
  return replies;
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

  test.each(dialects)(
    'texts without end and codes without sense are sent in %s as far as they go',
    async (wire) => {
      const odd = new (class extends Endpoint {
        override onGet(): Answer {
          throw new ReplyError(-1, 'µ'.repeat(500_000));
        }
      })({ name: 'odd' });
      await stage.serve([odd], { wire });
      const { code, message } = await stage.client({ wire }).get('odd');
      expect([code, message]).toEqual([999, 'µ'.repeat(8000)]);
    },
  );

  test.each(['v1', 'v2'] as const)(
    'a key of nothing but dashes locks with one that is made up, in %s',
    async (wire) => {
      await stage.serve([new Valve('valve')], { wire });
      const client = stage.client({ wire });
      const { payload } = await client.lock('valve', { lockoutKey: '---' });
      expect(payload).toEqual({ key: expect.stringMatching(/^[\da-f]{32}$/) });
      expect((await client.set('valve', 'open')).code).toBe(307);
      expect((await client.set('valve', 'open', { lockoutKey: '---' })).code).toBe(307);
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

  test.each(dialects)(
    'what waited too long for its endpoint is never done, and answered in %s',
    async (wire) => {
      const clock = new SleepyClock();
      const slow = new Slow({ name: 'slow' });
      const log = keptLog();
      const service = await stage.serve([slow], {
        wire,
        clock,
        log,
        queueWaitMs: 5000,
        statusMessages: false,
      });
      const resting = clock.timers;
      const client = stage.client({ wire });
      const notDone = {
        code: 305,
        message: 'this was not done: slow did not come to it within 5 s',
      };
      const hangs = client.get('slow');
      await slow.whenAsked();
      const early = client.set('slow', 'early');
      await client.ping('my_store');
      clock.advance(4000);
      const late = client.set('slow', 'late');
      await client.ping('my_store');
      clock.advance(1000);
      expect(await early).toMatchObject(notDone);
      expect(service.status).toMatchObject({ waiting: 1, dropped: { 'waited-too-long': 1 } });
      slow.asked.pop()?.();
      expect((await hangs).code).toBe(0);
      expect((await late).code).toBe(0);
      expect(slow.sets).toEqual(['late']);
      expect(log.entries).toEqual([
        ['warning', 'a request was not done: slow did not come to it within 5 s'],
      ]);
      expect(clock.timers).toBe(resting);
      const again = client.get('slow');
      await slow.whenAsked();
      const stale = client.set('slow', 'stale');
      await client.ping('my_store');
      clock.asleepMs = 60_000;
      slow.asked.pop()?.();
      expect((await again).code).toBe(0);
      expect(await stale).toMatchObject(notDone);
      expect(slow.sets).toEqual(['late']);
    },
  );

  const wakings = {
    'its timers come first': () => {
      const clock = new ManualClock(1_700_000_000_000);
      return { clock, standStill: () => clock.jump(9000) };
    },
    'its sockets are read first': () => {
      const clock = new SleepyClock();
      const standStill = () => {
        clock.asleepMs = 9000;
      };
      return { clock, standStill };
    },
  };
  test.each(Object.entries(wakings))(
    'what came while the process stood still for long is not done, and what comes 0.1 s later is: %s',
    async (_, waking) => {
      const { clock, standStill } = waking();
      const valve = new Valve('valve');
      await stage.serve([valve], { clock });
      const client = stage.client();
      standStill();
      expect(await client.set('valve', 'open')).toMatchObject({ code: 305 });
      expect(valve.value).toBe('closed');
      expect((await client.ping('my_store')).code).toBe(305);
      clock.advance(100);
      expect((await client.set('valve', 'open')).code).toBe(0);
      expect(valve.value).toBe('open');
    },
  );

  test('what came while a service started for long is not done', async () => {
    const clock = new SleepyClock();
    const client = stage.client();
    let set: Promise<Reply> | undefined;
    const valve = new (class extends Valve {
      override async onStart(): Promise<void> {
        const before = clock.timesAsked;
        set = client.set('valve', 'open');
        await vi.waitFor(() => expect(clock.timesAsked).toBeGreaterThan(before), {
          timeout: 10_000,
        });
        clock.advance(9000);
      }
    })('valve');
    await stage.serve([valve], { clock });
    expect(await set).toMatchObject({ code: 305 });
    expect(valve.value).toBe('closed');
  });

  test('a client whose endpoint does not answer is told within its time', async () => {
    const slow = new Slow({ name: 'slow' });
    await stage.serve([slow]);
    const client = stage.client();
    // Then all that a request needs is there, and the next is sent at once.
    await client.ping('my_store');
    await expect(client.get('slow', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ALI_TIMEOUT',
      message: "'slow' did not answer within 0.05 s",
    });
    await slow.whenAsked();
    slow.asked.pop()?.();
  });

  test('who asks for what is not there is told at once', async () => {
    await expect(stage.client().get('nobody')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
    expect(await stage.client().broadcast('ping', { timeoutMs: 50 })).toEqual([]);
  });

  test.each(['valve.serial', 'two words', '', '#'])('%j is nobody to be asked', async (target) => {
    await expect(stage.client().get(target)).rejects.toMatchObject({ code: 'ALI_USAGE' });
  });

  test.each(dialects)('a broadcast reaches every service of %s', async (wire) => {
    const valves = [new Valve('valve'), new Valve('gate')];
    await stage.serve([valves[0] as Valve], { wire });
    await stage.serve([valves[1] as Valve], { wire, name: 'other', bus: stage.otherBus });
    const client = stage.client({ wire });
    const replies = await broadcast(client, 'ping', ['my_store', 'other']);
    expect(replies.map(({ code }) => code)).toEqual([0, 0]);
    if (wire !== 'v1') {
      expect(replies.map(({ sender }) => sender.serviceName).toSorted()).toEqual(['my_store', 'other']);
    }
    await broadcast(client, 'set_condition', ['my_store', 'other'], [10]);
    await expect
      .poll(() => valves.map(({ calls }) => calls))
      .toEqual([[['condition', 10]], [['condition', 10]]]);
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
