import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A fenced block of a README; one that has a name goes on until it is ended. */
export interface ReadmeBlock {
  readonly name: string | undefined;
  readonly command: string;
}

/** The shell commands of a README in their order, for the built command. */
export function readmeBlocks(path: string): ReadmeBlock[] {
  const readme = readFileSync(path, 'utf8');
  return [...readme.matchAll(/^```sh(?: (\w+))?\n(.*?)^```$/gms)].map(([, name, command = '']) => ({
    name,
    command: command.trim().replaceAll('npx ', ''),
  }));
}

/** Waits for a line on either output. */
export async function said(child: ChildProcess, what: RegExp): Promise<void> {
  const { promise, resolve: found } = Promise.withResolvers<void>();
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) createInterface({ input }).on('line', (line) => what.test(line) && found());
  }
  await promise;
}
