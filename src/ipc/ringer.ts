import { readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { hasRuntimeFolder, runtimeFolder } from './runtime-folder.ts';

const ringByte = Uint8Array.of(1);

/** Rings at every doorbell of one name among those who share a folder. */
export class Ringer {
  #shared: string;
  #folder: string;
  #name: string;
  #bells = new Map<string, Socket>();

  constructor(folder: string, name: string) {
    this.#shared = folder;
    this.#folder = runtimeFolder(folder);
    this.#name = name;
  }

  /** Returns at once. A new connection is a ring by itself, and a bell that has not heard the last ring yet is not rung
   * again: it will look anyway. */
  ring(): void {
    // Looking at the folder at each ring costs some ten microseconds and can miss nobody.
    for (const name of doorbellsOf(this.#shared, this.#name)) {
      const bell = this.#bells.get(name);
      if (bell === undefined) this.#connect(name);
      // Also while it connects: the door may have been answered already, before the last commit.
      else if (bell.writableLength === 0) bell.write(ringByte);
    }
  }

  close(): void {
    for (const bell of this.#bells.values()) bell.destroy();
    this.#bells.clear();
  }

  #connect(name: string): void {
    const path = join(this.#folder, name);
    const bell = connect(path);
    bell.unref();
    this.#bells.set(name, bell);
    bell.on('error', (error: NodeJS.ErrnoException) => {
      // Names are never used twice and stand for sockets that listen: one that refuses is of a process that is gone.
      if (error.code === 'ECONNREFUSED' && hasRuntimeFolder(this.#shared)) rmSync(path, { force: true });
    });
    bell.on('close', () => this.#bells.delete(name));
    // A doorbell sends nothing; reading is what notices its end.
    bell.resume();
  }
}

/** The sockets of the doorbells of one name among those who share `folder`; those of killed processes too. */
export function doorbellsOf(folder: string, name: string): string[] {
  if (!hasRuntimeFolder(folder)) return [];
  try {
    return readdirSync(runtimeFolder(folder)).filter((bell) => bell.startsWith(`${name}.`));
  } catch {
    return [];
  }
}
