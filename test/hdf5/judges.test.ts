import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHdf5File, openHdf5File } from '../../src/hdf5/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { requireServer } from '../support/require-server.ts';
import { FileModel } from './support/file-model.ts';
import { Judge } from './support/judge.ts';
import { ownComplaint } from './support/own-judge.ts';
import { Random } from './support/random.ts';
import { fill } from './support/random-file.ts';
import { SparseStorage } from './support/sparse-storage.ts';
import { wasmComplaint } from './support/wasm-judge.ts';

const execute = promisify(execFile);

describe.skipIf(!requireServer('h5py and h5dump', 'HDF5 files and their judges'))('HDF5 files', () => {
  let judge: Judge;
  beforeAll(() => {
    judge = new Judge();
  });
  afterAll(() => judge[Symbol.asyncDispose]());

  test.for(Array.from({ length: 10 }, (_, seed) => seed))(
    'of random content are read alike by h5py, h5dump, h5stat, h5repack, h5wasm and our reader: seed %i',
    { timeout: 60_000 },
    async (seed) => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'a.h5');
      const random = new Random(1000 + seed);
      const model = new FileModel(await createHdf5File(path, { commitIntervalMs: 0 }));
      const mostRows = random.pick([2, 20, 400]);
      await fill(model, random, { steps: 120, mostRows, commit: () => model.file.commit() });
      await model.file.close();

      expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();
      await execute('h5dump', ['-o', '/dev/null', path]);
      await execute('h5stat', [path]);
      await execute('h5repack', [path, `${path}.repacked`]);
      expect(await judge.checkWhole(model, `${path}.repacked`, folder.path)).toBeUndefined();
      expect(await wasmComplaint(model, path)).toBeUndefined();
      expect(await ownComplaint(model, path)).toBeUndefined();
    },
  );

  test('with one wrong byte of a value or of a structure do not pass', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    const model = new FileModel(await createHdf5File(path));
    const texts = model.dataset('/', 'texts', { type: 'string' });
    await model.append(texts, ['one', 'needle', 'three']);
    const counts = model.dataset('/', 'counts', { type: 'uint32', chunkRows: 4 });
    await model.append(counts, [1, 2, 0x01020304]);
    await model.file.close();
    expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();

    const bytes = readFileSync(path);
    for (const [part, at, problem] of [
      ['needle', 0, /item 1/],
      [Buffer.of(4, 3, 2, 1), 0, /item 2/],
      ['EAHD', 12, /checksum/],
      ['OHDR', 8, /checksum/],
    ] as const) {
      const place = bytes.indexOf(part) + at;
      const wrong = Buffer.from(bytes);
      wrong[place] = (bytes[place] ?? 0) ^ 1;
      writeFileSync(path, wrong);
      expect(await judge.checkWhole(model, path, folder.path)).toMatch(problem);
      const damage = ownComplaint(model, path);
      if (problem.source === 'checksum') {
        await expect(damage).rejects.toMatchObject({
          code: 'ALI_HDF5_DAMAGED',
          message: expect.stringMatching(problem),
        });
      } else expect(await damage).toContain('has other values');
    }
  });

  const boundaries = [4, 20, 52, 116, 244, 500, 1012, 2036, 4084];
  test.for(['none', 'deflate'] as const)(
    'hold every chunk at each boundary of the chunk index: filter %s',
    { timeout: 60_000 },
    async (filter) => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'a.h5');
      const model = new FileModel(await createHdf5File(path, { commitIntervalMs: 0 }));
      const counts = model.dataset('/', 'counts', { type: 'uint32', chunkRows: 1, filter });
      for (const boundary of boundaries) {
        for (const rows of [boundary - 1, boundary, boundary + 1]) {
          const start = model.rowsOf(counts);
          await model.append(
            counts,
            Array.from({ length: rows - start }, (_, i) => start + i),
          );
          await model.file.commit();
          const name = await judge.learn(model, folder.path);
          expect(await judge.check(name, path, model.state(), true), `${rows} chunks`).toBeUndefined();
        }
      }
      await model.file.close();
      expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();
      expect(await ownComplaint(model, path)).toBeUndefined();
    },
  );

  test.for(['none', 'deflate'] as const)(
    'hold chunks in the paged blocks of the index: filter %s',
    { timeout: 60_000 },
    async (filter) => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'a.h5');
      const model = new FileModel(await createHdf5File(path, { commitIntervalMs: 0 }));
      const counts = model.dataset('/', 'counts', { type: 'uint16', chunkRows: 1, filter });
      // The first paged block begins at 131 060 chunks, the next super block at 262 132.
      for (const stop of [131_059, 131_060, 131_061, 132_100, 262_140]) {
        const bytes = new Uint16Array(stop - model.rowsOf(counts)).map((_, i) => stop + i);
        for (let i = 0; i < bytes.length; i++) {
          const row = new Uint8Array(bytes.buffer, 2 * i, 2);
          await model.appendChunk(counts, row, row, 1, filter === 'none' ? {} : { filterMask: 1 });
        }
        await model.file.commit();
      }
      await model.file.close();
      expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();
      await using own = await openHdf5File(path);
      const dataset = await own.root.dataset('counts');
      for (const [first, rows] of [
        [130_900, 1_300],
        [262_100, 40],
      ] as const) {
        const { bytes } = model.contents()[0] as { bytes: Uint8Array };
        const items = await dataset?.items(first, rows);
        expect(items).toEqual([...new Uint16Array(bytes.buffer, bytes.byteOffset + 2 * first, rows)]);
      }
    },
  );

  test.for([
    { filter: 'bitshuffle-lz4', id: 32008, options: [0, 2] },
    { filter: 'lz4', id: 32004, options: [] },
  ] as const)('hold ready-made chunks of filter $filter', async ({ filter, id, options }) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    const random = new Random(id);
    const model = new FileModel(await createHdf5File(path));
    for (const [type, dtype, sizeBytes] of [
      ['uint16', '<u2', 2],
      ['float64', '<f8', 8],
      ['int32be', '>i4', 4],
      ['uint8', '|u1', 1],
    ] as const) {
      const shape = [17, 41];
      const images = model.dataset('/', type, { type, shape, chunkRows: 2, filter });
      for (let i = 0; i < 6; i++) {
        const bytes = new Uint8Array(2 * 17 * 41 * sizeBytes).map(() => random.whole(0, i));
        const chunk = await judge.encode({ filter: id, options, dtype, shape: [2, ...shape], bytes });
        const isLast = i === 5;
        const rows = isLast ? 1 : 2;
        const read = bytes.subarray(0, (rows * bytes.length) / 2);
        await model.appendChunk(images, chunk, read, rows, isLast ? { rows } : {});
      }
    }
    await model.file.close();
    expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();
    await execute('h5dump', ['-o', '/dev/null', path]);
    expect(await wasmComplaint(model, path)).toBeUndefined();
  });

  test('hold 5 000 datasets, and 20 000 links in one group', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    const model = new FileModel(await createHdf5File(path));
    const many = model.group('/', 'many');
    for (let i = 0; i < 5_000; i++) {
      const channel = model.dataset(many, `channel ${i}`, { type: 'float64' });
      await model.append(channel, [i]);
    }
    const links = model.group('/', 'links');
    for (let i = 0; i < 20_000; i++) model.fixed(links, `link ${i}`, 'int32', [i], []);
    await model.file.commit();
    for (let i = 0; i < 5_000; i += 7) await model.append(`${many}/channel ${i}`, [0.5, i]);
    await model.file.close();
    expect(await judge.checkWhole(model, path, folder.path)).toBeUndefined();
    const { stdout } = await execute('h5stat', [path], { maxBuffer: 1e8 });
    expect(stdout).toContain('# of unique datasets: 25000');
  }, 120_000);

  test('may have chunks beyond 4 GiB', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    const storage = await SparseStorage.create(path);
    const model = new FileModel(await createHdf5File(storage));
    const zeros = new Uint8Array(512 * 1024 * 1024);
    const blocks = model.file.root.dataset('blocks', { type: 'uint8', shape: [zeros.length], chunkRows: 1 });
    for (let i = 0; i < 9; i++) await blocks.appendChunk(zeros);
    const last = zeros.slice();
    last[7] = 1;
    await blocks.appendChunk(last);
    const after = model.dataset('/', 'after', { type: 'float64' });
    await model.append(after, [1, 2, 3]);
    await model.file.close();
    expect(storage.sizeBytes).toBeGreaterThan(2 ** 32);
    const { stdout } = await execute('h5dump', ['-d', '/blocks', '-s', '9,0', '-c', '1,9', path]);
    expect(stdout).toContain('(9,0): 0, 0, 0, 0, 0, 0, 0, 1, 0\n');
    expect((await execute('h5dump', ['-d', '/after', path])).stdout).toContain('(0): 1, 2, 3');
  }, 120_000);
});
