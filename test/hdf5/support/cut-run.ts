import { createHdf5File } from '../../../src/hdf5/index.ts';
import { afterKill, afterPowerCut, type DiskImage } from './disk-image.ts';
import { FileModel, type State } from './file-model.ts';
import { Random } from './random.ts';
import { fill } from './random-file.ts';
import { type Operation, RecordedStorage } from './recorded-storage.ts';

/** One file from its making to its end, with every operation, and what was promised after which of them. */
export interface CutRun {
  readonly model: FileModel;
  readonly operations: readonly Operation[];
  readonly promises: readonly { readonly after: number; readonly state: State }[];
}

/** A mixed file that the seed determines: many datasets, some added late, strings, attributes, partial chunks. */
export async function recordRun(seed: number): Promise<CutRun> {
  const random = new Random(seed);
  const storage = new RecordedStorage();
  const file = await createHdf5File(storage, { commitIntervalMs: 0 });
  const model = new FileModel(file);
  const promises = [{ after: storage.operations.length, state: model.state() }];
  const underWay: Promise<void>[] = [];
  const promised = async (state: State, done: Promise<void>) => {
    await done;
    promises.push({ after: storage.operations.length, state });
  };
  const commit = async () => {
    const done = promised(model.state(), file.commit());
    underWay.push(done);
    // Half of the time the file grows on while it is committed.
    if (random.chance(0.5)) await done;
  };
  const [steps, mostRows] = random.pick([
    [30, 3],
    [60, 1],
    [60, 40],
    [40, 400],
    [300, 5],
  ] as const);
  await fill(model, random, { steps, mostRows, commit });
  await Promise.all(underWay);
  await promised(model.state(), file.close());
  return { model, operations: storage.operations, promises };
}

export interface Cut {
  readonly how: string;
  readonly image: DiskImage;
  /** What the file must hold at least. */
  readonly state: State;
  readonly isClosed: boolean;
}

/** The cut `index` of `count`, spread evenly over the operations after the one that made the file. */
export function cutOf({ operations, promises }: CutRun, index: number, count: number, seed: number): Cut {
  const random = new Random(seed * 7919 + index);
  const first = promises[0]?.after ?? 0;
  const at = first + Math.round((index / Math.max(1, count - 1)) * (operations.length - first));
  const isKill = random.chance(0.4);
  const state = promises.findLast(({ after }) => after <= at)?.state ?? {};
  return {
    how: `${isKill ? 'kill -9' : 'power cut'} at operation ${at} of ${operations.length}`,
    image: isKill ? afterKill(operations, at, random) : afterPowerCut(operations, at, random),
    state,
    isClosed: at === operations.length,
  };
}
