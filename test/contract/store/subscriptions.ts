import { expect, test } from 'vitest';
import { bytes, type Context, eventText, heard, heardUntilNow, plain, take } from './context.ts';

export function subscriptions(context: Context): void {
  let told = 0;
  const tell = async (channel: string, payload: string, space = context.space) => {
    await space.write({
      do: 'set',
      key: `told ${told++ % 10}`,
      value: bytes(''),
      notice: { channel, payload: bytes(payload) },
    });
  };

  test('exact channels hear what is told on them and nothing else', async () => {
    const subscription = await context.subscribe({ channels: ['a', 'a*', 'end'] });
    await tell('a', '1');
    await tell('ab', '2');
    await tell('', '3');
    await tell('a*', '4');
    expect(await heardUntilNow(subscription, context.space)).toEqual(['a 1', 'a* 4']);
  });

  test('patterns hear what they match', async () => {
    const subscription = await context.subscribe({ patterns: ['a?', '[^a]\\*', 'end'] });
    for (const channel of ['a', 'ab', 'abc', 'b*', 'bc', 'a*']) await tell(channel, '1');
    expect(await heardUntilNow(subscription, context.space)).toEqual(['ab 1', 'b* 1', 'a* 1']);
  });

  test('patterns and channels that are not UTF-8 are told from others like them', async () => {
    const patterns = ['\xff*', '\xfe*', 'a\xff?', '[\x80-\x90]z'].map(bytes);
    const subscription = await context.subscribe({ patterns, channels: ['end'] });
    const one = await context.subscribe({ patterns: [bytes('\xfe*')], channels: ['end'] });
    for (const channel of ['\xff1', '\xfe2', '\xfd3', 'a\xff4', 'a\xff', '\x88z', '\x91z', 'z']) {
      await context.space.write({
        do: 'set',
        key: 'k',
        value: bytes(''),
        notice: { channel: bytes(channel), payload: bytes('') },
      });
    }
    const all = ['\xff1 ', '\xfe2 ', 'a\xff4 ', '\x88z '];
    expect(await heardUntilNow(subscription, context.space)).toEqual(all);
    expect(await heardUntilNow(one, context.space)).toEqual(['\xfe2 ']);
  });

  test('a notice that several filters of one subscription match is heard once', async () => {
    const subscription = await context.subscribe({
      channels: ['ab', 'ab', 'end'],
      patterns: ['a*', '*b', 'a*', '?'],
    });
    await tell('ab', '1');
    await tell('ac', '2');
    await tell('xb', '3');
    await tell('ab', '4');
    await tell('a', '5');
    expect(await heardUntilNow(subscription, context.space)).toEqual(['ab 1', 'ac 2', 'xb 3', 'ab 4', 'a 5']);
  });

  test('what was told before the subscription is not heard, what is told right after it is', async () => {
    await tell('c', 'before');
    for (let i = 0; i < 50; i++) {
      const subscription = await context.space.subscribe({ channels: ['c'] });
      await tell('c', String(i), context.other);
      expect(await heard(subscription, 1)).toEqual([`c ${i}`]);
      await subscription.close();
    }
  });

  test('the second, third… subscriber of a channel hears everything from its own beginning', async () => {
    const subscribed = [];
    for (let i = 0; i < 5; i++) {
      subscribed.push(await context.subscribe({ channels: ['c'], patterns: i % 2 === 0 ? [] : ['d*'] }));
      await tell('c', String(i), context.other);
    }
    const all = ['c 0', 'c 1', 'c 2', 'c 3', 'c 4'];
    for (const [i, subscription] of subscribed.entries()) {
      const events = await heard(subscription, all.length - i);
      while (events.at(-1) !== 'c 4') events.push(...(await heard(subscription, 1)));
      // One that was still on its way when the subscription began may be heard too.
      expect(events).toEqual(all.slice(-events.length));
    }
  });

  test('subscribing and leaving at the same moment on one channel loses nothing for those who stay', async () => {
    const stays = await context.subscribe({ channels: ['c'] });
    for (let i = 0; i < 30; i++) {
      const leaving = await context.space.subscribe({ channels: ['c'] });
      const [joined] = await Promise.all([
        context.space.subscribe({ channels: ['c', 'd'] }),
        leaving.close(),
        context.space.subscribe({ channels: ['d'] }).then((s) => s.close()),
      ]);
      await tell('c', String(i), context.other);
      await tell('d', String(i), context.other);
      expect(await heard(joined, 2)).toEqual([`c ${i}`, `d ${i}`]);
      await joined.close();
    }
    expect(await heard(stays, 30)).toEqual(Array.from({ length: 30 }, (_, i) => `c ${i}`));
  });

  test('the last to leave a channel and the first to come back do not get in each other’s way', async () => {
    for (let i = 0; i < 30; i++) {
      const first = await context.space.subscribe({ channels: ['c'] });
      const closed = first.close();
      const second = await context.space.subscribe({ channels: ['c'] });
      await closed;
      await tell('c', String(i), context.other);
      expect(await heard(second, 1)).toEqual([`c ${i}`]);
      await second.close();
    }
  });

  test('notices of one writer come in the order in which it wrote', async () => {
    const subscription = await context.subscribe({ channels: ['c'], patterns: ['d*'] });
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => tell(i % 2 === 0 ? 'c' : 'd', String(i), context.other)),
    );
    const expected = Array.from({ length: 200 }, (_, i) => `${i % 2 === 0 ? 'c' : 'd'} ${i}`);
    expect(await heard(subscription, 200)).toEqual(expected);
  });

  test('a subscription is iterated with for await and closed by leaving the loop', async () => {
    const subscription = await context.subscribe({ channels: ['c'] });
    await tell('c', '1');
    await tell('c', '2');
    const seen: string[] = [];
    for await (const event of subscription) {
      seen.push(eventText(event));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['c 1', 'c 2']);
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test('a closed subscription ends its reader, and closing again is harmless', async () => {
    const subscription = await context.subscribe({ channels: ['c'] });
    const reading = subscription.next();
    await subscription.close();
    expect(await reading).toEqual({ done: true, value: undefined });
    await tell('c', '1');
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
    await Promise.all([subscription.close(), subscription.close(), subscription[Symbol.asyncDispose]()]);
  });

  test('who does not keep up loses the oldest notices, is told how many, and his neighbours lose nothing', async () => {
    const slow = await context.subscribe({ channels: ['c'] }, { queueLimit: 3 });
    const slower = await context.subscribe({ channels: ['c'] }, { queueLimit: 1 });
    const neighbour = await context.subscribe({ channels: ['c'] });
    for (let i = 0; i < 10; i++) await tell('c', String(i), context.other);
    expect(await heard(neighbour, 10)).toEqual(Array.from({ length: 10 }, (_, i) => `c ${i}`));
    expect(await heard(slow, 4)).toEqual(['gap slow 7', 'c 7', 'c 8', 'c 9']);
    expect(await heard(slower, 2)).toEqual(['gap slow 9', 'c 9']);
    await tell('c', '10', context.other);
    expect(await heard(slow, 1)).toEqual(['c 10']);
    expect(await heard(slower, 1)).toEqual(['c 10']);
    expect(await heard(neighbour, 1)).toEqual(['c 10']);
  });

  test('fifty thousand notices that nobody reads take no more room than the queue allows', async () => {
    const slow = await context.subscribe({ channels: ['c'] }, { queueLimit: 100 });
    const neighbour = await context.subscribe({ channels: ['c'] }, { queueLimit: 100_000 });
    const count = 50_000;
    const writing = (async () => {
      for (let i = 0; i < count; i += 1000) {
        await context.other.batch(
          [],
          Array.from({ length: 1000 }, (_, j) => ({
            do: 'set',
            key: 'k',
            value: bytes(String(i + j)),
            notice: { channel: 'c' },
          })),
        );
      }
    })();
    const all = await take(neighbour, count);
    await writing;
    expect(all.map((event) => event.event === 'notice' && Number(plain(event.payload)))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    const [gap, ...rest] = await take(slow, 101);
    expect(gap).toEqual({ event: 'gap', reason: 'slow', dropped: count - 100 });
    expect(rest.map((event) => event.event === 'notice' && Number(plain(event.payload)))).toEqual(
      Array.from({ length: 100 }, (_, i) => count - 100 + i),
    );
  });

  test('a signal that is aborted already refuses the subscription', async () => {
    const subscribing = context.space.subscribe({ channels: ['c'] }, { signal: AbortSignal.abort() });
    await expect(subscribing).rejects.toEqual(expect.objectContaining({ code: 'ALI_ABORTED' }));
  });

  test('a signal aborted while subscribing refuses it, or ends it when it came too late', async () => {
    const abort = new AbortController();
    const subscribing = context.space.subscribe({ channels: ['c'] }, { signal: abort.signal });
    abort.abort();
    const ended = subscribing.then(
      async (subscription) => (await subscription.next()).done,
      (error) => error.code,
    );
    expect(await ended).toBeOneOf([true, 'ALI_ABORTED']);
    const subscription = await context.subscribe({ channels: ['c'] });
    await tell('c', 'still works', context.other);
    expect(await heard(subscription, 1)).toEqual(['c still works']);
  });

  test('a signal aborted later ends the subscription as close does', async () => {
    const abort = new AbortController();
    const subscription = await context.subscribe({ channels: ['c'] }, { signal: abort.signal });
    const reading = subscription.next();
    abort.abort();
    expect(await reading).toEqual({ done: true, value: undefined });
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test('two hundred subscribers of one channel all hear', async () => {
    const subscribed = await Promise.all(
      Array.from({ length: 200 }, () => context.subscribe({ channels: ['c'] })),
    );
    await tell('c', '1', context.other);
    for (const subscription of subscribed) expect(await heard(subscription, 1)).toEqual(['c 1']);
  });

  test('a channel may be heard while somebody subscribes to it, here or elsewhere, by name or by pattern', async () => {
    const { space, other } = context;
    const untilSilent = async () => {
      while (await space.mayBeHeard('c')) await space.read({ read: 'kind', key: 'k' });
    };
    await untilSilent();
    for (const filter of [{ channels: ['c'] }, { patterns: ['[a-c]*'] }]) {
      for (const at of [space, other]) {
        const subscription = await context.subscribe(filter, {}, at);
        expect(await space.mayBeHeard('c')).toBe(true);
        await subscription.close();
        await untilSilent();
      }
    }
  });
}
