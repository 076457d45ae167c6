import type { Socket } from 'node:net';
import { call, presentIn } from './present.ts';

const ringByte = Uint8Array.of(1);

/** Rings at every doorbell of one name among those who share a folder. */
export class Ringer {
  #folder: string;
  #name: string;
  #bells = new Map<string, Socket>();

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Returns at once. A new connection is a ring by itself, and a bell that has not heard the last ring yet is not rung
   * again: it will look anyway. */
  ring(): void {
    // Looking at the folder at each ring costs some ten microseconds and can miss nobody.
    for (const name of presentIn(this.#folder, this.#name)) {
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
    const bell = call(this.#folder, name);
    bell.unref();
    this.#bells.set(name, bell);
    bell.on('close', () => this.#bells.delete(name));
    // A doorbell sends nothing; reading is what notices its end.
    bell.resume();
  }
}
