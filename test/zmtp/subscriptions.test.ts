/** What a subscriber asks for, whenever it asks, is what it gets. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { sides } from './peers/matrix.ts';
import { openParty, type Party } from './peers/party.ts';
import { joined } from './peers/subscribed.ts';

const publish = async (publisher: Party, ...topics: readonly string[]) => {
  for (const topic of topics) await publisher.send([Buffer.from(topic), Buffer.from('body')]);
};
const topicOf = async (subscriber: Party) => (await subscriber.receive())[0]?.toString();

describe.each(sides)('%s publishes to %s', (from, to) => {
  test('only what begins with what was subscribed comes, in whole messages', async () => {
    await using publisher = openParty(from, 'pub');
    await using subscriber = openParty(to, 'sub');
    await subscriber.subscribe('wind');
    await subscriber.connect(await publisher.bind('tcp://127.0.0.1:*'));
    await joined(publisher, subscriber, 'wind');
    await publish(publisher, 'win', 'sun wind', '', 'WIND', 'wind', 'window', 'wind\0', 'end', 'wind end');
    expect(await subscriber.receive()).toEqual([Buffer.from('wind'), Buffer.from('body')]);
    expect(await topicOf(subscriber)).toBe('window');
    expect(await topicOf(subscriber)).toBe('wind\0');
    expect(await topicOf(subscriber)).toBe('wind end');
  });

  test('several that overlap give a message once, and one that is cancelled no more', async () => {
    await using publisher = openParty(from, 'pub');
    await using subscriber = openParty(to, 'sub');
    for (const prefix of ['a', 'ab', 'ab', 'abc', 'end']) await subscriber.subscribe(prefix);
    await subscriber.connect(await publisher.bind('tcp://127.0.0.1:*'));
    await joined(publisher, subscriber, 'end');
    await publish(publisher, 'abcd', 'ax', 'b', 'end');
    expect([await topicOf(subscriber), await topicOf(subscriber), await topicOf(subscriber)]).toEqual([
      'abcd',
      'ax',
      'end',
    ]);
    // The last subscription goes after the cancellations: when it works, they do.
    await subscriber.unsubscribe('a');
    await subscriber.unsubscribe('ab');
    await subscriber.subscribe('then');
    await joined(publisher, subscriber, 'then');
    // What was subscribed twice is held until it was cancelled twice.
    await publish(publisher, 'ax', 'abx', 'abcd', 'end');
    expect(await topicOf(subscriber)).toBe('abx');
    expect(await topicOf(subscriber)).toBe('abcd');
    expect(await topicOf(subscriber)).toBe('end');
  });

  test('a subscriber that comes late has what is published from then on', async () => {
    await using publisher = openParty(from, 'pub');
    const endpoint = await publisher.bind('tcp://127.0.0.1:*');
    await publish(publisher, ...Array.from({ length: 100 }, (_, i) => `early ${i}`));
    await using subscriber = openParty(to, 'sub');
    await subscriber.connect(endpoint);
    await subscriber.subscribe('');
    await joined(publisher, subscriber);
    await publish(publisher, 'late');
    expect(await topicOf(subscriber)).toBe('late');
  });

  test('a subscriber connects before there is a publisher', async () => {
    using folder = temporaryFolder();
    const endpoint = `ipc://${join(folder.path, 'later')}`;
    await using subscriber = openParty(to, 'sub', { reconnectMs: 1 });
    await subscriber.subscribe('');
    await subscriber.connect(endpoint);
    await using publisher = openParty(from, 'pub');
    await publisher.bind(endpoint);
    await joined(publisher, subscriber);
    await publish(publisher, 'there');
    expect(await topicOf(subscriber)).toBe('there');
  });

  test('a subscriber at several publishers, over tcp and ipc, has what each of them says', async () => {
    using folder = temporaryFolder();
    await using first = openParty(from, 'pub');
    await using second = openParty(from, 'pub');
    await using subscriber = openParty(to, 'sub');
    await subscriber.subscribe('');
    await subscriber.connect(await first.bind('tcp://127.0.0.1:*'));
    await joined(first, subscriber);
    await subscriber.connect(await second.bind(`ipc://${join(folder.path, 'second')}`));
    await joined(second, subscriber);
    await publish(first, 'first');
    expect(await topicOf(subscriber)).toBe('first');
    await publish(second, 'second');
    expect(await topicOf(subscriber)).toBe('second');
  });
});
