import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeRuntimeFolder } from './runtime-folder.ts';

/** A socket in the runtime folder of what is shared: to have a name there is to be there. */
export interface Presence {
  /** `<name>.<pid>.<random>`; never used twice. */
  readonly id: string;
  /** Takes the name away, stops listening and ends what is still connected. */
  close(): Promise<void>;
}

/** The folder may vanish between its making and the socket's, when its last listener leaves. */
const attempts = 10;

/**
 * Listens for those who share `folder` on a socket `<name>.<pid>.<random>` in its runtime folder. The name is there from
 * the moment on that the socket answers, so one that refuses is of a process that is gone.
 *
 * @throws the system's error when the socket cannot be made.
 */
export async function openPresence(
  folder: string,
  name: string,
  onCaller: (caller: Socket) => void,
): Promise<Presence> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await appear(makeRuntimeFolder(folder), name, onCaller);
    } catch (error) {
      if (!isMissing(error) || attempt === attempts) throw error;
    }
  }
}

async function appear(runtime: string, name: string, onCaller: (caller: Socket) => void): Promise<Presence> {
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.on('error', () => caller.destroy());
    caller.on('close', () => callers.delete(caller));
    onCaller(caller);
  });
  const id = `${name}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const path = join(runtime, id);
  const close = () =>
    new Promise<void>((resolve) => {
      remove(path);
      removeIfEmpty(runtime);
      server.close(() => resolve());
      for (const caller of callers) caller.destroy();
    });
  try {
    // A socket refuses callers until it listens, and one that refuses is taken away: only then it gets its name.
    const hidden = join(runtime, `.${id}`);
    await listen(server, hidden);
    // Whoever may enter the folder may call.
    chmodSync(hidden, 0o666);
    renameSync(hidden, path);
    return { id, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isMissing(error: unknown): boolean {
  // A socket in a folder that is gone fails with EACCES or ENOENT, by platform.
  return ['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It lies in a folder that was taken from us: whoever calls there finds nobody.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else listens there.
  }
}
