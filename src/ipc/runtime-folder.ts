import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
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
 * @throws the system's error; an error when the folder is there and is not ours, the owner's or the group's that shares
 * `folder`: anybody may make names in /tmp.
 */
export function makeRuntimeFolder(folder: string): string {
  const path = runtimeFolder(folder);
  const shared = statSync(folder);
  const groupMayWrite = (shared.mode & 0o020) !== 0;
  try {
    mkdirSync(path, { mode: 0o700 });
    if (groupMayWrite) {
      chownSync(path, -1, shared.gid);
      chmodSync(path, 0o2770);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  const isOurs = found.uid === process.getuid?.() || found.uid === shared.uid;
  const isTheGroups = groupMayWrite && found.gid === shared.gid;
  if (!found.isDirectory() || (found.mode & 0o002) !== 0 || !(isOurs || isTheGroups)) {
    throw new Error(`${path} belongs to somebody else`);
  }
  return path;
}
