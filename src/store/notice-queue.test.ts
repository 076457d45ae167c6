import { expect, test } from 'vitest';
import { NoticeQueue } from './notice-queue.ts';
import type { StoreEvent } from './store.ts';

const notice = (n: number, sizeBytes = 1): StoreEvent => ({
  event: 'notice',
  channel: Uint8Array.of(n),
  payload: new Uint8Array(sizeBytes),
});
const reconnected: StoreEvent = { event: 'gap', reason: 'reconnected' };

function queue(limit: number, limitBytes = 1e9): NoticeQueue {
  return new NoticeQueue({ limit, limitBytes, onClose: () => {} });
}

/** Everything that is queued: a notice as its number, a gap as its reason and count. */
async function read(notices: NoticeQueue): Promise<(number | string)[]> {
  notices.end();
  const events: (number | string)[] = [];
  for await (const event of notices) {
    if (event.event === 'notice') events.push(event.channel[0] as number);
    else events.push(event.dropped === undefined ? event.reason : `${event.reason} ${event.dropped}`);
  }
  return events;
}

test('the oldest notices go, and their number stands in their place', async () => {
  const notices = queue(2);
  for (let n = 1; n <= 5; n++) notices.push(notice(n));
  expect(await read(notices)).toEqual(['slow 3', 4, 5]);
});

test('a gap of the engine outlives the notices dropped around it', async () => {
  const notices = queue(2);
  for (const event of [notice(1), reconnected, notice(2), notice(3), notice(4)]) notices.push(event);
  expect(await read(notices)).toEqual(['slow 2', 'reconnected', 3, 4]);
});

test('a gap does not count against the limit', async () => {
  const notices = queue(2);
  for (const event of [notice(1), reconnected, notice(2), reconnected]) notices.push(event);
  expect(await read(notices)).toEqual([1, 'reconnected', 2, 'reconnected']);
});

test('gaps with nothing between them are one', async () => {
  const notices = queue(2);
  for (let n = 0; n < 1000; n++) notices.push(reconnected);
  notices.push({ event: 'gap', reason: 'overrun', dropped: 2 });
  notices.push({ event: 'gap', reason: 'overrun', dropped: 3 });
  expect(await read(notices)).toEqual(['reconnected', 'overrun 5']);
});

test('one notice larger than all the room is kept all the same', async () => {
  const notices = queue(10, 1000);
  notices.push(notice(1, 900));
  notices.push(notice(2, 5000));
  expect(await read(notices)).toEqual(['slow 1', 2]);
});

test('the room in bytes is kept', async () => {
  const notices = queue(1000, 1000);
  for (let n = 1; n <= 9; n++) notices.push(notice(n, 235));
  expect(await read(notices)).toEqual(['slow 6', 7, 8, 9]);
});

test('an error at the end reaches the reader once, after what is queued', async () => {
  const notices = queue(2);
  notices.push(notice(1));
  notices.end(new Error('gone'));
  expect((await notices.next()).done).toBe(false);
  await expect(notices.next()).rejects.toThrow('gone');
  expect((await notices.next()).done).toBe(true);
});

test('an error at the end reaches a waiting reader, once', async () => {
  const notices = queue(2);
  const waiting = notices.next();
  notices.end(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect((await notices.next()).done).toBe(true);
});

test('a second reader at the same time is refused', async () => {
  const notices = queue(2);
  const waiting = notices.next();
  await expect(notices.next()).rejects.toThrow('one reader');
  notices.push(notice(1));
  expect((await waiting).done).toBe(false);
});

test('of a server that comes and goes unread, only the last word is kept', async () => {
  const notices = queue(10);
  const away: StoreEvent = { event: 'gap', reason: 'away' };
  for (let n = 0; n < 1000; n++) for (const event of [away, reconnected]) notices.push(event);
  expect(await read(notices)).toEqual(['reconnected']);
});
