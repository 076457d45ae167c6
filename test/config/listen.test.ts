import { expect, test } from 'vitest';
import { ConfigurationDatabase, type ConfigurationEvent, type Listening } from '../../src/config/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { editForeign, fileText, onEveryEngine, type Place, sample } from './engines.ts';

const motor1 = 'source:instrument1:motor1';
const motor2 = 'source:instrument1:motor2';

/** Two databases on one place; the line to the notices of the first can be cut. */
async function openBoth(place: Place) {
  const space = new ObservedSpace(await place.open());
  const database = new ConfigurationDatabase(space);
  const otherSpace = await place.open();
  const other = new ConfigurationDatabase(otherSpace, { author: 'bert@lab' });
  await other.populate(fileText(sample));
  return { space, database, otherSpace, other };
}

function textOf(event: ConfigurationEvent): string {
  const missed = 'missed' in event ? ' missed' : '';
  switch (event.event) {
    case 'field':
      return `${event.hash} ${event.field}=${event.value}${missed}`;
    case 'hash-added':
    case 'hash-removed':
      return `${event.event} ${event.hash}${missed}`;
    case 'configuration-added':
    case 'configuration-removed':
      return `${event.event} ${event.configuration}${missed}`;
    case 'configuration':
      return `${event.configuration}: ${event.text}`;
    default:
      return event.event;
  }
}

async function take(listening: Listening, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { done, value } = await listening.next();
    if (done) throw new Error(`it ended after ${texts}`);
    texts.push(textOf(value));
  }
  return texts;
}

onEveryEngine((makePlace) => {
  test('changes of hashes come in their order, with the value that is there', async () => {
    await using place = await makePlace();
    const { database, other } = await openBoth(place);
    await using listening = await database.listen({ hashes: [motor1, motor2, 'source:instrument1:later'] });
    await other.update(motor2, 'address', 'IOC:m7');
    expect(await take(listening, 1)).toEqual([`${motor2} address="IOC:m7"`]);
    await other.update(motor1, 'limit', '[1.0]', { json: true });
    await other.update('experiment:instrument1', 'id', '5');
    await other.addSource('instrument1', 'later', { address: 'x' });
    expect(await take(listening, 2)).toEqual([
      `${motor1} limit=[1.0]`,
      'source:instrument1:later address="x"',
    ]);
    await other.removeSource('instrument1', 'motor2');
    expect(await take(listening, 2)).toEqual([`${motor2} address=undefined`, `${motor2} type=undefined`]);
  });

  test('a configuration tells of its hashes, of what comes and goes, and is sent whole', async () => {
    await using place = await makePlace();
    const { database, other } = await openBoth(place);
    await using listening = await database.listen({ configurations: ['instrument2', 'new'] });
    await other.update(motor1, 'address', 'not listened to');
    await other.addSource('instrument2', 'm', { a: '1' });
    expect((await take(listening, 3)).toSorted()).toEqual([
      'hash-added source:instrument2:m',
      expect.stringMatching(/^instrument2: \{"experiment".*"m":\{"a":"1"\}/),
      'source:instrument2:m a="1"',
    ]);
    await other.populate(fileText({ new: { user: { name: 'x' } } }));
    expect((await take(listening, 4)).toSorted()).toEqual([
      'configuration-added new',
      'hash-added user:new',
      'new: {"user":{"name":"x"}}',
      'user:new name="x"',
    ]);
    await other.removeConfiguration('new');
    expect(await take(listening, 3)).toEqual([
      'configuration-removed new',
      'user:new name=undefined',
      'hash-removed user:new',
    ]);
  });

  test('all configurations are followed, also those that are added later', async () => {
    await using place = await makePlace();
    const { database, other } = await openBoth(place);
    await using listening = await database.listen({ all: true });
    const told: string[] = [];
    await other.populate(fileText({ new: { user: { name: 'x' } } }));
    while (!told.includes('user:new name="x"')) told.push(...(await take(listening, 1)));
    expect(told).toEqual(['configuration-added new', 'hash-added user:new', 'user:new name="x"']);
    await other.update('user:new', 'name', 'y');
    while (!told.includes('user:new name="y"')) told.push(...(await take(listening, 1)));
    await other.update(motor1, 'address', 'z');
    while (!told.includes(`${motor1} address="z"`)) told.push(...(await take(listening, 1)));
  });

  test.each(['reconnected', 'slow', 'overrun'] as const)(
    'what changed while notices were missed (%s) is read and told as missed',
    async (reason) => {
      await using place = await makePlace();
      const { space, database, otherSpace, other } = await openBoth(place);
      await using listening = await database.listen({
        hashes: [motor1],
        configurations: ['instrument2', 'new'],
      });
      space.cut();
      await other.update(motor1, 'address', 'changed');
      await editForeign(otherSpace, motor1, 'type', 'by an old client');
      await other.removeSource('instrument2', 'temp2');
      await other.addSource('instrument2', 'm', { a: '1' });
      await other.populate(fileText({ new: {} }));
      await other.close();
      // What was told while the line was cut has passed once this is heard.
      await using passed = await otherSpace.subscribe({ channels: ['user:instrument1'] });
      await other.update('user:instrument1', 'name', 'x');
      await passed.next();
      space.heal(reason);
      const expected = [
        ...(reason === 'reconnected' ? [] : ['gap']),
        'configuration-added new missed',
        'hash-added source:instrument2:m missed',
        'source:instrument2:m a="1" missed',
        `${motor1} address="changed" missed`,
        `${motor1} type="by an old client" missed`,
        'hash-removed source:instrument2:temp2 missed',
        'source:instrument2:temp2 address=undefined missed',
        'source:instrument2:temp2 type=undefined missed',
        ...(reason === 'reconnected' ? ['back'] : []),
      ];
      expect(await take(listening, expected.length)).toEqual(expected);
      await other.update(motor1, 'address', 'heard again');
      expect(await take(listening, 1)).toEqual([`${motor1} address="heard again"`]);
      expect(space.openSubscriptions).toBe(1);
    },
  );

  test('closing, a signal and leaving the loop end it, and nothing stays open', async () => {
    await using place = await makePlace();
    const { space, database, other } = await openBoth(place);
    const closed = await database.listen({ all: true });
    const waiting = closed.next();
    await closed.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const abort = new AbortController();
    const aborted = await database.listen({ hashes: [motor1] }, { signal: abort.signal });
    const waitingToo = aborted.next();
    abort.abort();
    expect(await waitingToo).toEqual({ done: true, value: undefined });
    const early = await database.listen({ hashes: [motor1] }, { signal: abort.signal });
    expect(await early.next()).toEqual({ done: true, value: undefined });
    const left = await database.listen({ hashes: [motor1] });
    await other.update(motor1, 'address', 'x');
    for await (const event of left) {
      expect(textOf(event)).toBe(`${motor1} address="x"`);
      break;
    }
    await space.quiet();
    await expect(database.listen({})).rejects.toMatchObject({ code: 'ALI_USAGE' });
  });

  test('a listener writes nothing', async () => {
    await using place = await makePlace();
    const { space, database, otherSpace, other } = await openBoth(place);
    await using listening = await database.listen({ all: true });
    await editForeign(otherSpace, motor2, 'address', 'x');
    const notice = { channel: motor1, payload: Buffer.from('address') };
    await otherSpace.write({
      do: 'set-field',
      key: motor1,
      field: 'address',
      value: Buffer.from('y'),
      notice,
    });
    expect(await take(listening, 1)).toEqual([`${motor1} address="y"`]);
    await other.update(motor1, 'end', '');
    await take(listening, 1);
    expect(space.writes).toBe(0);
  });
});
