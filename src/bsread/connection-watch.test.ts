import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../test/support/free-port.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { PubSocket, PushSocket } from '../zmtp/index.ts';
import { type ConnectionNews, ConnectionWatch } from './connection-watch.ts';
import { Source } from './source.ts';

const startMs = Date.parse('2026-11-21T03:00:00Z');
const poll = { interval: 2 };

async function watch(address: string) {
  const clock = new ManualClock(startMs);
  const source = await Source.open({ addresses: address, socket: { reconnectMs: 1, reconnectMaxMs: 5 } });
  const news: ConnectionNews[] = [];
  let retries = 0;
  source.monitor(({ event }) => {
    if (event === 'retry') retries++;
  });
  const connection = new ConnectionWatch(source, { clock, onNews: (told) => news.push(told) });
  onTestFinished(() => source.close());
  return { clock, connection, news, tries: () => retries };
}

test('a sender that is not there is told once, however often it is tried, and once when it is back', async () => {
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const { clock, connection, news, tries } = await watch(address);
  clock.advance(5000);
  await expect.poll(tries, poll).toBeGreaterThan(5);
  expect(connection.status()).toEqual({
    connected: false,
    since: '2026-11-21T03:00:00.000Z',
    problem: expect.stringContaining('ECONNREFUSED'),
  });
  await using sender = new PushSocket();
  await sender.bind(address);
  await expect.poll(() => connection.status().connected, poll).toBe(true);
  expect(connection.status()).toEqual({
    connected: true,
    since: '2026-11-21T03:00:05.000Z',
    problem: undefined,
  });
  clock.advance(90_000);
  await sender.close();
  await expect.poll(() => connection.status().connected, poll).toBe(false);
  expect(connection.status().since).toBe('2026-11-21T03:01:35.000Z');
  expect(news).toEqual([
    {
      kind: 'away',
      text: expect.stringMatching(/^source not there: .*ECONNREFUSED.*it is tried again until it is$/),
    },
    { kind: 'back', text: 'source connected, after 5s' },
    { kind: 'away', text: expect.stringMatching(/^source gone: .*; it is connected again when it is back$/) },
  ]);
});

test('a sender that is there at once is told as such; who stops to follow hears nothing of the end', async () => {
  await using sender = new PushSocket();
  const { connection, news } = await watch(await sender.bind('tcp://127.0.0.1:*'));
  await expect.poll(() => connection.status().connected, poll).toBe(true);
  connection[Symbol.dispose]();
  await sender.close();
  expect(connection.status().connected).toBe(false);
  expect(news).toEqual([{ kind: 'connected', text: 'source connected' }]);
});

test('a sender of another kind is told once, with what it is', async () => {
  await using sender = new PubSocket();
  const { connection, news, tries } = await watch(await sender.bind('tcp://127.0.0.1:*'));
  await expect.poll(tries, poll).toBeGreaterThan(5);
  expect(connection.status()).toMatchObject({ connected: false, problem: expect.stringContaining('PUB') });
  expect(news).toEqual([
    { kind: 'refused', text: expect.stringMatching(/the peer is PUB.*sub where it publishes/) },
  ]);
});

test('the end of a sender whose place another one has taken is no end', async () => {
  await using one = new PushSocket();
  await using other = new PushSocket();
  const addresses = [await one.bind('tcp://127.0.0.1:*'), await other.bind('tcp://127.0.0.1:*')];
  // A source that is moved tells the same where its old connection takes its time to end.
  await using source = await Source.open({ addresses });
  const came: string[] = [];
  let gone = 0;
  source.monitor((event) => {
    if (event.event === 'connected') came.push(event.endpoint);
    else if (event.event === 'disconnected') gone++;
  });
  using connection = new ConnectionWatch(source, { onNews: () => undefined });
  await expect.poll(() => came.length, poll).toBe(2);
  const [first, last] = came[0] === addresses[0] ? [one, other] : [other, one];
  await first.close();
  await expect.poll(() => gone, poll).toBe(1);
  expect(connection.status().connected).toBe(true);
  await last.close();
  await expect.poll(() => connection.status().connected, poll).toBe(false);
});
