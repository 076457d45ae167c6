import { expect, test } from 'vitest';
import { type Context, message, textOf } from './context.ts';

export function alerts(context: Context): void {
  const alert = (routingKey: string, body = '') => message(routingKey, body, { exchange: 'alerts' });

  test('an alert reaches all whose patterns match, each once, and no others', async () => {
    const word = context.name('sensor_value');
    const listening = async (...keys: string[]) => {
      const bindings = keys.map((key) => ({ exchange: 'alerts' as const, key }));
      return context.consume(context.service, { queue: context.name('monitor'), bindings });
    };
    const all = await listening('#');
    const twice = await listening(`${word}.#`, `${word}.peaches`);
    const oneWord = await listening(`${word}.*`);
    const other = await listening(`${word}.chips`, `*.${word}`);
    for (const key of [`${word}.peaches`, `${word}.peaches.deep`, word, `${word}.chips`]) {
      await context.client.send(alert(key, key));
    }
    expect([await all.next(), await all.next(), await all.next(), await all.next()].map(textOf)).toEqual([
      `${word}.peaches`,
      `${word}.peaches.deep`,
      word,
      `${word}.chips`,
    ]);
    await twice.next();
    await twice.next();
    await twice.next();
    expect((await twice.next()).routingKey).toBe(`${word}.chips`);
    await oneWord.next();
    expect((await oneWord.next()).routingKey).toBe(`${word}.chips`);
    expect((await other.next()).routingKey).toBe(`${word}.chips`);
    expect([all, twice, oneWord, other].map(({ deliveries }) => deliveries.length)).toEqual([4, 4, 2, 1]);
  });

  test('an alert that nobody listens to is gone, and says so only where that was asked', async () => {
    const key = context.name('unheard');
    await context.client.send(alert(key));
    const asked = context.client.send(alert(key), { mandatory: true });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a key on requests is not one on alerts', async () => {
    const key = context.name('peaches');
    const requests = await context.consume(context.service, {
      queue: context.name('a'),
      bindings: [{ exchange: 'requests', key }],
    });
    const both = await context.consume(context.service, {
      queue: context.name('b'),
      bindings: [
        { exchange: 'requests', key },
        { exchange: 'alerts', key },
      ],
    });
    await context.client.send(alert(key, 'alert'));
    await context.client.send(message(key, 'request'));
    expect([await both.next(), await both.next()].map(({ exchange }) => exchange)).toEqual([
      'alerts',
      'requests',
    ]);
    expect(textOf(await requests.next())).toBe('request');
    expect(requests.deliveries).toHaveLength(1);
  });

  test('buses whose exchanges have other names do not hear each other', async () => {
    const key = context.name('alert');
    const exchanges = { requests: context.name('our_requests'), alerts: context.name('our_alerts') };
    const ours = await context.open({ exchanges });
    const bindings = [{ exchange: 'alerts' as const, key: '#' }];
    const heard = await context.consume(ours, { queue: context.name('ours'), bindings });
    const asked = context.client.send(alert(key), { mandatory: true });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
    await (await context.open({ exchanges })).send(alert(key, 'ours'), { mandatory: true });
    expect(await heard.next()).toMatchObject({ exchange: 'alerts', routingKey: key });
  });

  test('alerts of one sender come in the order in which they were sent, also to itself', async () => {
    const key = context.name('ordered');
    const bindings = [{ exchange: 'alerts' as const, key }];
    const own = await context.consume(context.client, { queue: context.name('own'), bindings });
    const other = await context.consume(context.service, { queue: context.name('other'), bindings });
    const numbers = Array.from({ length: 3000 }, (_, index) => String(index));
    await Promise.all(numbers.map((number) => context.client.send(alert(key, number))));
    await expect.poll(() => [own, other].map(({ deliveries }) => deliveries.length)).toEqual([3000, 3000]);
    expect(own.deliveries.map(textOf)).toEqual(numbers);
    expect(other.deliveries.map(textOf)).toEqual(numbers);
  });

  test('a queue of 2000 bindings hears each of them', async () => {
    const word = context.name('many');
    const keys = Array.from({ length: 2000 }, (_, index) => `${word}${index}`);
    const bindings = keys.map((key) => ({ exchange: 'requests' as const, key: `${key}.#` }));
    const heard = await context.consume(context.service, { queue: word, bindings });
    await context.client.send(message(`${keys[0]}.x`), { mandatory: true });
    await context.client.send(message(`${keys[1999]}`), { mandatory: true });
    expect([await heard.next(), await heard.next()]).toHaveLength(2);
  });
}
