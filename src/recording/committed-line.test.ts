import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { createHdf5File } from '../hdf5/index.ts';
import { verifyRecording } from './verify-recording.ts';

/** A file whose writer was killed: its ledger has a line for each commit, and its channel so many rows. */
async function killedFile(folder: string, writtenLines: readonly number[], rows: number): Promise<string> {
  await using file = await createHdf5File(join(folder, 'run.h5'));
  const own = file.root.group('recording');
  const ledger = own.group('ledger');
  const numbers = (count: number) => BigInt64Array.from({ length: count }, (_, i) => BigInt(i));
  for (const name of ['received', 'written']) {
    ledger.dataset(name, { type: 'int64' }).append(writtenLines.map(BigInt));
  }
  own.dataset('pulse_id', { type: 'int64' }).append(numbers(writtenLines.at(-1) ?? 0));
  const channel = file.root.group('data').group('N');
  channel.dataset('is_data_present', { type: 'uint8' }).append(new Uint8Array(rows).fill(1));
  for (const name of ['timestamp', 'data', 'pulse_id']) {
    channel.dataset(name, { type: 'int64' }).append(numbers(rows));
  }
  await file.commit();
  const killed = join(folder, 'killed.h5');
  copyFileSync(join(folder, 'run.h5'), killed);
  return killed;
}

describe('a file whose writer was killed', () => {
  test.each([
    ['in the midst of a commit whose line is there', [10, 30], 12, 10],
    ['in the midst of its first commit', [30], 12, 0],
    ['between two commits', [10, 30], 30, 30],
    ['before it had any', [], 0, 0],
  ])('%s has what was committed', async (_, lines, rows, written) => {
    using folder = temporaryFolder();
    const verification = await verifyRecording(await killedFile(folder.path, lines, rows));
    expect(verification).toMatchObject({ isWhole: false, received: written, written });
    expect(verification.problems).toEqual([expect.stringContaining(`${written} messages are whole`)]);
  });

  test('and which lacks rows of a commit before the last is told of', async () => {
    using folder = temporaryFolder();
    const { problems } = await verifyRecording(await killedFile(folder.path, [10, 30], 9));
    expect(problems).toContain('/data/N/data has 9 rows of 10');
  });
});
