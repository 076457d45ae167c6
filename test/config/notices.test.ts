import { expect, test } from 'vitest';
import { ConfigurationDatabase } from '../../src/config/index.ts';
import { keyText, type Space, type Subscription } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { editForeign, fileText, onEveryEngine, openDatabase, type Place, sample } from './engines.ts';

/** Everything that is told of configurations, in its order, as `channel payload`. */
async function heard(subscription: Subscription, space: Space): Promise<string[]> {
  const notice = { channel: 'end', payload: Buffer.from('') };
  await space.write({ do: 'set', key: 'end', value: Buffer.from(''), notice });
  await space.write({ do: 'delete', key: 'end' });
  const texts: string[] = [];
  for (;;) {
    const { done, value } = await subscription.next();
    if (done === true || value.event === 'gap') throw new Error('notices are missing');
    if (keyText(value.channel) === 'end') return texts;
    texts.push(`${keyText(value.channel)} ${keyText(value.payload)}`);
  }
}

async function openHearing(place: Place) {
  const clock = new ManualClock(1e12);
  const { space, database } = await openDatabase(place, { clock });
  const subscription = await space.subscribe({ patterns: ['*:*'], channels: ['configurations', 'end'] });
  return { clock, space, database, subscription, told: () => heard(subscription, space) };
}

onEveryEngine((makePlace) => {
  test('the notice of a field has the name of the hash for its channel, and the name of the field for its data', async () => {
    await using place = await makePlace();
    const { database, told } = await openHearing(place);
    await database.populate(fileText({ c: { sources: { m: { address: 'a', type: 't' } } } }));
    expect(await told()).toEqual([
      'configurations +c',
      'configuration:c +source:c:m',
      'source:c:m address',
      'source:c:m type',
    ]);
    await database.update('source:c:m', 'address', 'b');
    await database.update('source:c:m', 'address', 'b');
    expect(await told()).toEqual(['source:c:m address', 'source:c:m address']);
    await database.populate(fileText({ c: { sources: { m: { address: 'b', id: 1 } } } }));
    expect(await told()).toEqual(['source:c:m id', 'source:c:m type']);
  });

  test('what is added and removed is told with + and -', async () => {
    await using place = await makePlace();
    const { database, told } = await openHearing(place);
    await database.addConfiguration('c');
    await database.addSource('c', 'm', { address: 'a' });
    expect(await told()).toEqual(['configurations +c', 'configuration:c +source:c:m', 'source:c:m address']);
    await database.removeSource('c', 'm');
    expect(await told()).toEqual(['source:c:m address', 'configuration:c -source:c:m']);
    await database.addSource('c', 'n', { address: 'a' });
    await told();
    await database.removeConfiguration('c');
    expect(await told()).toEqual(['configurations -c', 'source:c:n address', 'configuration:c -source:c:n']);
  });

  test('what is refused, or only tried, tells nothing', async () => {
    await using place = await makePlace();
    const { database, told } = await openHearing(place);
    await database.populate(fileText(sample));
    await told();
    await database.populate(fileText({ instrument1: {} }), { dryRun: true });
    await database.populate(fileText(sample));
    const late = database.update('source:instrument1:motor1', 'address', 'x', { ifRevision: 7 });
    await expect(late).rejects.toMatchObject({ code: 'ALI_REVISION' });
    await database.fetch('instrument1');
    expect(await told()).toEqual([]);
  });

  test('who reads upon a notice sees what it tells of', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const subscription = await space.subscribe({ channels: ['source:instrument1:motor1'] });
    const other = await place.open();
    const writing = (async () => {
      for (let i = 0; i < 50; i++) await database.update('source:instrument1:motor1', 'address', String(i));
    })();
    for (let i = 0; i < 50; i++) {
      await subscription.next();
      const value = await other.read({ read: 'field', key: 'source:instrument1:motor1', field: 'address' });
      expect(Number(keyText(value as Uint8Array))).toBeGreaterThanOrEqual(i);
    }
    await writing;
  });

  test('who listens to a configuration gets all of it after a commit, in a burst once a second', async () => {
    await using place = await makePlace();
    const { clock, space, database } = await openHearing(place);
    const subscription = await space.subscribe({ channels: ['c', 'end'] });
    const bert = new ConfigurationDatabase(await place.open(), { author: 'bert', clock });
    const whole = (address: string) => `c {"sources":{"m":{"address":"${address}","n":1.0}}}`;
    const address = (value: string) => `{"c":{"sources":{"m":{"address":"${value}","n":1.0}}}}`;
    await database.populate(address('0'));
    await database.close();
    expect(await heard(subscription, space)).toEqual([whole('0')]);
    for (let i = 1; i <= 20; i++) await (i % 2 ? database : bert).update('source:c:m', 'address', String(i));
    const settled = Promise.all([database.close(), bert.close()]);
    // Both wait for the second to be over.
    while (clock.timers < 2) await space.read({ read: 'kind', key: 'c' });
    clock.advance(999);
    expect(await heard(subscription, space)).toEqual([]);
    clock.advance(1);
    await settled;
    expect(await heard(subscription, space)).toEqual([whole('20')]);
  });

  test('a foreign edit that is noticed sends the configuration too', async () => {
    await using place = await makePlace();
    const { clock, space, database } = await openHearing(place);
    await database.populate('{"c":{"user":{"name":"a"}}}');
    await database.close();
    clock.advance(1000);
    const subscription = await space.subscribe({ channels: ['c', 'end'] });
    await editForeign(space, 'user:c', 'name', 'b');
    await database.fetch('c');
    await database.close();
    expect(await heard(subscription, space)).toEqual(['c {"user":{"name":"b"}}']);
  });

  test('over a megabyte only the revision is sent, with the names that changed', async () => {
    await using place = await makePlace();
    const { clock, space, database } = await openHearing(place);
    const subscription = await space.subscribe({ channels: ['c', 'end'] });
    const text = 'x'.repeat(600_000);
    await database.populate(JSON.stringify({ c: { user: { text }, experiment: { text } } }));
    await database.close();
    expect(await heard(subscription, space)).toEqual(['c {"revision":1,"names":["user:c","experiment:c"]}']);
    await database.update('user:c', 'a', '1');
    clock.advance(1000);
    await database.close();
    await database.update('user:c', 'a', '2');
    clock.advance(1000);
    await database.close();
    const last = (await heard(subscription, space)).at(-1);
    expect(last).toBe('c {"revision":3,"names":["user:c"]}');
    await database.removeSource('c', 'none').catch(() => undefined);
    await database.populate(JSON.stringify({ c: { user: { text } } }));
    clock.advance(1000);
    await database.close();
    expect(await heard(subscription, space)).toEqual([`c {"user":{"text":"${text}"}}`]);
  });
});

onEveryEngine((makePlace) => {
  test('nobody listens: nothing is sent, and nothing is read for it', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    await database.close();
    expect((await space.keys('history:*')).map(keyText)).not.toContain('history:instrument1:sent');
  });
});
