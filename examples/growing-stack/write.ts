/**
 * A stack of images that grows, as a detector makes it: `node write.ts [FILE] [IMAGES] [INTERVAL_MS]`. Beside each image
 * stands the time it was taken. The file can be opened at any moment; follow.py follows it.
 */
import { setInterval as every } from 'node:timers/promises';
import { createHdf5File } from 'alidade/hdf5';

const [path = 'stack.h5', images = '100', intervalMs = '100'] = process.argv.slice(2);
const [height, width] = [128, 192];

await using file = await createHdf5File(path, { overwrite: true, commitIntervalMs: 200 });
const stack = file.root.dataset('stack', {
  type: 'uint16',
  shape: [height, width],
  chunkRows: 1,
  filter: 'deflate',
  attributes: { unit: 'ADU' },
});
const times = file.root.dataset('time', { type: 'float64', attributes: { unit: 's' } });
// Readers that follow see the datasets that were there when they came.
await file.commit();
console.log(`writing ${images} images of ${height} x ${width} to ${path}`);

for await (const _ of every(Number(intervalMs))) {
  // Waiting for append keeps the memory bounded when the disk is slow.
  await stack.append(spot(stack.rows));
  await times.append(Date.now() / 1000);
  if (stack.rows >= Number(images)) break;
}
await file.close();
console.log(`closed with ${stack.rows} images`);

/** A spot of light that moves; its centre tells the number of the image. */
function spot(number: number): Uint16Array {
  const image = new Uint16Array(height * width);
  const [row, column] = [number % height, number % width];
  for (let i = 0; i < image.length; i++) {
    const distance = Math.hypot(Math.floor(i / width) - row, (i % width) - column);
    image[i] = 100 + 4000 * Math.exp(-distance / 10);
  }
  return image;
}
