/**
 * A message of v3 ends services of v1 and v2. On a broker with both, nothing that we send unasked, to all, or to somebody
 * whose dialect we were not told may reach one of them.
 */
import { expect, test } from 'vitest';
import type { Delivery } from '../../../src/bus/index.ts';
import { type Answer, Endpoint } from '../../../src/control/index.ts';
import { readJson } from '../../../src/shared/read-json.ts';
import { listen } from '../../contract/bus/context.ts';
import { deliveryOf, readCaptured, requestsOf } from '../captured.ts';
import type { Stage } from '../stage.ts';

/** Why a service of v2 ends at a message, as was seen at the real one; undefined if it does not. */
function endOfV2({ exchange, body, properties }: Delivery): string | undefined {
  let message: unknown;
  try {
    message = readJson(Buffer.from(body).toString('utf8'), 'the body');
  } catch {
    return 'the body is no JSON';
  }
  if (!['application/json', undefined].includes(properties.contentEncoding))
    return 'an unknown content_encoding';
  if (!(message instanceof Map)) return 'the body is no object';
  const type = message.get('msgtype');
  if (![2, 3, 4].includes(type as number)) return 'no msgtype';
  if (type === 3 && message.get('msgop') === undefined) return 'no msgop';
  if (exchange === 'requests' && properties.replyTo === undefined) return 'no reply_to';
  return undefined;
}

/** Stands where a real service of v2 with two endpoints and an alert consumer would, and sees what comes. */
async function oldService(stage: Stage) {
  const words = ['old_store', 'old_valve', 'old_lamp', 'broadcast'];
  const queue = await listen(stage.bus, {
    queue: 'old_store',
    bindings: [
      ...words.map((word) => ({ exchange: 'requests' as const, key: `${word}.#` })),
      { exchange: 'alerts', key: '#' },
    ],
  });
  return {
    /** All that came until now, and what of it would have ended it. */
    async heard(): Promise<readonly [count: number, ends: readonly string[]]> {
      await stage.client({ wire: 'v2' }).alert('last', null);
      while ((await queue.next()).routingKey !== 'last');
      const ends = queue.deliveries.map(endOfV2).filter((end) => end !== undefined);
      return [queue.deliveries.length - 1, ends];
    },
    [Symbol.asyncDispose]: () => queue.consumer.close(),
  };
}

/** One that answers as v2 does, and says so in its alerts. */
class Lamp extends Endpoint {
  override onGet(): Answer {
    return { value_raw: 'on' };
  }
  async tell(): Promise<void> {
    await this.alert(`sensor_value.${this.name}`, { value_raw: 'on' });
  }
}

export function mixedBroker(stage: Stage): void {
  test('the stand-in ends at what ends a real service, and at a message of v3', async () => {
    const fatal = readCaptured('v2-fatal').steps.flatMap(requestsOf).map(deliveryOf);
    expect(fatal.map(endOfV2)).toEqual(['the body is no JSON', 'no reply_to', 'no msgop']);
    await using old = await oldService(stage);
    await stage.client({ wire: 'v3' }).alert('sensor_value.mine', { value_raw: 1 });
    expect(await old.heard()).toEqual([1, ['no msgtype']]);
  });

  test('a client that was told no dialect sends nothing to nobody', async () => {
    await using old = await oldService(stage);
    const client = stage.client({ wire: undefined });
    const attempts = [
      () => client.get('old_valve'),
      () => client.set('old_valve', 1),
      () => client.cmd('old_valve', 'ping'),
      () => client.lock('old_store'),
      () => client.broadcast('ping', { timeoutMs: 50 }),
      () => client.ping('broadcast'),
      () => client.alert('sensor_value.mine', 1),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'ALI_USAGE',
        message: expect.stringMatching(/--wire v1, v2 or v3.*nothing was sent/s),
      });
    }
    expect(await old.heard()).toEqual([0, []]);
  });

  test('a service that was told no dialect does not start, and nothing of it was on the broker', async () => {
    await using old = await oldService(stage);
    await expect(stage.serve([new Lamp({ name: 'lamp' })], { wire: undefined })).rejects.toMatchObject({
      code: 'ALI_USAGE',
    });
    await expect(stage.client().get('lamp')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
    expect(await old.heard()).toEqual([0, []]);
  });

  test('what we say in v2 ends no service of v2', async () => {
    await using old = await oldService(stage);
    const lamp = new Lamp({ name: 'lamp' });
    await stage.serve([lamp], { wire: 'v2', heartbeatIntervalMs: undefined });
    const client = stage.client({ wire: undefined, targets: { old_valve: 'v2', old_store: 'v2' } });
    // Then all that a request needs is there, and what follows is sent at once, however short its time.
    await client.ping('lamp', { wire: 'v2' });
    const short = { timeoutMs: 50 };
    // It takes them and is silent: what matters is that it would have lived.
    await Promise.allSettled([
      client.get('old_valve', short),
      client.set('old_valve', 'µ', short),
      client.set('old_valve', Number.NaN, short),
      client.cmd('old_valve', 'ramp', { ...short, values: [1], keyed: { speed: 2 } }),
      client.config('old_valve', 'log_interval', 3, short),
      client.send('old_store', ['*IDN?'], short),
      client.run('old_store', short),
      client.lock('old_valve', short),
      client.unlock('old_valve', { ...short, force: true }),
      client.ping('old_store', short),
      client.broadcast('ping', { ...short, wire: 'v2' }),
      client.alert('sensor_value.mine', { value_raw: 1 }, { wire: 'v2' }),
      lamp.tell(),
    ]);
    // Requests go in their order: with this one those before it are there.
    await client.ping('lamp', { wire: 'v2' });
    expect(await old.heard()).toEqual([13, []]);
  });

  test('an instrument of both generations: each is spoken to in its own, and v3 is not told to all', async () => {
    const old = new Lamp({ name: 'old_lamp' });
    await stage.serve([old], { name: 'old_service', wire: 'v2' });
    await stage.serve([new Lamp({ name: 'new_lamp' })], { name: 'new_service', wire: 'v3' });
    const client = stage.client({ wire: 'v3', targets: { old_lamp: 'v2' } });
    expect((await client.get('new_lamp')).dialect).toBe('v3');
    expect((await client.get('old_lamp')).dialect).toBe('v2');
    await expect(client.broadcast('ping', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ALI_USAGE',
      message: expect.stringMatching(/'old_(lamp|service)' speaks v2/),
    });
    await expect(client.ping('broadcast')).rejects.toMatchObject({ code: 'ALI_USAGE' });
    // Its service was heard with it.
    expect((await client.ping('old_service')).dialect).toBe('v2');
  });

  test('the dialect of a target is learnt from its alerts', async () => {
    const lamp = new Lamp({ name: 'old_lamp' });
    await stage.serve([lamp], { name: 'old_service', wire: 'v2' });
    const client = stage.client({ wire: undefined });
    await client.listen();
    await expect(client.get('old_lamp')).rejects.toMatchObject({ code: 'ALI_USAGE' });
    const monitor = await stage.monitor();
    await lamp.tell();
    for await (const { dialect } of monitor) {
      expect(dialect).toBe('v2');
      break;
    }
    // Both queues had the alert from one publish; the listener's came before the reply to what follows.
    await stage.client({ wire: 'v2' }).ping('old_lamp');
    expect((await client.get('old_lamp')).dialect).toBe('v2');
    expect((await client.ping('old_service')).dialect).toBe('v2');
  });
}
