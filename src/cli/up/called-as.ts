import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative, resolve } from 'node:path';

/** How this process was called. */
export interface Call {
  /** `process.argv[1]`. */
  readonly script: string | undefined;
  /** Where the user stands. */
  readonly folder: string;
  /** $PATH */
  readonly path: string | undefined;
  /** The folder of this package. */
  readonly packageFolder: string;
}

/** Words that call this program again from the same folder: `alidade`, `npx alidade` or a path. */
export function calledAs({ script, folder, path = '', packageFolder }: Call): string {
  const inPath = path.split(delimiter).some((entry) => {
    // npm and npx put folders of their own there, which a second shell does not have.
    return entry !== '' && !isOfNpm(entry) && isSame(join(entry, 'alidade'), script);
  });
  if (inPath) return 'alidade';
  if (script === undefined || script.includes('/_npx/') || npxFinds(folder, packageFolder))
    return 'npx alidade';
  const own = join(packageFolder, 'bin/alidade.cjs');
  const called = basename(script) === 'alidade' ? script : existsSync(own) ? own : script;
  const way = relative(folder, called);
  const shown = way.startsWith('../..') ? called : way.includes('/') ? way : `./${way}`;
  return isExecutable(called) ? quoted(shown) : `node ${quoted(shown)}`;
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** npx looks from here upwards for an installed package; the nearest package.json may also be our own. */
function npxFinds(folder: string, packageFolder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (isSame(at, packageFolder) || existsSync(join(at, 'node_modules/.bin/alidade'))) return true;
    if (existsSync(join(at, 'package.json')) || dirname(at) === at) return false;
  }
}

function isOfNpm(folder: string): boolean {
  return folder.endsWith('node_modules/.bin') || folder.includes('/_npx/');
}

function isSame(a: string, b: string | undefined): boolean {
  try {
    return b !== undefined && realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
