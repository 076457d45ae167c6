import { expect, test } from 'vitest';
import { keyText } from '../../src/store/index.ts';
import { contentsOf } from '../support/space-contents.ts';
import { editForeign, fileText, onEveryEngine, openDatabase, sample, wireOf } from './engines.ts';

onEveryEngine((makePlace) => {
  test('the file stands in the hashes and sets that Redis clients know', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    expect(await wireOf(space)).toEqual({
      configurations: ['instrument1', 'instrument2'],
      'configuration:instrument1': [
        'experiment:instrument1',
        'source:instrument1:motor1',
        'source:instrument1:motor2',
        'user:instrument1',
      ],
      'configuration:instrument2': ['experiment:instrument2', 'source:instrument2:temp2'],
      'experiment:instrument1': { id: '1234', name: 'Test experiment' },
      'experiment:instrument2': { id: '4321', name: 'Other' },
      'source:instrument1:motor1': { address: 'IOC:m1', type: 'ca-motor' },
      'source:instrument1:motor2': { address: 'IOC:m2', type: 'ca-motor' },
      'source:instrument2:temp2': { address: 'IOC:t2', type: 'ca-temp' },
      'user:instrument1': { email: 'mickey@disney.com', institute: 'Disney', name: 'Mickey Mouse' },
    });
    expect(await database.fetch('instrument1')).toEqual(sample.instrument1);
    expect(await database.fetch('instrument2')).toEqual(sample.instrument2);
  });

  test('a number and the text of a number come back as what they were, and text stays plain', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    const values = {
      number: 1234,
      text: '1234',
      quoted: '"1234"',
      yes: true,
      'yes text': 'true',
      none: null,
      'none text': 'null',
      list: [1, 'two', { three: [] }],
      'list text': '[1]',
      nothing: '',
      unicode: 'µm, 日本, 🔭',
      lines: 'a\nb\t"c"\\',
    };
    await database.populate(JSON.stringify({ c: { values } }));
    expect(await database.fetch('c')).toEqual({ values });
    const wire = (await wireOf(space))['values:c'];
    expect(wire).toMatchObject({ number: '1234', text: '1234', quoted: '"1234"', yes: 'true', none: 'null' });
    expect(wire).toMatchObject({ list: '[1,"two",{"three":[]}]', lines: 'a\nb\t"c"\\', nothing: '' });
  });

  test('populate and export give the same text: order, numbers and empty parts', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    const text = `{
  "z": {
    "sources": {
      "m10": {
        "type": "b",
        "address": "a",
        "scale": 1.0
      },
      "m9": {},
      "m1": {
        "big": 12345678901234567890,
        "small": 1e-7,
        "list": [
          1.50,
          {
            "deep": {}
          },
          []
        ]
      }
    },
    "detectors": {
      "eiger": {
        "pixels": 1030
      }
    },
    "detectorlike": {
      "b": {
        "x": "1"
      },
      "a": {
        "x": "2"
      }
    },
    "user": {},
    "notes": {
      "free": "text",
      "object": {
        "in": "a flat section"
      }
    }
  },
  "a": {}
}
`;
    await database.populate(text);
    expect(await database.exportText({ configurations: ['z', 'a'] })).toBe(text);
    expect(await database.populate(text)).toMatchObject([
      { kind: 'same', revision: 1, changes: [] },
      { kind: 'same', revision: 1, changes: [] },
    ]);
    await database.populate(text.replace('"m9": {},', '').replace('"b": {', '"c": {'));
    expect(await database.checkout('z', 1)).toMatchObject({ kind: 'changed', revision: 3 });
    expect(await database.exportText({ configurations: ['z', 'a'] })).toBe(text);
  });

  test('sections of items drop their final s in the key, others have one hash', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    const content = {
      servers: { one: { port: '1' } },
      detector: { eiger: { pixels: '2' } },
      mixed: { plain: 'x', object: { a: 1 } },
    };
    await database.populate(JSON.stringify({ c: content }));
    expect(Object.keys(await wireOf(space)).sort()).toEqual([
      'configuration:c',
      'configurations',
      'detector:c:eiger',
      'mixed:c',
      'server:c:one',
    ]);
    expect(await database.fetch('c')).toEqual(content);
  });

  test('populate makes a configuration what the file says, and leaves others alone', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const [change] = await database.populate(
      fileText({ instrument1: { sources: { motor2: { address: 'IOC:m9' } } } }),
      { message: 'fewer motors' },
    );
    expect(change).toMatchObject({ configuration: 'instrument1', kind: 'changed', revision: 2 });
    expect(change?.changes.map(({ hash, kind }) => `${kind} ${hash}`)).toEqual([
      'changed source:instrument1:motor2',
      'removed experiment:instrument1',
      'removed source:instrument1:motor1',
      'removed user:instrument1',
    ]);
    expect(change?.changes[0]?.fields).toEqual([
      { field: 'address', before: '"IOC:m2"', after: '"IOC:m9"' },
      { field: 'type', before: '"ca-motor"' },
    ]);
    expect(await database.fetch('instrument1')).toEqual({ sources: { motor2: { address: 'IOC:m9' } } });
    expect(await database.fetch('instrument2')).toEqual(sample.instrument2);
    expect(Object.keys(await wireOf(space))).not.toContain('source:instrument1:motor1');
  });

  test('a dry run tells what would change and writes nothing', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await database.populate(fileText(sample));
    const before = await contentsOf(space);
    const changed = {
      instrument1: { ...sample.instrument1, user: { name: 'Donald' } },
      new: { a: { b: 1 } },
    };
    const dry = await database.populate(fileText(changed), { dryRun: true });
    expect(dry.map(({ configuration, kind, revision }) => [configuration, kind, revision])).toEqual([
      ['instrument1', 'changed', 1],
      ['new', 'added', 0],
    ]);
    expect(await contentsOf(space)).toEqual(before);
    const done = await database.populate(fileText(changed));
    expect(done.map(({ changes }) => changes)).toEqual(dry.map(({ changes }) => changes));
  });

  test('with onlyMissing, configurations that are there stay as they are', async () => {
    await using place = await makePlace();
    const { database } = await openDatabase(place);
    await database.populate(fileText({ a: { user: { name: 'x' } } }));
    const changes = await database.populate(
      fileText({ a: { user: { name: 'y' } }, b: { user: { name: 'y' } } }),
      {
        onlyMissing: true,
      },
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['same', 'added']);
    expect(await database.fetch('a')).toEqual({ user: { name: 'x' } });
    expect(await database.fetch('b')).toEqual({ user: { name: 'y' } });
  });

  test('hashes that stand in the way become what the file says', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await editForeign(space, 'source:c:m1', 'stale', 'x');
    await editForeign(space, 'source:c:m1', 'address', 'old');
    await database.populate(fileText({ c: { sources: { m1: { address: 'new' } } } }));
    expect((await wireOf(space))['source:c:m1']).toEqual({ address: 'new' });
  });

  test.each(['source:c:m1', 'configuration:c', 'configurations', 'history:c', 'history:c:head'])(
    'a key %s of another Redis type is named, and nothing is written',
    async (key) => {
      await using place = await makePlace();
      const { space, database } = await openDatabase(place);
      await database.populate(fileText(sample));
      await space.write({ do: 'delete', key });
      await space.write({ do: 'set', key, value: Buffer.from('in the way') });
      const before = await contentsOf(space);
      const populating = database.populate(fileText({ c: { sources: { m1: { address: 'x' } } } }));
      await expect(populating).rejects.toMatchObject({
        code: 'ALI_CONFIGURATION',
        exitCode: 2,
        message: expect.stringContaining(`"${key}"`),
      });
      expect(await contentsOf(space)).toEqual(before);
    },
  );

  test('several configurations of one file go in as one step or not at all', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    await space.write({ do: 'set', key: 'user:b', value: Buffer.from('in the way') });
    const both = fileText({ a: { user: { x: '1' } }, b: { user: { x: '1' } } });
    await expect(database.populate(both)).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    expect((await space.keys()).map(keyText)).toEqual(['user:b']);
  });

  test('progress is told, and a signal gives it up before anything is written', async () => {
    await using place = await makePlace();
    const { space, database } = await openDatabase(place);
    const phases: string[] = [];
    await database.populate(fileText({ a: { sources: { m: { x: '1' } } } }), {
      onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`),
    });
    expect(phases).toEqual(['read 1/1', 'compare 1/1', 'store 0/1']);
    const abort = new AbortController();
    const given = database.populate(fileText({ b: { sources: { m: { x: '1' } } } }), {
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'store' && abort.abort(),
    });
    await expect(given).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    expect(Object.keys(await wireOf(space))).toEqual(['configuration:a', 'configurations', 'source:a:m']);
  });
});
