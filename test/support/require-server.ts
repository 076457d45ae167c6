import { spawnSync } from 'node:child_process';
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

/** Programs of others that suites need. */
interface Foreign {
  /** Debian's packages that bring them; their names need not be those of the programs. */
  readonly packages: readonly string[];
  isHere(): boolean;
}

/** Debian's own Python has what Debian's packages bring; the first python3 on PATH may be another. */
export const debianPython = '/usr/bin/python3';

const readsItAll = 'import h5py, sys; sys.exit(not all(map(h5py.h5z.filter_avail, (32004, 32008))))';

export const foreign = {
  'redis-server': { packages: ['redis-server'], isHere: () => findProgram('redis-server') !== undefined },
  'rabbitmq-server': {
    packages: ['rabbitmq-server'],
    isHere: () => findProgram('rabbitmq-server') !== undefined,
  },
  'h5py and h5dump': {
    packages: ['python3-h5py', 'hdf5-tools', 'hdf5-filter-plugin', 'bitshuffle'],
    isHere: () =>
      findProgram('h5dump') !== undefined && spawnSync(debianPython, ['-c', readsItAll]).status === 0,
  },
} as const satisfies Record<string, Foreign>;

export type ForeignName = keyof typeof foreign;

/**
 * Whether a suite that needs a real server, or other programs of others, can run. Without them the suite is skipped,
 * and its name goes to the file that ALIDADE_SKIPPED names, so that the test command can count it; where CI is set this
 * is a failure.
 *
 * @example describe.skipIf(!requireServer('redis-server', 'store on Redis'))('…', () => {});
 */
export function requireServer(name: ForeignName, suite: string): boolean {
  if (foreign[name].isHere()) return true;
  if (process.env.CI) throw new Error(`${suite}: ${name} is missing, and in CI no suite is skipped`);
  if (process.env.ALIDADE_SKIPPED) appendFileSync(process.env.ALIDADE_SKIPPED, `${name}\t${suite}\n`);
  return false;
}
