import type { Item, ReadDataset, ReadGroup } from '../hdf5/index.ts';
import { isAlidadeError } from '../shared/errors.ts';

/** What the ledger says with a commit: running sums. */
export interface LedgerLine {
  readonly received: number;
  readonly written: number;
}

/**
 * The ledger of the last commit that is whole, in a file that was not closed. What makes a commit visible reaches the disk
 * in any order, so that a line may be there, when the writer is killed, and rows that it tells of are not. That can only
 * be the last line: the commit before it was synced, and its line counts then.
 */
export async function committedLine(own: ReadGroup, data: ReadGroup): Promise<LedgerLine> {
  const ledger = await own.group('ledger');
  const [received, written] = [await ledger?.dataset('received'), await ledger?.dataset('written')];
  const lines = Math.min(received?.rows ?? 0, written?.rows ?? 0);
  const lineAt = async (at: number): Promise<LedgerLine> => ({
    received: numberOf((await received?.items(at, 1))?.[0]),
    written: numberOf((await written?.items(at, 1))?.[0]),
  });
  const none = { received: 0, written: 0 };
  if (lines === 0) return none;
  const last = await lineAt(lines - 1);
  if (last.written <= (await fewestRows(own, data))) return last;
  return lines === 1 ? none : lineAt(lines - 2);
}

/** Of all datasets that have a row for each message. */
async function fewestRows(own: ReadGroup, data: ReadGroup): Promise<number> {
  let fewest = await rowsOf(() => own.dataset('pulse_id'));
  for (const name of data.names) {
    for (const each of ['is_data_present', 'timestamp', 'data']) {
      fewest = Math.min(fewest, await rowsOf(async () => (await data.group(name))?.dataset(each)));
    }
  }
  return fewest;
}

/** Infinity where there is none, or it cannot be read, which is told elsewhere. */
async function rowsOf(open: () => Promise<ReadDataset | undefined>): Promise<number> {
  try {
    return (await open())?.rows ?? Infinity;
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_HDF5_DAMAGED')) throw error;
    return Infinity;
  }
}

export function numberOf(item: Item | undefined): number {
  return typeof item === 'bigint' || typeof item === 'number' ? Number(item) : Number.NaN;
}
