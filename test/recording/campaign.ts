/** `npm run campaign -- recording [KILLS]`: kills recordings by kill -9 at random moments, and reads what is left. */
import { SingleBar } from 'cli-progress';
import { needForeign } from '../../scripts/debian.ts';
import { killAndRead } from './support/kills.ts';
import { Reader } from './support/reader.ts';

export async function run([killsText = '200']: readonly string[]): Promise<boolean> {
  const kills = Number(killsText);
  if (!(Number.isInteger(kills) && kills > 0)) {
    throw new Error(`npm run campaign -- recording [KILLS] takes a whole number, not ${killsText}`);
  }
  await needForeign('h5py and h5dump');
  await using reader = new Reader();
  const bar = new SingleBar({
    format: '{bar} {value} of {total} kills, {failed} failures',
    hideCursor: false,
  });
  bar.start(kills, 0, { failed: 0 });
  const failures: string[] = [];
  for (let done = 1; done <= kills; done++) {
    const failure = await killAndRead(reader);
    if (failure !== undefined) failures.push(failure);
    bar.update(done, { failed: failures.length });
  }
  bar.stop();
  for (const failure of failures.slice(0, 20)) console.log(failure);
  console.log(`${kills} kills, ${failures.length} failures`);
  return failures.length === 0;
}
