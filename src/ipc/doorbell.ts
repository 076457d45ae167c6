import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeRuntimeFolder } from './runtime-folder.ts';

export interface Doorbell {
  /** Stops listening and removes the socket. */
  close(): Promise<void>;
}

/** The folder may vanish between its making and the socket's, when its last listener leaves. */
const attempts = 10;

/**
 * Listens for rings of those who share `folder` on a socket `<name>.<pid>.<random>` in its runtime folder. Once this
 * resolves, every later {@link Ringer.ring} calls `onRing`; rings that come together may be one call.
 *
 * @throws the system's error when the socket cannot be made.
 */
export async function openDoorbell(folder: string, name: string, onRing: () => void): Promise<Doorbell> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await hang(makeRuntimeFolder(folder), name, onRing);
    } catch (error) {
      if (!isMissing(error) || attempt === attempts) throw error;
    }
  }
}

async function hang(runtime: string, name: string, onRing: () => void): Promise<Doorbell> {
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.unref();
    caller.on('data', onRing);
    caller.on('error', () => caller.destroy());
    caller.on('close', () => callers.delete(caller));
    // To come to the door is a ring too: a process that writes once and ends may be gone before its byte is out.
    onRing();
  });
  const own = `${name}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const path = join(runtime, own);
  const close = () =>
    new Promise<void>((resolve) => {
      remove(path);
      removeIfEmpty(runtime);
      server.close(() => resolve());
      for (const caller of callers) caller.destroy();
    });
  try {
    // A socket refuses callers until it listens, and one that refuses is taken away: only then it gets its name.
    const hidden = join(runtime, `.${own}`);
    await listen(server, hidden);
    // Whoever may enter the folder may ring.
    chmodSync(hidden, 0o666);
    renameSync(hidden, path);
    return { close };
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
    // It lies in a folder that was taken from us: whoever rings there finds nobody.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else listens there.
  }
}
