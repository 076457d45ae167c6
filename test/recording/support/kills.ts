import { join } from 'node:path';
import { verifyRecording } from '../../../src/recording/index.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { runProgram } from '../../support/program.ts';
import type { Reader } from './reader.ts';

const program = new URL('../programs/writer.ts', import.meta.url);

/**
 * Kills a writer at a random moment, and has h5py and our own check read its file.
 *
 * @returns what is wrong with it; undefined for nothing
 */
export async function killAndRead(reader: Reader): Promise<string | undefined> {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  await using writer = runProgram(program, [file]);
  let promised = 0;
  for (let lines = Math.ceil(Math.random() * 6); lines > 0; lines--) promised = Number(await writer.line());
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
  writer.child.kill('SIGKILL');
  await writer.ended;
  promised = Number(writer.lines.at(-1) ?? promised);
  try {
    const rows = await reader.readTold(file, promised);
    const { written, problems } = await verifyRecording(file);
    const [unclosed, ...more] = problems;
    if (!unclosed?.startsWith('it was not closed')) return `nobody said that it was not closed: ${unclosed}`;
    if (more.length > 0) return more.join('; ');
    if (written < promised || written > rows)
      return `${written} messages in the ledger, ${promised} promised, ${rows} read`;
  } catch (error) {
    return String(error);
  }
  return undefined;
}
