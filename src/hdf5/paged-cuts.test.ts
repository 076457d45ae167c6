/** Commits of datasets with so many chunks that the blocks of their index are paged, cut short anywhere. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { expect, test } from 'vitest';
import { afterKill, afterPowerCut } from '../../test/hdf5/support/disk-image.ts';
import { Random } from '../../test/hdf5/support/random.ts';
import { RecordedStorage } from '../../test/hdf5/support/recorded-storage.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { createHdf5File, type Filter } from './index.ts';

await h5wasm.ready;

const cuts = 150;

test.each<[Filter, number]>([
  ['none', 1],
  ['deflate', 3],
])('filter %s: every row of the last commit is there', async (filter, chunkRows) => {
  using folder = temporaryFolder();
  const random = new Random(8);
  const storage = new RecordedStorage();
  const file = await createHdf5File(storage, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'uint32', chunkRows, filter });
  const growTo = async (rows: number) => {
    dataset.append(Uint32Array.from({ length: rows - dataset.rows }, (_, i) => dataset.rows + i));
    await file.commit();
    return { rows, after: storage.operations.length };
  };
  // The first page begins with chunk 2036, the second block of pages with chunk 2292.
  const promises = [await growTo(2030 * chunkRows)];
  const first = storage.operations.length;
  while (dataset.rows < 2330 * chunkRows) {
    promises.push(await growTo(dataset.rows + random.whole(1, 20 * chunkRows)));
  }
  await file.close();
  for (let cut = 0; cut < cuts; cut++) {
    const at = random.whole(first, storage.operations.length);
    const leave = random.chance(0.3) ? afterKill : afterPowerCut;
    const path = join(folder.path, `${cut}.h5`);
    writeFileSync(path, leave(storage.operations, at, random).bytes);
    const found = rowsOf(path);
    const promised = promises.findLast(({ after }) => after <= at)?.rows;
    expect(found.length, `${leave.name} at ${at}`).toBeGreaterThanOrEqual(promised ?? 0);
    expect(
      found.findIndex((row, i) => row !== i),
      `${leave.name} at ${at}`,
    ).toBe(-1);
  }
});

function rowsOf(path: string): Uint32Array {
  const file = new h5wasm.File(path, 'r');
  try {
    const dataset = file.get('x');
    return dataset instanceof h5wasm.Dataset ? (dataset.value as Uint32Array) : new Uint32Array(0);
  } finally {
    file.close();
  }
}
