import { describe, expect, test } from 'vitest';
import { requireServer } from '../support/require-server.ts';
import { runCampaign } from './support/campaign.ts';

describe.skipIf(!requireServer('h5py and h5dump', 'HDF5 files after a cut'))('HDF5 files after a cut', () => {
  test('hold what was committed, after kill -9 and power cuts anywhere', async () => {
    let cuts = 0;
    const onCut = () => {
      cuts++;
    };
    expect(await runCampaign({ cuts: 240, cutsPerRun: 16, dumpEvery: 20, onCut })).toEqual([]);
    expect(cuts).toBe(240);
  }, 120_000);

  test('would be found wanting by the judges, were the disk to lose what it had synced', async () => {
    expect((await runCampaign({ cuts: 60, cutsPerRun: 20, isForgetful: true })).length).toBeGreaterThan(10);
  });
});
