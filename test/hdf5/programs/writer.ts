/**
 * Writes row numbers to the dataset `counts` of the file PATH, and small images of them to `images`, in commits of
 * random size one after the other, until it is killed or its standard input ends. Prints the rows of each commit that
 * has resolved, and the code of the error that ended it.
 */
import { createHdf5File } from '../../../src/hdf5/index.ts';
import { isAlidadeError } from '../../../src/shared/errors.ts';

const [path = ''] = process.argv.slice(2);
const file = await createHdf5File(path, { commitIntervalMs: 0 });
const counts = file.root.dataset('counts', { type: 'uint32', chunkRows: 50 });
const images = file.root.dataset('images', {
  type: 'float64',
  shape: [8, 16],
  chunkRows: 1,
  filter: 'deflate',
});
await file.commit();
let isAsked = true;
process.stdin.on('end', () => {
  isAsked = false;
});
process.stdin.resume();
process.stdout.write('0\n');

try {
  while (isAsked) {
    for (let left = Math.ceil(Math.random() * 20); left > 0; left--) {
      await images.append(new Float64Array(8 * 16).fill(counts.rows));
      await counts.append([counts.rows]);
    }
    await file.commit();
    process.stdout.write(`${counts.rows}\n`);
  }
  await file.close();
} catch (error) {
  process.stdout.write(`${isAlidadeError(error) ? error.code : error}\n`);
  await file.close().catch(() => undefined);
}
process.stdin.destroy();
