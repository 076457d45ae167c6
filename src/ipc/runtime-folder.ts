import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The same for every process and user, and short: a unix socket's path has at most 104 bytes on some systems. */
const root = '/tmp';

/**
 * The folder for the sockets of those who share `folder`, made when it is missing. It belongs to the folder itself and
 * not to its path, so that a link or a bind mount leads to the same one, and it is open to the same group.
 *
 * @returns undefined when there is none that can be trusted: it is someone else's, or cannot be made.
 * @example runtimeFolder('/data/telescope/.alidade') // '/tmp/alidade-3f9c2a7d51b0e846'
 */
export function runtimeFolder(folder: string): string | undefined {
  const shared = statSync(folder, { bigint: true });
  const name = createHash('sha256').update(`${shared.dev}:${shared.ino}`).digest('hex').slice(0, 16);
  const path = join(root, `alidade-${name}`);
  const groupMayWrite = (Number(shared.mode) & 0o020) !== 0;
  try {
    mkdirSync(path, { mode: 0o700 });
    if (groupMayWrite) {
      chownSync(path, -1, Number(shared.gid));
      chmodSync(path, 0o2770);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined;
  }
  return isTrusted(path, Number(shared.uid), groupMayWrite ? Number(shared.gid) : undefined)
    ? path
    : undefined;
}

/** Anybody may make names in /tmp: a folder counts only if it is ours, the owner's, or the group's that shares the store. */
function isTrusted(path: string, ownerUid: number, gid: number | undefined): boolean {
  try {
    const found = lstatSync(path);
    if (!found.isDirectory() || (found.mode & 0o002) !== 0) return false;
    return found.uid === process.getuid?.() || found.uid === ownerUid || found.gid === gid;
  } catch {
    return false;
  }
}
