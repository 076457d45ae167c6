import { rmSync, writeFileSync } from 'node:fs';
import { type ForeignName, findProgram, foreign } from '../test/support/require-server.ts';
import { run } from './run.ts';

/** Debian asks this file whether a package may start its service; 101 means no. */
const policyFile = '/usr/sbin/policy-rc.d';

/** Whether {@link installDebian} may try: Debian's installer is here, and we are root. */
export function mayInstallDebian(): boolean {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

/**
 * Installs Debian packages without starting their services. Gives false when that did not work; apt-get has said
 * why by then.
 */
export async function installDebian(...packages: string[]): Promise<boolean> {
  console.log(`installing ${packages.join(' ')} (apt-get)`);
  const ours = forbidServices();
  // On Ctrl-C apt-get ends by itself, and we live on to take the policy file away again.
  const stay = () => {};
  process.on('SIGINT', stay);
  try {
    return (
      (await aptGet('install', packages)) || ((await aptGet('update')) && (await aptGet('install', packages)))
    );
  } finally {
    process.off('SIGINT', stay);
    if (ours) rmSync(policyFile, { force: true });
  }
}

/** @throws an error of one line when these programs are not here and cannot be installed */
export async function needForeign(name: ForeignName): Promise<void> {
  const { packages, isHere } = foreign[name];
  if (isHere() || (mayInstallDebian() && (await installDebian(...packages)))) return;
  throw new Error(`${name} is needed (Debian: apt-get install ${packages.join(' ')})`);
}

async function aptGet(verb: string, packages: readonly string[] = []): Promise<boolean> {
  const args = ['-qq', '-y', '-o', 'Dpkg::Use-Pty=0', '--no-install-recommends', verb, ...packages];
  return (await run('apt-get', args, { DEBIAN_FRONTEND: 'noninteractive' })) === 0;
}

/** Whether the policy file is new and so ours to remove; one that stands already is left alone. */
function forbidServices(): boolean {
  try {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}
