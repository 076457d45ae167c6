import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
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

/** How often it is looked whether the name is still there. */
const lookMs = 2000;

/**
 * Listens for those who share `folder` on a socket `<name>.<pid>.<random>` in its runtime folder. The name is there from
 * the moment on that the socket answers, so one that refuses is of a process that is gone. Where somebody takes the name
 * or the whole folder away (a cleaner of /tmp), it is made again within seconds, and `onBack` is called: who came
 * meanwhile has not seen us.
 *
 * @throws the system's error when the socket cannot be made.
 */
export async function openPresence(
  folder: string,
  name: string,
  onCaller: (caller: Socket) => void,
  onBack: () => void,
): Promise<Presence> {
  const presence = new OpenPresence(folder, name, onCaller);
  await presence.appear();
  presence.look(onBack);
  return presence;
}

class OpenPresence implements Presence {
  readonly id: string;
  readonly #folder: string;
  readonly #onCaller: (caller: Socket) => void;
  readonly #callers = new Set<Socket>();
  #server: Server | undefined;
  /** Where it is. */
  #path = '';
  #looking: NodeJS.Timeout | undefined;
  #appearing: Promise<void> | undefined;

  constructor(folder: string, name: string, onCaller: (caller: Socket) => void) {
    this.id = `${name}.${process.pid}.${randomBytes(4).toString('hex')}`;
    this.#folder = folder;
    this.#onCaller = onCaller;
  }

  async appear(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#listenIn(makeRuntimeFolder(this.#folder));
        return;
      } catch (error) {
        if (!isMissing(error) || attempt === attempts) throw error;
      }
    }
  }

  look(onBack: () => void): void {
    const look = async () => {
      if (existsSync(this.#path)) return;
      this.#server?.close();
      await this.appear();
      if (this.#looking !== undefined) onBack();
    };
    this.#looking = setInterval(() => {
      // Where it cannot be made now, it is tried again.
      this.#appearing ??= look()
        .catch(() => {})
        .finally(() => {
          this.#appearing = undefined;
        });
    }, lookMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#looking = undefined;
    await this.#appearing;
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve());
    this.#leave(this.#path);
    for (const caller of this.#callers) caller.destroy();
    await closed;
  }

  async #listenIn(runtime: string): Promise<void> {
    const server = createServer((caller) => {
      this.#callers.add(caller);
      caller.on('error', () => caller.destroy());
      caller.on('close', () => this.#callers.delete(caller));
      this.#onCaller(caller);
    });
    // A socket refuses callers until it listens, and one that refuses is taken away: only then it gets its name.
    const hidden = join(runtime, `.${this.id}`);
    const path = join(runtime, this.id);
    try {
      await listen(server, hidden);
      // Whoever may enter the folder may call.
      chmodSync(hidden, 0o666);
      renameSync(hidden, path);
    } catch (error) {
      server.close();
      this.#leave(path);
      throw error;
    }
    this.#server = server;
    this.#path = path;
  }

  #leave(path: string): void {
    remove(path);
    removeIfEmpty(dirname(path));
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
