import { accessSync, appendFileSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where `program` lies on PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/**
 * Whether a suite that needs a real server can run. Without the server the suite is skipped, and its name goes to the
 * file that ALIDADE_SKIPPED names, so that the test command can count it; where CI is set this is a failure.
 *
 * @example describe.skipIf(!requireServer('redis-server', 'store on Redis'))('…', () => {});
 */
export function requireServer(program: string, suite: string): boolean {
  if (findProgram(program) !== undefined) return true;
  if (process.env.CI) throw new Error(`${suite}: ${program} is not on PATH, and in CI no suite is skipped`);
  if (process.env.ALIDADE_SKIPPED) appendFileSync(process.env.ALIDADE_SKIPPED, `${program}\t${suite}\n`);
  return false;
}
