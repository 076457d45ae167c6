import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHdf5File } from '../../src/hdf5/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';
import { requireServer } from '../support/require-server.ts';
import { Judge } from './support/judge.ts';

const writerProgram = new URL('./programs/writer.ts', import.meta.url);

describe.skipIf(!requireServer('h5py and h5dump', 'HDF5 files while they grow'))('an HDF5 file', () => {
  let judge: Judge;
  beforeAll(() => {
    judge = new Judge();
  });
  afterAll(() => judge[Symbol.asyncDispose]());

  test('opens and reads 1 000 times while it grows, with no failure', { timeout: 120_000 }, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    await using writer = runProgram(writerProgram, [path]);
    await writer.line();
    const { failures, sizes, rows } = await judge.openOften(path, 'counts', 1_000);
    expect(failures).toEqual([]);
    // It did grow meanwhile.
    expect(sizes).toBeGreaterThan(1);
    writer.child.stdin?.end();
    expect(await writer.ended, writer.errors()).toBe(0);
    const images = await judge.openOften(path, 'images', 1);
    expect(images.failures).toEqual([]);
    expect(images.rows).toBe(Number(writer.lines.at(-1)));
    expect(images.rows).toBeGreaterThanOrEqual(rows);
  });

  test.for([
    { dataset: 'numbers', shape: [], filter: 'none' },
    { dataset: 'images', shape: [3, 4], filter: 'none' },
    { dataset: 'deflated', shape: [], filter: 'deflate' },
  ] as const)(
    'is seen growing by a reader that stays (swmr): $dataset',
    async ({ dataset, shape, filter }) => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'a.h5');
      await using file = await createHdf5File(path, { commitIntervalMs: 0 });
      const growing = file.root.dataset(dataset, { type: 'int32be', shape, filter, chunkRows: 2 });
      const rowItems = shape.reduce<number>((product, size) => product * size, 1);
      const growTo = async (rows: number) => {
        while (growing.rows < rows) await growing.append(Array(rowItems).fill(growing.rows));
        await file.commit();
      };
      await growTo(5);
      const last = 3_000;
      const { following, seen } = judge.follow(path, dataset, last);
      expect(await following).toBe(5);
      for (let rows = 6; rows < last; rows += 1 + Math.floor(rows / 7)) await growTo(rows);
      await growTo(last);
      const counts = await seen;
      expect(counts.at(-1)).toBe(last);
      expect(counts.length).toBeGreaterThan(1);
    },
  );

  test('holds every committed row after kill -9 of its writer, 15 times', { timeout: 120_000 }, async () => {
    using folder = temporaryFolder();
    for (let round = 0; round < 15; round++) {
      const path = join(folder.path, `${round}.h5`);
      await using writer = runProgram(writerProgram, [path]);
      const commits = 1 + Math.floor(Math.random() * 40);
      let committed = 0;
      for (let i = 0; i < commits; i++) committed = Number(await writer.line());
      // The next commit is under way by now.
      writer.child.kill('SIGKILL');
      expect(await writer.ended).toBe('SIGKILL');
      committed = Number(writer.lines.at(-1) ?? committed);
      for (const dataset of ['counts', 'images']) {
        const { failures, rows } = await judge.openOften(path, dataset, 1);
        expect(failures).toEqual([]);
        expect(rows).toBeGreaterThanOrEqual(committed);
      }
    }
  });

  test('keeps what was committed when the disk is full, and says so', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a.h5');
    // Past this size the system refuses to write, as a full disk does.
    const limited = 'trap "" XFSZ; ulimit -f 3000; exec "$0" "$@"';
    const { stdout } = await promisify(execFile)(
      'sh',
      [
        '-c',
        limited,
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        writerProgram.pathname,
        path,
      ],
      { encoding: 'utf8', maxBuffer: 1e8 },
    );
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe('ALI_DISK_FULL');
    expect(statSync(path).size).toBeLessThanOrEqual(3000 * 1024);
    for (const dataset of ['counts', 'images']) {
      const { failures, rows } = await judge.openOften(path, dataset, 1);
      expect(failures).toEqual([]);
      expect(rows).toBeGreaterThanOrEqual(Number(lines.at(-2)));
    }
  });
});

test.for(['none', 'deflate'] as const)(
  'the event loop turns while an HDF5 file is written: filter %s',
  async (filter) => {
    using folder = temporaryFolder();
    await using file = await createHdf5File(join(folder.path, 'a.h5'), { commitIntervalMs: 0 });
    const blocks = file.root.dataset('blocks', { type: 'uint8', shape: [2 ** 24], chunkRows: 1, filter });
    await blocks.append(new Uint8Array(2 ** 24).map((_, i) => i % 251));
    let turns = 0;
    let isWriting = true;
    const turn = () => {
      turns++;
      if (isWriting) setImmediate(turn);
    };
    turn();
    await file.commit();
    isWriting = false;
    // Were the file written or the chunk deflated on this thread, there would be a handful.
    expect(turns).toBeGreaterThan(50);
  },
);
