/** What was appended is read back by h5wasm (libhdf5 compiled to WebAssembly). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { FileStorage } from './file-storage.ts';
import { createHdf5File, type Hdf5File, type Items, type TypeName } from './index.ts';

await h5wasm.ready;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let file: Hdf5File;

beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder.path, 'run.h5');
  file = await createHdf5File(path, { commitIntervalMs: 0 });
});

afterEach(async () => {
  await file.close().catch(() => undefined);
  folder[Symbol.dispose]();
});

function read<T>(use: (file: InstanceType<typeof h5wasm.File>) => T): T {
  const reader = new h5wasm.File(path, 'r');
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

function valueAt(name: string): unknown {
  return read((reader) => {
    const found = reader.get(name);
    if (!(found instanceof h5wasm.Dataset)) throw new Error(`${name} is no dataset`);
    return found.value;
  });
}

const values: readonly (readonly [TypeName, Items, unknown])[] = [
  ['int8', [-128, 127], Int8Array.of(-128, 127)],
  ['uint16be', new Uint16Array([1, 65535]), Uint16Array.of(1, 65535)],
  ['int32', new Int32Array([-5, 6]), Int32Array.of(-5, 6)],
  ['uint32be', [4294967295, 1n], Uint32Array.of(4294967295, 1)],
  ['int64', [-(2n ** 63n), 5], BigInt64Array.of(-(2n ** 63n), 5n)],
  ['uint64be', new BigUint64Array([2n ** 64n - 1n, 1n]), BigUint64Array.of(2n ** 64n - 1n, 1n)],
  ['float32', [1.5, -0.25], Float32Array.of(1.5, -0.25)],
  ['float64be', new Float64Array([Math.PI, -1e300]), Float64Array.of(Math.PI, -1e300)],
  ['bool', [true, false], Int8Array.of(1, 0)],
  ['string', ['grüße', ''], ['grüße', '']],
  [{ string: 4 }, ['äh', 'abcd'], ['äh', 'abcd']],
];

describe('rows that are borrowed', () => {
  const rowBytes = 4096;
  const row = (value: number) => new Uint8Array(rowBytes).fill(value);
  const firstItems = () => (valueAt('x') as Uint8Array).filter((_, i) => i % rowBytes === rowBytes - 1);

  test.each([undefined, 7])(
    'stand among others, over chunks and commits, with fill value %s',
    async (fillValue) => {
      const options = fillValue === undefined ? {} : { fillValue };
      const dataset = file.root.dataset('x', { type: 'uint8', shape: [rowBytes], chunkRows: 6, ...options });
      const expected: number[] = [];
      for (let value = 10; value < 200; value += 5) {
        dataset.appendBytes(Buffer.concat([row(value), row(value + 1)]), { borrow: true });
        expected.push(value, value + 1);
        if (value % 3 === 0) {
          dataset.append(row(value + 2));
          expected.push(value + 2);
        }
        if (value % 4 === 0) {
          dataset.skip(1);
          expected.push(fillValue ?? 0);
        }
        if (value % 7 === 0) await file.commit();
      }
      await file.commit();
      expect([...firstItems()]).toEqual(expected);
      await file.close();
      expect([...firstItems()]).toEqual(expected);
    },
  );

  test('are copied where the chunk is small', async () => {
    const dataset = file.root.dataset('x', { type: 'uint8', shape: [rowBytes], chunkRows: 2 });
    dataset.appendBytes(row(1), { borrow: true });
    await file.commit();
    dataset.appendBytes(row(2), { borrow: true });
    dataset.appendBytes(row(3));
    await file.close();
    expect([...firstItems()]).toEqual([1, 2, 3]);
  });
});

describe.each(['none', 'deflate'] as const)('rows with filter %s', (filter) => {
  test.each(values)('of type %j', async (type, items, expected) => {
    const dataset = file.root.dataset('x', { type, filter, chunkRows: 3 });
    dataset.append(items);
    await file.commit();
    expect(valueAt('x')).toEqual(expected);
    await file.close();
    expect(valueAt('x')).toEqual(expected);
  });

  test('over commits that fall into the middle of chunks', async () => {
    const dataset = file.root.dataset('x', { type: 'int32', shape: [2], filter, chunkRows: 5 });
    const texts = file.root.dataset('texts', { type: 'string', filter, chunkRows: 7 });
    for (let row = 0; row < 100; row++) {
      dataset.append([row, -row]);
      texts.append(`row ${row}`);
      if (row % 3 === 1) await file.commit();
    }
    await file.commit();
    const rows = Array.from({ length: 100 }, (_, row) => row);
    expect(valueAt('x')).toEqual(Int32Array.from(rows.flatMap((row) => [row, -row])));
    expect(valueAt('texts')).toEqual(rows.map((row) => `row ${row}`));
  });

  test.each([4, 5, 52, 243, 244, 2035, 2036, 2200, 8200])('%i chunks', async (count) => {
    const dataset = file.root.dataset('x', { type: 'uint32', filter, chunkRows: 1 });
    for (let row = 0; row < count; row += 50) {
      dataset.append(Uint32Array.from({ length: Math.min(50, count - row) }, (_, i) => row + i));
      await file.commit();
    }
    expect(valueAt('x')).toEqual(Uint32Array.from({ length: count }, (_, i) => i));
  });
});

test('attributes, groups and fixed datasets', async () => {
  file.root.attribute('title', 'Flats');
  const group = file.root.group('a b');
  await file.commit();
  group.attribute('gain', [1.5, 2.5, 3], { type: 'float32' });
  group.attribute('large', new Float64Array(1000).fill(7));
  for (let i = 0; i < 300; i++) group.fixed(`n${i}`, i, { attributes: { i } });
  group.fixed('table', new Int16Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
  await file.commit();
  group.fixed('names', ['a', 'bb']);
  await file.close();
  read((reader) => {
    expect(reader.attrs.title?.value).toBe('Flats');
    const found = reader.get('a b');
    if (!(found instanceof h5wasm.Group)) throw new Error('no group');
    expect(found.attrs.gain?.value).toEqual(Float32Array.of(1.5, 2.5, 3));
    expect(found.attrs.large?.value).toEqual(new Float64Array(1000).fill(7));
    expect(found.keys().length).toBe(302);
    expect((found.get('n299') as InstanceType<typeof h5wasm.Dataset>).attrs.i?.value).toBe(299);
  });
  expect(valueAt('a b/table')).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6));
  expect(valueAt('a b/names')).toEqual(['a', 'bb']);
  expect(valueAt('a b/n17')).toBe(17);
});

test('rows that were appended but not committed are out of sight', async () => {
  const dataset = file.root.dataset('x', { type: 'uint8', chunkRows: 2 });
  dataset.append([1, 2, 3]);
  await file.commit();
  dataset.append([4, 5, 6]);
  expect(valueAt('x')).toEqual(Uint8Array.of(1, 2, 3));
  await file.commit();
  expect(valueAt('x')).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
});

test('a commit comes by itself', async () => {
  await file.close();
  const other = await createHdf5File(path, { overwrite: true, commitIntervalMs: 1 });
  const dataset = other.root.dataset('x', { type: 'uint8' });
  dataset.append(7);
  const isThere = () => read((reader) => reader.keys().includes('x')) && valueAt('x');
  await expect.poll(isThere).toEqual(Uint8Array.of(7));
  await other.close();
});

test('ready-made chunks, encoded or not, the last one with fewer rows', async () => {
  const dataset = file.root.dataset('x', { type: 'uint8', chunkRows: 3, filter: 'deflate' });
  const { deflateSync } = await import('node:zlib');
  dataset.appendChunk(deflateSync(Uint8Array.of(1, 2, 3)));
  dataset.appendChunk(Uint8Array.of(4, 5, 6), { filterMask: 1 });
  dataset.append([7, 8, 9]);
  dataset.appendChunk(deflateSync(Uint8Array.of(10, 11, 0)), { rows: 2 });
  expect(() => dataset.append(1)).toThrow('ended with a ready-made chunk');
  await file.close();
  expect(valueAt('x')).toEqual(Uint8Array.from({ length: 11 }, (_, i) => i + 1));
});

test('a file that is there is replaced only when asked, and its readers keep it', async () => {
  await expect(createHdf5File(path)).rejects.toMatchObject({ code: 'ALI_FILE_EXISTS' });
  file.root.fixed('x', 1);
  await file.close();
  const before = new h5wasm.File(path, 'r');
  const other = await createHdf5File(path, { overwrite: true });
  other.root.fixed('x', 2);
  await other.close();
  expect((before.get('x') as InstanceType<typeof h5wasm.Dataset>).value).toBe(1);
  before.close();
  expect(valueAt('x')).toBe(2);
  expect(readdirSync(folder.path)).toEqual(['run.h5']);
});

test('a file that cannot be made, and one that stays when its successor cannot', async () => {
  const missing = join(folder.path, 'missing/run.h5');
  await expect(createHdf5File(missing)).rejects.toMatchObject({ code: 'ALI_FILE_NOT_WRITTEN' });
  writeFileSync(join(folder.path, 'other.h5'), 'something');
  await expect(createHdf5File(join(folder.path, 'other.h5'))).rejects.toMatchObject({
    code: 'ALI_FILE_EXISTS',
  });
  expect(readFileSync(join(folder.path, 'other.h5'), 'utf8')).toBe('something');
});

test('nothing is left of a file that could not be begun', async () => {
  const storage = await FileStorage.create(join(folder.path, 'other.h5'), false);
  await storage.writeAt(0, Uint8Array.of(1));
  await storage.close();
  expect(readdirSync(folder.path)).toEqual(['run.h5']);
});

test('the space reserved ahead is given back at close', async () => {
  await file.commit();
  expect(readFileSync(path).length).toBeGreaterThan(1_000_000);
  await file.close();
  expect(readFileSync(path).length).toBeLessThan(10_000);
});
