import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { AlidadeError } from '../shared/errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks before something is done that should not happen by accident.
 *
 * @param what a sentence: `this removes all 3 keys of …`
 * @throws ALI_NOT_CONFIRMED unless the answer is yes, or nobody sits at the terminal
 */
export async function confirm(what: string, { stdin, stderr }: Terminal): Promise<void> {
  if (stdin.isTTY !== true) {
    throw new AlidadeError('ALI_NOT_CONFIRMED', `${what}: say --yes if you mean it`);
  }
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    // Ctrl-C and Ctrl-D are no answer; before Node.js 24 the question itself does not end with them.
    const closed = once(lines, 'close').then(() => '');
    const answer = lines.question(`${what}. Really? [y/N] `).catch(() => '');
    if (/^y(?:es)?$/i.test((await Promise.race([answer, closed])).trim())) return;
  } finally {
    lines.close();
  }
  throw new AlidadeError('ALI_NOT_CONFIRMED', `${what}: it was not done`);
}
