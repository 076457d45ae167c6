import { expect, test } from 'vitest';
import { createHdf5File, type DatasetOptions, type Hdf5Storage } from './index.ts';

const nowhere: Hdf5Storage = {
  writeAt: async () => undefined,
  sync: async () => undefined,
  truncate: async () => undefined,
  close: async () => undefined,
};

const made = await createHdf5File(nowhere, { commitIntervalMs: 0 });
const refused = (message: string) =>
  expect.objectContaining({ code: 'ALI_HDF5_REFUSED', message: expect.stringContaining(message) });

test.each([
  ['', 'empty'],
  ['.', 'named .'],
  ['a/b', 'slash'],
  ['a\0b', 'NUL'],
  ['\ud800', 'surrogate'],
  ['x'.repeat(60_001), '60001 bytes'],
])('a name %j', (name, message) => {
  expect(() => made.root.group(name)).toThrow(refused(message));
});

test('a name that is taken, by whatever', () => {
  made.root.group('taken');
  expect(() => made.root.dataset('taken', { type: 'int8' })).toThrow(
    refused('/ has an object "taken" already'),
  );
  made.root.attribute('taken', 1);
  expect(() => made.root.attribute('taken', 1)).toThrow(refused('/ has an attribute "taken" already'));
});

test('a link that is taken, or leads to a group or into another file', async () => {
  const rows = made.root.dataset('linked', { type: 'int8' });
  expect(() => made.root.link('linked', rows)).toThrow(refused('/ has an object "linked" already'));
  expect(() => made.root.link('again', made.root)).toThrow(refused('takes links to datasets of this file'));
  const other = await createHdf5File(nowhere, { commitIntervalMs: 0 });
  expect(() => made.root.link('other', other.root.dataset('rows', { type: 'int8' }))).toThrow(
    refused('takes links to datasets of this file'),
  );
  await other.close();
});

test('to supersede what is not there, or to keep it under a name that is taken', () => {
  made.root.dataset('old', { type: 'int8' });
  const options: DatasetOptions = { type: 'int16' };
  expect(() => made.root.supersede('none', options)).toThrow(refused('/ has no object "none"'));
  expect(() => made.root.supersede('old', options, 'old')).toThrow(refused('/ has an object "old" already'));
  made.root.supersede('old', options, 'older');
  expect(() => made.root.supersede('old', options, 'older')).toThrow(refused('has an object "older"'));
});

test('bytes that are no whole rows, and skipped rows that are no whole chunks', () => {
  const pairs = made.root.dataset('pairs', { type: 'uint16', shape: [2] });
  expect(() => pairs.appendBytes(new Uint8Array(6))).toThrow(refused('rows of 4 bytes; 6 do not fill'));
  expect(() => made.root.dataset('words', { type: 'string' }).appendBytes(new Uint8Array(16))).toThrow(
    refused('takes texts'),
  );
  expect(() => pairs.skip(-1)).toThrow(refused('not -1'));
  const ready = made.root.dataset('ready', { type: 'uint8', chunkRows: 2, filter: 'lz4' });
  expect(() => ready.skip(3)).toThrow(refused('skips whole ones only'));
});

test.each<[string, DatasetOptions]>([
  ['below 4 GiB', { type: 'uint8', chunkRows: 2 ** 32 }],
  ['below 4 GiB', { type: 'float64', shape: [65536, 8192], chunkRows: 1 }],
  ['without limit', { type: 'uint8', shape: [Infinity] }],
  ['no size of a dimension', { type: 'uint8', shape: [0] }],
  ['1 row or more', { type: 'uint8', chunkRows: 0 }],
  ['level of deflate', { type: 'uint8', filter: { deflate: 10 } }],
  ['1 byte or more', { type: { string: 0 } }],
  ['is no uint8', { type: 'uint8', fillValue: 256 }],
  ['no fill value', { type: 'string', fillValue: 'x' }],
  ['at most 60000 bytes', { type: { string: 70_000 }, fillValue: 'x' }],
  ['cannot have the filter lz4', { type: 'string', filter: 'lz4' }],
  ['is no type', { type: 'float65' as 'float64' }],
  ['is no filter', { type: 'uint8', filter: 'gzip' as 'none' }],
])('a dataset: %s', (message, options) => {
  expect(() => made.root.dataset('refused', options)).toThrow(refused(message));
  expect(() => made.root.fixed('refused', [], {})).toThrow(refused('does not tell its type'));
});

test('rows that do not fit leave the dataset as it was', () => {
  const dataset = made.root.dataset('rows', { type: 'int16', shape: [3] });
  expect(() => dataset.append([1, 2])).toThrow(
    refused('/rows has 3 items in a row; 2 do not fill whole rows'),
  );
  expect(() => dataset.append(1)).toThrow(refused('whole rows'));
  expect(() => dataset.append([1, 2, 40_000])).toThrow(refused('/rows: 40000 is no int16 (-32768 to 32767)'));
  expect(() => dataset.append([1, 2, 0.5])).toThrow(refused('0.5 is no int16'));
  expect(() => dataset.append(new Float32Array(3))).toThrow(
    refused('int16 takes Int16Array, not Float32Array'),
  );
  expect(dataset.rows).toBe(0);
});

test('an attribute whose items are of several types', () => {
  expect(() => made.root.attribute('mixed', ['a', 1])).toThrow(
    refused('the attribute "mixed" of /: 1 is no string'),
  );
});

test('texts that readers would see cut', () => {
  const field = made.root.dataset('field', { type: { string: 3 } });
  const text = made.root.dataset('text', { type: 'string' });
  expect(() => field.append('äöü')).toThrow(refused('6 bytes'));
  expect(() => text.append('a\0b')).toThrow(refused('NUL'));
  expect(() => text.append(5)).toThrow(refused('5 is no string'));
});

test("chunks that cannot be the dataset's", () => {
  const plain = made.root.dataset('plain', { type: 'uint8', chunkRows: 4 });
  const shuffled = made.root.dataset('shuffled', { type: 'uint8', chunkRows: 4, filter: 'bitshuffle-lz4' });
  const text = made.root.dataset('texts of chunks', { type: 'string', chunkRows: 4 });
  expect(() => text.appendChunk(new Uint8Array(64))).toThrow(refused('takes texts'));
  expect(() => plain.appendChunk(new Uint8Array(3))).toThrow(refused('has 4 bytes, not 3'));
  expect(() => plain.appendChunk(new Uint8Array(4), { filterMask: 1 })).toThrow(refused('filter mask'));
  expect(() => plain.appendChunk(new Uint8Array(4), { rows: 5 })).toThrow(refused('1 to 4 rows'));
  plain.append(1);
  expect(() => plain.appendChunk(new Uint8Array(4))).toThrow(refused('row by row'));
  expect(() => shuffled.append(1)).toThrow(refused('takes ready-made chunks'));
  expect(() => shuffled.appendChunk(new Uint8Array(30))).toThrow(refused('stands for 4 bytes'));
});

test('everything after close', async () => {
  const file = await createHdf5File(nowhere, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'int8' });
  const closing = file.close();
  const closed = expect.objectContaining({ code: 'ALI_HDF5_CLOSED' });
  expect(() => dataset.append(1)).toThrow(closed);
  expect(() => file.root.group('g')).toThrow(closed);
  expect(() => dataset.attribute('a', 1)).toThrow(closed);
  expect(file.close()).toBe(closing);
  await closing;
});
