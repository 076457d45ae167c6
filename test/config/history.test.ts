import { expect, test } from 'vitest';
import type { HashChange } from '../../src/config/index.ts';
import { keyText } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contentsOf } from '../support/space-contents.ts';
import { editForeign, entriesOf, fileText, onEveryEngine, openDatabase, sample } from './engines.ts';

const motor = 'source:instrument1:motor1';

/** `hash.field: before -> after`, one text a field. */
function lines(changes: readonly HashChange[]): string[] {
  return changes.flatMap(({ hash, kind, fields }) =>
    fields.map(({ field, before, after }) => `${kind} ${hash}.${field}: ${before} -> ${after}`),
  );
}

onEveryEngine((makePlace) => {
  test('every write is a commit with its time, its author, its words, and what was before', async () => {
    await using place = await makePlace();
    const clock = new ManualClock(1_700_000_000_500);
    const { database } = await openDatabase(place, { clock });
    await database.populate(fileText(sample), { name: 'sample.json' });
    clock.advance(1000);
    await database.update(motor, 'address', 'IOC:m7', { message: 'moved', author: 'token bert' });
    expect(await database.history('instrument1')).toEqual([
      {
        configuration: 'instrument1',
        revision: 2,
        timeSeconds: 1_700_000_001.5,
        author: 'token bert',
        message: 'moved',
        hashes: 1,
      },
      {
        configuration: 'instrument1',
        revision: 1,
        timeSeconds: 1_700_000_000.5,
        author: 'anna@lab',
        message: 'populate sample.json',
        hashes: 4,
      },
    ]);
    expect(lines((await database.commit('instrument1', 2)).changes)).toEqual([
      `changed ${motor}.address: "IOC:m1" -> "IOC:m7"`,
    ]);
    expect(await database.history('instrument1', { limit: 1, before: 2 })).toMatchObject([{ revision: 1 }]);
    expect(await database.history('instrument1', { before: 1 })).toEqual([]);
    await expect(database.commit('instrument1', 3)).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    await expect(database.history('unknown')).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });

  test('the history is a list of JSON objects, one a revision', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place, { clock: new ManualClock(5000) });
    await database.populate(fileText({ c: { detector: { one: { id: 1 } } } }));
    await database.update('detector:c:one', 'id', '2');
    const items = await space.read({ read: 'items', key: 'history:c' });
    expect(items.map((item) => JSON.parse(keyText(item)))).toEqual([
      {
        revision: 1,
        timeSeconds: 5,
        author: 'anna@lab',
        message: 'populate input',
        hashes: 1,
        changes: { 'detector:c:one': { after: { id: 1 } } },
        places: { 'detector:c:one': 'detector:one' },
      },
      {
        revision: 2,
        timeSeconds: 5,
        author: 'anna@lab',
        message: 'update detector:c:one id',
        hashes: 1,
        changes: { 'detector:c:one': { before: { id: 1 }, after: { id: '2' } } },
      },
    ]);
  });

  test('a commit of any size is read back, and its item in the list stays short', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    const sources = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`m${i}`, { text: 'x'.repeat(900), i }]),
    );
    await database.populate(JSON.stringify({ c: { sources } }));
    const [item] = await space.read({ read: 'items', key: 'history:c' });
    expect(item?.length).toBeLessThan(8192);
    const { changes } = await database.commit('c', 1);
    expect(changes).toHaveLength(3000);
    expect(changes[2999]).toMatchObject({
      hash: 'source:c:m2999',
      kind: 'added',
      fields: [{}, { after: '2999' }],
    });
    await database.removeConfiguration('c');
    await database.checkout('c', 1);
    expect(await database.fetch('c')).toEqual({ sources });
  });

  test('diff tells what differs between revisions, and from a file', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    await database.populate(fileText(sample));
    await database.update(motor, 'address', 'a');
    await database.update(motor, 'address', 'b');
    await database.removeSource('instrument1', 'motor2');
    const between = async (from?: number, to?: number) =>
      lines(await database.diff('instrument1', { from, to }));
    expect(await between(1, 3)).toEqual([`changed ${motor}.address: "IOC:m1" -> "b"`]);
    expect(await between(3, 1)).toEqual([`changed ${motor}.address: "b" -> "IOC:m1"`]);
    expect(await between()).toEqual([
      'removed source:instrument1:motor2.address: "IOC:m2" -> undefined',
      'removed source:instrument1:motor2.type: "ca-motor" -> undefined',
    ]);
    expect(await between(2)).toHaveLength(3);
    expect(await database.diff('instrument1', { to: { text: fileText(sample) } })).toEqual(
      (await database.populate(fileText(sample), { dryRun: true }))[0]?.changes,
    );
    await expect(between(1, 9)).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    await expect(database.diff('instrument1', { to: { text: '{}', name: 'f.json' } })).rejects.toThrow(
      /f\.json/,
    );
  });

  test('checkout brings back a revision as a commit of its own, and fetch reads one', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    const first = fileText({ c: { user: { b: 1, a: 2 }, sources: { z: { x: '1' }, y: { x: '2' } } } });
    const second = fileText({ c: { sources: { y: { x: '2', w: 3 }, n: {} }, user: { a: 2, b: 1.0 } } });
    await database.populate(first);
    await database.populate(second);
    expect(await database.exportText({ configurations: ['c'], revision: 1 })).toBe(first);
    expect(await database.checkout('c', 1, { dryRun: true })).toMatchObject({ kind: 'changed', revision: 2 });
    expect(await database.exportText()).toBe(second);
    expect(await database.checkout('c', 1)).toMatchObject({ kind: 'changed', revision: 3 });
    expect(await database.exportText()).toBe(first);
    for (const [revision, text] of [first, second, first].entries()) {
      expect(await database.exportText({ configurations: ['c'], revision: revision + 1 })).toBe(text);
    }
    expect(await database.checkout('c', 3)).toMatchObject({ kind: 'same', revision: 3 });
    await expect(database.checkout('c', 4)).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    await expect(database.checkout('unknown', 1)).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });

  test.each([
    ['a query of the hash', (d) => d.query(motor)],
    ['a fetch', (d) => d.fetch('instrument1')],
    ['the history', (d) => d.history('instrument1')],
    ['a diff', (d) => d.diff('instrument1')],
    ['a dump', (d) => entriesOf(d.dump())],
    ['an update of the hash', (d) => d.update(motor, 'type', 'x', { dryRun: false })],
    ['populate', (d) => d.populate(fileText(sample))],
    ['checkout', (d) => d.checkout('instrument1', 1)],
  ] as const satisfies [string, (d: Awaited<ReturnType<typeof openDatabase>>['database']) => unknown][])(
    'an edit by an old client is noticed by %s, and is a commit by foreign',
    async (_, notice) => {
      await using place = await makePlace();
      const { space, database } = await openDatabase(place);
      await database.populate(fileText(sample));
      await editForeign(space, motor, 'address', '77');
      await editForeign(space, motor, 'new', 'field');
      await notice(database);
      const commit = await database.commit('instrument1', 2);
      expect(commit).toMatchObject({ author: 'foreign', hashes: 1 });
      expect(lines(commit.changes)).toEqual([
        `changed ${motor}.address: "IOC:m1" -> "77"`,
        `changed ${motor}.new: undefined -> "field"`,
      ]);
      const commits = (await database.history('instrument1')).length;
      await database.fetch('instrument1');
      expect(await database.history('instrument1')).toHaveLength(commits);
    },
  );

  test('an edit by an old client of a typed field makes it text; the other fields keep their types', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText({ c: { user: { id: 1, age: 2, list: [1], gone: null } } }));
    await editForeign(space, 'user:c', 'id', '5');
    await editForeign(space, 'user:c', 'age', '2');
    await space.write({ do: 'delete-field', key: 'user:c', field: 'gone' });
    expect(await database.fetch('c')).toEqual({ user: { id: '5', age: 2, list: [1] } });
    expect(lines((await database.commit('c', 2)).changes)).toEqual([
      'changed user:c.id: 1 -> "5"',
      'changed user:c.gone: null -> undefined',
    ]);
  });

  test('bytes that are not UTF-8, and names of any sort, are kept as they are and noticed once', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText({ c: { user: { a: '1' } } }));
    const odd = Buffer.from([0x22, 0xff, 0xc3, 0xa9, 0x80, 0x00]);
    await space.write({ do: 'set-field', key: 'user:c', field: odd, value: odd });
    await database.fetch('c');
    await database.fetch('c');
    expect(await database.history('c')).toHaveLength(2);
    await database.checkout('c', 1);
    await database.checkout('c', 2);
    const kept = await space.read({ read: 'field', key: 'user:c', field: odd });
    expect(kept && Buffer.from(kept)).toEqual(odd);
  });

  test('hashes that an old client adds to a configuration, removes and deletes are in the history', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const key = 'configuration:instrument1';
    await editForeign(space, 'source:instrument1:m9', 'address', 'x');
    await space.write({ do: 'set-add', key, members: [Buffer.from('source:instrument1:m9')] });
    await space.write({ do: 'set-remove', key, members: [Buffer.from('user:instrument1')] });
    await space.write({ do: 'delete', key: motor });
    await database.fetch('instrument1');
    expect(lines((await database.commit('instrument1', 2)).changes).sort()).toEqual([
      'added source:instrument1:m9.address: undefined -> "x"',
      `changed ${motor}.address: "IOC:m1" -> undefined`,
      `changed ${motor}.type: "ca-motor" -> undefined`,
      'removed user:instrument1.email: "mickey@disney.com" -> undefined',
      'removed user:instrument1.institute: "Disney" -> undefined',
      'removed user:instrument1.name: "Mickey Mouse" -> undefined',
    ]);
    await database.checkout('instrument1', 1);
    expect(await database.fetch('instrument1')).toEqual(sample.instrument1);
  });

  test('reading writes nothing where nobody else has written', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const before = await contentsOf(space);
    await database.fetch('instrument1');
    await database.query(motor);
    await database.history('instrument1');
    await database.diff('instrument1', { from: 0 });
    await entriesOf(database.dump({ all: true }));
    await database.validate({});
    expect(await contentsOf(space)).toEqual(before);
  });
});
