import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

export interface Doorbell {
  /** Stops listening and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens for rings on a socket `<name>.<pid>.<random>` in the runtime folder. Once this resolves, every later
 * {@link Ringer.ring} calls `onRing`; rings that come together may be one call.
 *
 * @throws the system's error when the socket cannot be made.
 */
export async function openDoorbell(folder: string, name: string, onRing: () => void): Promise<Doorbell> {
  const path = join(folder, `${name}.${process.pid}.${randomBytes(4).toString('hex')}`);
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.unref();
    caller.on('data', onRing);
    // To come to the door is a ring too: a process that writes once and ends may be gone before its byte is out.
    onRing();
    caller.on('error', () => caller.destroy());
    caller.on('close', () => callers.delete(caller));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // Whoever may enter the folder may ring.
  chmodSync(path, 0o666);
  return {
    close: () =>
      new Promise((resolve) => {
        rmSync(path, { force: true });
        server.close(() => resolve());
        for (const caller of callers) caller.destroy();
      }),
  };
}
