import { randomBytes } from 'node:crypto';
import { chmodSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
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
  const path = await listen(server, folder, name);
  return {
    close: () =>
      new Promise((resolve) => {
        rmSync(path, { force: true });
        removeIfEmpty(dirname(path));
        server.close(() => resolve());
        for (const caller of callers) caller.destroy();
      }),
  };
}

async function listen(server: Server, folder: string, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const path = join(makeRuntimeFolder(folder), `${name}.${process.pid}.${randomBytes(4).toString('hex')}`);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, () => {
          server.off('error', reject);
          resolve();
        });
      });
      // Whoever may enter the folder may ring.
      chmodSync(path, 0o666);
      return path;
    } catch (error) {
      if (!isMissing(error) || attempt === attempts) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  // A socket in a folder that is gone fails with EACCES or ENOENT, by platform.
  return ['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else listens there.
  }
}
