import { expect, test } from 'vitest';
import type { Delivery } from './bus.ts';
import { PendingRequests } from './pending-requests.ts';

const reply = (correlationId: string): Delivery => ({
  exchange: 'requests',
  routingKey: 'reply',
  queue: 'reply',
  body: Buffer.alloc(0),
  properties: { correlationId },
});

test('each request ends when its own time is over, whatever the order in which they came', async () => {
  const pending = new PendingRequests();
  const ask = async (name: string, timeoutMs: number) => {
    const startMs = performance.now();
    const outcome = pending.add(name, { timeoutMs }, () => name).replies;
    await expect(outcome).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs);
  };
  const answered = pending.add('answered', { timeoutMs: 20 }, () => 'answered').replies;
  const all = [ask('last', 90), ask('first', 30), ask('second', 60)];
  // The one whose time the timer was set for waits no more.
  expect(pending.take(reply('answered'))).toBe(true);
  expect(await answered).toHaveLength(1);
  await Promise.all(all);
  expect(pending.take(reply('first'))).toBe(false);
});

test('a request after all were rejected has its time as well', async () => {
  const pending = new PendingRequests();
  const cut = pending.add('cut', { timeoutMs: 20 }, () => 'cut').replies;
  pending.rejectAll(new Error('cut off'));
  await expect(cut).rejects.toThrow('cut off');
  const later = pending.add('later', { timeoutMs: 40 }, () => 'later').replies;
  await expect(later).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
});

test('a time that no timer can wait for is not over at once', async () => {
  const pending = new PendingRequests();
  const long = pending.add('long', { timeoutMs: 2 ** 40 }, () => 'long').replies;
  const short = pending.add('short', { timeoutMs: 5 }, () => 'short').replies;
  await expect(short).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
  expect(pending.take(reply('long'))).toBe(true);
  expect(await long).toHaveLength(1);
});

test('one whose time is over while others are told so ends as they do', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const pending = new PendingRequests();
  const busy = () => {
    const startMs = performance.now();
    while (performance.now() - startMs < 20);
    return 'one of many';
  };
  const all = [10, 15].map((timeoutMs) => pending.add(`${timeoutMs}`, { timeoutMs }, busy).replies);
  for (const one of all) await expect(one).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
  process.off('warning', onWarning);
  // Of a timer that is set for a time in the past, Node.js says so on standard error.
  expect(warnings).toEqual([]);
});
