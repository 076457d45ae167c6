import { afterEach, beforeAll, beforeEach } from 'vitest';
import { buildCommand, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

/** `alidade state` for the tests of a file: each has a folder, and so a store, of its own. */
export function useStateCommand() {
  let folder: ReturnType<typeof temporaryFolder>;
  let shell: Shell;
  beforeAll(buildCommand, 120_000);
  beforeEach(() => {
    folder = temporaryFolder();
    shell = new Shell(folder.path);
  });
  afterEach(() => folder[Symbol.dispose]());
  return {
    get folder(): string {
      return folder.path;
    },
    get shell(): Shell {
      return shell;
    },
    state: (...args: readonly string[]): Promise<Result> => shell.alidade('state', ...args),
    said: (...args: readonly string[]): Promise<string> => shell.said('state', ...args),
    refused: (status: number, ...args: readonly string[]): Promise<string> =>
      shell.refused(status, 'state', ...args),
  };
}
