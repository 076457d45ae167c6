/**
 * `npm run campaign -- hdf5 [CUTS [FIRST]]`: cuts the writing of many files by kill -9 and by power cuts, and has h5py
 * and h5dump read what is left. One cut again: `npm run campaign -- hdf5 1 NUMBER`.
 */
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { needForeign } from '../../scripts/debian.ts';
import { runCampaign } from './support/campaign.ts';

export async function run([cutsText = '10000', firstText = '0']: readonly string[]): Promise<boolean> {
  const [cuts, first] = [Number(cutsText), Number(firstText)];
  if (!(Number.isInteger(cuts) && cuts > 0 && Number.isInteger(first) && first >= 0)) {
    throw new Error(
      `npm run campaign -- hdf5 [CUTS [FIRST]] takes whole numbers, not ${cutsText} ${firstText}`,
    );
  }
  await needForeign('h5py and h5dump');
  const keepIn = join(tmpdir(), 'alidade-campaign-hdf5');
  const startMs = performance.now();
  const bar = new SingleBar({
    format: '{bar} {value} of {total} cuts, {failed} failures, {eta_formatted} to go',
    hideCursor: false,
  });
  bar.start(cuts, 0, { failed: 0 });
  let done = 0;
  const failures = await runCampaign({
    cuts,
    first,
    judges: Math.min(4, availableParallelism()),
    dumpEvery: 20,
    keepIn,
    onCut(failed) {
      done++;
      bar.update(done, { failed });
    },
  }).finally(() => bar.stop());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  for (const { number, how, problem, kept } of failures.slice(0, 20)) {
    console.log(`cut ${number}, ${how}: ${problem} (${kept})`);
  }
  console.log(`${done} cuts, ${failures.length} failures, ${seconds} s`);
  return done === cuts && failures.length === 0;
}
