import { expect, test } from 'vitest';
import { ConfigurationDatabase, RevisionError } from '../../src/config/index.ts';
import { contentsOf } from '../support/space-contents.ts';
import { editForeign, fileText, onEveryEngine, openDatabase, sample, wireOf } from './engines.ts';

const refused = expect.objectContaining({ code: 'ALI_CONFIGURATION', exitCode: 2 });

onEveryEngine((makePlace) => {
  test('an update stores text as text, and JSON with its type', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    await database.update('experiment:instrument1', 'id', '77');
    await database.update('experiment:instrument1', 'name', '  "a, b", c ');
    await database.update('experiment:instrument1', 'limits', '[ 1, 2.50 ]', { json: true });
    await database.update('experiment:instrument1', 'ready', 'true', { json: true });
    expect((await wireOf(space))['experiment:instrument1']).toEqual({
      id: '77',
      limits: '[1,2.50]',
      name: '  "a, b", c ',
      ready: 'true',
    });
    const { experiment } = await database.fetch('instrument1');
    expect(experiment).toEqual({ id: '77', name: '  "a, b", c ', limits: [1, 2.5], ready: true });
    await expect(database.update('experiment:instrument1', 'x', '{', { json: true })).rejects.toEqual(
      refused,
    );
  });

  test('an update of an unknown hash is refused unless it is to be made', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const before = await contentsOf(space);
    for (const hash of [
      'source:instrument1:motor9',
      'source:unknown:m',
      'configuration:instrument1',
      'nothing',
      '',
    ]) {
      await expect(database.update(hash, 'address', 'x'), hash).rejects.toEqual(refused);
    }
    await expect(database.update('source:a\nb:m', 'address', 'x', { create: true })).rejects.toEqual(refused);
    await expect(database.update('source:instrument1:motor1', '', 'x')).rejects.toEqual(refused);
    expect(await contentsOf(space)).toEqual(before);
    const made = await database.update('source:new:m1', 'address', 'x', { create: true });
    expect(made).toMatchObject({ configuration: 'new', kind: 'added', revision: 1 });
    expect(await database.fetch('new')).toEqual({ sources: { m1: { address: 'x' } } });
  });

  test('sources and configurations come and go, and a removed configuration keeps its history', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.addConfiguration('c');
    expect(await database.fetch('c')).toEqual({});
    await database.addSource('c', 'm1', { address: 'IOC:m1', type: 'ca-motor' });
    await database.addSource('c', 'one', { port: '1' }, { section: 'detector', json: true });
    expect(await database.fetchText('c')).toBe(
      fileText({ sources: { m1: { address: 'IOC:m1', type: 'ca-motor' } }, detector: { one: { port: 1 } } }),
    );
    await expect(database.addSource('c', 'm1', {})).rejects.toEqual(refused);
    await expect(database.addSource('unknown', 'm1', {})).rejects.toEqual(refused);
    await expect(database.addConfiguration('c')).rejects.toEqual(refused);
    await expect(database.removeSource('c', 'm2')).rejects.toEqual(refused);
    await database.removeSource('c', 'm1');
    expect(await database.fetch('c')).toEqual({ detector: { one: { port: 1 } } });
    await database.removeConfiguration('c');
    expect(await wireOf(space)).toEqual({});
    await expect(database.fetch('c')).rejects.toEqual(refused);
    expect((await database.history('c')).map(({ revision, message }) => `${revision} ${message}`)).toEqual([
      '5 remove c',
      '4 remove source:c:m1',
      '3 add detector:c:one',
      '2 add source:c:m1',
      '1 add c',
    ]);
    await database.checkout('c', 3);
    expect(await database.fetch('c')).toEqual({
      sources: { m1: { address: 'IOC:m1', type: 'ca-motor' } },
      detector: { one: { port: 1 } },
    });
  });

  test('the second of two who write on the same revision is refused, and sees what the first has changed', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    const second = new ConfigurationDatabase(await place.open(), { author: 'bert@lab' });
    await database.populate(fileText(sample));
    const write = (by: ConfigurationDatabase, value: string) =>
      by.update('source:instrument1:motor1', 'address', value, { ifRevision: 1 });
    const results = await Promise.allSettled([write(database, 'anna'), write(second, 'bert')]);
    const winner = results[0].status === 'fulfilled' ? 'anna' : 'bert';
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(errors).toHaveLength(1);
    const [error] = errors as [RevisionError];
    expect(error).toBeInstanceOf(RevisionError);
    expect(error).toMatchObject({
      code: 'ALI_REVISION',
      exitCode: 5,
      configuration: 'instrument1',
      revision: 2,
    });
    const fields = [{ field: 'address', before: '"IOC:m1"', after: `"${winner}"` }];
    expect(error.commits).toMatchObject([
      { revision: 2, author: `${winner}@lab`, changes: [{ hash: 'source:instrument1:motor1', fields }] },
    ]);
    expect((await database.history('instrument1')).map(({ revision }) => revision)).toEqual([2, 1]);
    await expect(database.populate(fileText(sample), { ifRevision: 2 })).rejects.toMatchObject({
      code: 'ALI_USAGE',
    });
    const late = database.populate(fileText({ instrument1: {} }), { ifRevision: 7 });
    await expect(late).rejects.toMatchObject({ code: 'ALI_REVISION' });
  });

  test('a foreign edit counts as a commit of another for who writes on a revision', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    await editForeign(space, 'source:instrument1:motor1', 'address', 'elsewhere');
    const writing = database.update('source:instrument1:motor1', 'address', 'x', { ifRevision: 1 });
    await expect(writing).rejects.toMatchObject({
      revision: 2,
      commits: [{ author: 'foreign', changes: [{ fields: [{ after: '"elsewhere"' }] }] }],
    });
    expect((await wireOf(space))['source:instrument1:motor1']).toMatchObject({ address: 'elsewhere' });
  });

  test('updates of several writers at once all become commits', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const writers = [database, new ConfigurationDatabase(await place.open(), { author: 'bert@lab' })];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        writers[i % 2]?.update('source:instrument1:motor1', `field ${i}`, String(i)),
      ),
    );
    const commits = await database.history('instrument1');
    expect(commits.map(({ revision }) => revision)).toEqual(Array.from({ length: 21 }, (_, i) => 21 - i));
    const { sources } = await database.fetch('instrument1');
    expect(Object.keys((sources as { motor1: object }).motor1)).toHaveLength(22);
  });
});
