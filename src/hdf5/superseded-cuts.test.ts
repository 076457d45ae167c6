/** Datasets that change their names, and such as have several, cut short anywhere. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { expect, test } from 'vitest';
import { afterKill, afterPowerCut } from '../../test/hdf5/support/disk-image.ts';
import { Random } from '../../test/hdf5/support/random.ts';
import { RecordedStorage } from '../../test/hdf5/support/recorded-storage.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { createHdf5File } from './index.ts';

await h5wasm.ready;

const cuts = 200;
const generationStep = 1000;

/** Of each generation, which its values tell, the most rows that are found under any name. */
type Rows = readonly number[];

test('no row of the last commit is without a name, and none is in the wrong place', async () => {
  using folder = temporaryFolder();
  const random = new Random(17);
  const storage = new RecordedStorage();
  const file = await createHdf5File(storage, { commitIntervalMs: 0 });
  const group = file.root.group('channel');
  const rows: number[] = [];
  const promises: { after: number; rows: Rows }[] = [];
  let data = group.dataset('data', { type: 'int32', chunkRows: 4 });
  await file.commit();
  const first = storage.operations.length;
  for (let generation = 0; generation < 12; generation++) {
    // So long that the links of one commit stand in several blocks.
    const keptAs = `data(${generation})${'.'.repeat(random.whole(0, 400))}`;
    if (generation > 0) data = group.supersede('data', { type: 'int32', chunkRows: 4 }, keptAs);
    if (generation % 4 === 0) file.root.link(`now ${generation}`, data);
    rows.push(0);
    for (let commits = random.whole(1, 3); commits > 0; commits--) {
      const count = random.whole(0, 6);
      const start = generation * generationStep + data.rows;
      await data.append(Int32Array.from({ length: count }, (_, i) => start + i));
      rows[generation] = data.rows;
      // Now and then two generations are new to one commit.
      if (random.chance(0.8)) {
        await file.commit();
        promises.push({ after: storage.operations.length, rows: [...rows] });
      }
    }
  }
  await file.close();
  promises.push({ after: storage.operations.length, rows });
  for (let cut = 0; cut <= cuts; cut++) {
    const at = cut === cuts ? storage.operations.length : random.whole(first, storage.operations.length);
    const leave = random.chance(0.3) ? afterKill : afterPowerCut;
    const path = join(folder.path, `${cut}.h5`);
    writeFileSync(path, leave(storage.operations, at, random).bytes);
    const promised = promises.findLast(({ after }) => after <= at)?.rows ?? [];
    const found = rowsOf(path);
    for (const [generation, count] of promised.entries()) {
      const place = `${leave.name} at ${at}: generation ${generation}`;
      expect(found[generation] ?? 0, place).toBeGreaterThanOrEqual(count);
    }
  }
});

function rowsOf(path: string): Rows {
  const file = new h5wasm.File(path, 'r');
  try {
    const group = file.get('channel');
    if (!(group instanceof h5wasm.Group)) return [];
    const found: number[] = [];
    const datasets = [
      ...group.keys().map((name) => group.get(name)),
      ...file.keys().map((name) => (name === 'channel' ? null : file.get(name))),
    ];
    for (const dataset of datasets) {
      if (!(dataset instanceof h5wasm.Dataset) || dataset.shape?.[0] === 0) continue;
      const values = dataset.value as Int32Array;
      const generation = Math.floor((values[0] ?? 0) / generationStep);
      expect(values.findIndex((value, i) => value !== generation * generationStep + i)).toBe(-1);
      found[generation] = Math.max(found[generation] ?? 0, values.length);
    }
    return found;
  } finally {
    file.close();
  }
}
