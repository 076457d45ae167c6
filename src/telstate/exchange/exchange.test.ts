import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Space, type Store } from '../../store/index.ts';
import { float, NdArray, tuple } from '../encoding/index.ts';
import { TelescopeState } from '../telescope-state.ts';
import { memberOf } from '../time.ts';
import { type ExportOptions, exportLines } from './export.ts';
import { type ImportOptions, importLines } from './import.ts';
import type { RefusedLine } from './import-batch.ts';
import { headLine, parseLine, tailLine } from './line.ts';

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

const stores: Store[] = [];
async function newSpace(): Promise<Space> {
  const store = await openStore('memory:');
  stores.push(store);
  return store.space('state');
}
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

let space: Space;
let state: TelescopeState;
beforeEach(async () => {
  space = await newSpace();
  state = new TelescopeState(space);
});

async function exported(from: Space, options?: ExportOptions): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of exportLines(from, options)) lines.push(...page.lines);
  return lines;
}

async function* numbered(lines: readonly string[]) {
  for (const [i, text] of lines.entries()) yield { text, number: i + 1 };
}

async function imported(into: Space, lines: readonly string[], options: ImportOptions = {}) {
  const refused: RefusedLine[] = [];
  const report = await importLines(into, numbered(lines), {
    onRefused: (line) => refused.push(line),
    ...options,
  });
  return { ...report, refused };
}

/** Everything in a space, as it is stored. */
async function content(of: Space): Promise<unknown[]> {
  const keys = await of.keys();
  return Promise.all(
    keys.map(async (key) => [
      Buffer.from(key).toString('hex'),
      await of.read({ read: 'value', key }),
      await of.read({ read: 'range', key }),
      (await of.read({ read: 'fields', key })).toSorted(([a], [b]) => Buffer.compare(a, b)),
    ]),
  );
}

describe('an export', () => {
  test('comes back as the same bytes, whatever there is', async () => {
    await state.set('observer', 'Ada "Lovelace"\n\u0000');
    await state.set('float', float(1));
    await state.set('nan', Number.NaN);
    await state.set('big', 2n ** 63n);
    await state.set('bytes', Uint8Array.of(0, 255));
    await state.set('nested', [tuple(1, [2]), new Map<unknown, unknown>([[1, 'a']]), { $tuple: 1 }]);
    await state.set('array', NdArray.of('<f4', [1, 2, 3]));
    await state.set(Uint8Array.of(0x6b, 0xff), 1);
    await state.setIndexed('gains', tuple('m062', 1), 0.5);
    await state.setIndexed('gains', 1, null);
    for (const time of [0, 0.1, 1763629769.123456, 1e300]) await state.add('wind', time / 3, { time });
    // A longer form than needed, a pickle, damage, and members that telescope state would not write.
    await space.write({ do: 'set', key: 'long', value: Uint8Array.of(0xff, 0xcd, 0, 1) });
    await space.write({ do: 'set', key: 'pickle', value: Uint8Array.of(0x80, 4, 0x4e, 0x2e) });
    await space.write({ do: 'set', key: 'damaged', value: Uint8Array.of(0xff, 0xc1) });
    const odd = [
      Uint8Array.of(1, 2),
      memberOf(1, new Uint8Array()),
      Buffer.from('8000000000000000ff01', 'hex'),
    ];
    await space.write({ do: 'add', key: 'odd', members: odd });

    const lines = await exported(space);
    expect(lines).toContain('{"key":"observer","type":"attribute","value":"Ada \\"Lovelace\\"\\n\\u0000"}');
    expect(lines).toContain('{"key":"gains","type":"indexed","subkey":1,"value":null}');
    expect(lines).toContain('{"key":"wind","type":"sensor","time":0.1,"value":0.03333333333333333}');
    expect(lines).toContain('{"key":"long","type":"attribute","encoded":"/80AAQ=="}');

    const copy = await newSpace();
    expect(await imported(copy, lines)).toMatchObject({ added: 20, same: 0, conflicts: 0, malformed: 0 });
    expect(await content(copy)).toEqual(await content(space));
    expect(await exported(copy)).toEqual(lines);
    expect(await imported(copy, lines)).toMatchObject({ added: 0, same: 20, conflicts: 0 });
  });

  test('takes the keys that match any glob once, and the samples of a range', async () => {
    await state.set('wind_units', 'm/s');
    await state.addMany(
      'wind',
      [1, 2, 3].map((time) => ({ value: time, timeSeconds: time })),
    );
    await state.set('rain', 0);
    const lines = await exported(space, { keys: ['*wind*', 'w*'], start: 2, end: 3 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { key: 'wind', type: 'sensor', time: 2, value: 2 },
      { key: 'wind_units', type: 'attribute', value: 'm/s' },
    ]);
  });

  test('goes on after any of its lines as if it had not been interrupted', async () => {
    await state.set('a', 1);
    for (const subKey of ['x', 'y', 'z']) await state.setIndexed('b', subKey, 1);
    await state.addMany(
      'c',
      Array.from({ length: 200 }, (_, i) => ({ value: i % 3, timeSeconds: i >> 1 })),
    );
    await state.set('d', 1);
    const lines = await exported(space);
    for (const [i, line] of lines.entries()) {
      const afterItem = parseLine(line);
      if (afterItem.type === 'head' || afterItem.type === 'tail') throw new Error(line);
      expect(await exported(space, { afterItem })).toEqual(lines.slice(i + 1));
    }
  });

  test('leaves out what telescope state cannot hold, and says so', async () => {
    await space.write({ do: 'set-add', key: 'set', members: [Uint8Array.of(1)] });
    const pages = await collected(exportLines(space));
    expect(pages.at(-1)).toMatchObject({ keysDone: 1, keysTotal: 1, leftOut: 1 });
    expect(pages.flatMap(({ lines }) => lines)).toEqual([]);
  });
});

describe('an import', () => {
  test('refuses what would change an attribute, a sub-key or a type, and takes the rest', async () => {
    await state.set('a', 1);
    await state.setIndexed('i', 'x', 1);
    await state.add('s', 1, { time: 1 });
    const { refused, ...report } = await imported(space, [
      '{"key":"a","type":"attribute","value":2}',
      '{"key":"i","type":"indexed","subkey":"x","value":2}',
      '{"key":"a","type":"sensor","time":1,"value":2}',
      '{"key":"s","type":"attribute","value":2}',
      '{"key":"s","type":"sensor","time":2,"value":2}',
      '{"key":"a","type":"attribute","value":1}',
    ]);
    expect(report).toEqual({ added: 1, same: 1, conflicts: 4, malformed: 0, isWhole: undefined });
    expect(refused.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4]);
    expect(refused.map(({ message }) => message)).toContain("'i'['x'] is 1 in the store, not 2");
    expect(await state.get('a')).toBe(1);
  });

  test.each([
    ['no JSON', '{"key"'],
    ['no object', '[1]'],
    ['no key', '{"type":"attribute","value":1}'],
    ['an unknown type', '{"key":"a","type":"thing","value":1}'],
    ['no value', '{"key":"a","type":"attribute"}'],
    ['no time', '{"key":"a","type":"sensor","value":1}'],
    ['a negative time', '{"key":"a","type":"sensor","time":-1,"value":1}'],
    ['a time that is text', '{"key":"a","type":"sensor","time":"1","value":1}'],
    ['no base64', '{"key":"a","type":"attribute","encoded":"#"}'],
    ['a key that has no bytes', '{"key":"\\ud800","type":"attribute","value":1}'],
    ['an unknown kind of value', '{"key":"a","type":"attribute","value":{"$thing":1}}'],
    ['an export of something else', '{"export":"frames","version":1}'],
  ])('a line with %s is counted, named and left out', async (_, line) => {
    const { malformed, added, refused } = await imported(space, [
      line,
      '{"key":"b","type":"attribute","value":1}',
    ]);
    expect({ malformed, added }).toEqual({ malformed: 1, added: 1 });
    expect(refused).toEqual([{ number: 1, reason: 'malformed', message: expect.stringMatching(/.{10}/) }]);
    expect(await state.keys()).toEqual(['b']);
  });

  test('is given up where the input is something else', async () => {
    const lines = Array.from({ length: 500 }, () => 'time,value');
    await expect(imported(space, lines)).rejects.toMatchObject({ code: 'ALI_IMPORT' });
  });

  test('knows whether an export was cut off', async () => {
    const head = headLine({ type: 'head', keys: ['*'] });
    const tail = tailLine({ type: 'tail', lines: 0 });
    expect(await imported(space, [head, tail])).toMatchObject({ isWhole: true });
    expect(await imported(space, [head])).toMatchObject({ isWhole: false });
    expect(await imported(space, [''])).toMatchObject({ isWhole: undefined });
  });

  test('tells up to which line it is written, and wakes who waits', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `{"key":"s","type":"sensor","time":${i},"value":${i}}`,
    );
    const waiting = state.waitKey('s', { condition: (value) => value === 9999 });
    const written: number[] = [];
    await imported(space, lines, { onWritten: (number) => written.push(number) });
    expect(written).toEqual([4096, 8192, 10_000]);
    expect((await waiting).value).toBe(9999);
  });

  test('ends when it is told to', async () => {
    await expect(imported(space, ['', ''], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ALI_ABORTED',
    });
  });
});
