import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** The same for every process and user, and short: a unix socket's path has at most 104 bytes on some systems. */
const root = '/tmp';

/**
 * The folder for the sockets of those who share `folder`. It belongs to the folder itself and not to its path, so that
 * a link or a bind mount leads to the same one. It is there while somebody listens.
 *
 * @example runtimeFolder('/data/telescope/.alidade') // '/tmp/alidade-3f9c2a7d51b0e846'
 */
export function runtimeFolder(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 16);
  return join(root, `alidade-${name}`);
}

/**
 * Makes the runtime folder of `folder` where it is missing, open to the same group.
 *
 * @throws the system's error; an error when the folder is there and cannot be trusted.
 */
export function makeRuntimeFolder(folder: string): string {
  const path = runtimeFolder(folder);
  const shared = statSync(folder);
  try {
    mkdirSync(path, { mode: 0o700 });
    // Root may come first; the folder is the owner's all the same.
    const owner = process.getuid?.() === 0 ? shared.uid : -1;
    if (isGroups(shared)) {
      chownSync(path, owner, shared.gid);
      chmodSync(path, 0o2770);
    } else if (owner > 0) chownSync(path, owner, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isTrusted(lstatSync(path), shared)) throw new Error(`${path} belongs to somebody else`);
  return path;
}

/** Whether the runtime folder of `folder` is there and can be trusted: names in it may be called, and taken away. */
export function hasRuntimeFolder(folder: string): boolean {
  try {
    return isTrusted(lstatSync(runtimeFolder(folder)), statSync(folder));
  } catch {
    return false;
  }
}

/** Anybody may make names in /tmp: a folder is trusted that is ours, the owner's or the group's that shares `shared`. */
function isTrusted(found: Stats, shared: Stats): boolean {
  const isOurs = found.uid === process.getuid?.() || found.uid === shared.uid;
  const isTheGroups = isGroups(shared) && found.gid === shared.gid;
  return found.isDirectory() && (found.mode & 0o002) === 0 && (isOurs || isTheGroups);
}

function isGroups({ mode }: Stats): boolean {
  return (mode & 0o020) !== 0;
}
