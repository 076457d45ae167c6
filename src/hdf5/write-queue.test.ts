import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Hdf5Storage } from './storage.ts';
import { WriteQueue } from './write-queue.ts';

/** A disk that does what it is asked to in any order, as far as it may, and says how much it was asked at a time. */
class HastyDisk implements Hdf5Storage {
  bytes = new Uint8Array(0);
  mostCalls = 0;
  #calls = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  async writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
    this.mostCalls = Math.max(this.mostCalls, ++this.#calls);
    for (let turns = Math.floor(this.#random() * 4); turns > 0; turns--) await turn();
    const all = bytes instanceof Uint8Array ? bytes : Buffer.concat(bytes);
    const end = position + all.length;
    if (end > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, new Uint8Array(end - this.bytes.length)]);
    this.bytes.set(all, position);
    this.#calls--;
  }

  async truncate(sizeBytes: number): Promise<void> {
    expect(this.#calls).toBe(0);
    const cut = new Uint8Array(sizeBytes);
    cut.set(this.bytes.subarray(0, sizeBytes));
    this.bytes = cut;
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'what is written to one place stands in the order in which it came: seed %i',
  async (seed) => {
    const random = randomOf(seed);
    const disk = new HastyDisk(random);
    const queue = new WriteQueue(disk, 1024);
    const expected = new Uint8Array(100_000);
    let position = 0;
    for (let number = 0; number < 3000; number++) {
      // On from there, mostly, or over what was written before.
      position = random() < 0.9 ? position + Math.floor(random() * 3) * 7 : Math.floor(random() * 60_000);
      const bytes = new Uint8Array(1 + Math.floor(random() * 20)).fill(1 + (number % 255));
      queue.write(position, bytes);
      expected.set(bytes, position);
      position += bytes.length;
      if (random() < 0.01) queue.truncate(expected.length);
      if (random() < 0.01) await turn();
    }
    queue.truncate(expected.length);
    await queue.drain();
    expect(Buffer.compare(disk.bytes, expected)).toBe(0);
    expect(disk.mostCalls).toBeGreaterThan(4);
  },
);

test('who wants to know when bytes are written is told then, and once', async () => {
  const disk = new HastyDisk(() => 0.9);
  const queue = new WriteQueue(disk, 1024);
  const told: [number, number | undefined][] = [];
  for (const position of [0, 1, 50]) {
    queue.write(position, Uint8Array.of(7), () => told.push([position, disk.bytes[position]]));
  }
  expect(told).toEqual([]);
  await queue.drain();
  expect(told).toEqual([
    [0, 7],
    [1, 7],
    [50, 7],
  ]);
});

test('one call that fails is the failure of all, and what goes on beside it is waited for', async () => {
  const disk = new HastyDisk(() => 0.9);
  const failing: Hdf5Storage = {
    writeAt: (position, bytes) =>
      position === 200 ? Promise.reject(new Error('no room')) : disk.writeAt(position, bytes),
    truncate: (sizeBytes) => disk.truncate(sizeBytes),
    sync: () => disk.sync(),
    close: () => disk.close(),
  };
  const queue = new WriteQueue(failing, 1024);
  const told: number[] = [];
  for (let position = 0; position < 500; position += 100) {
    queue.write(position, Uint8Array.of(1), () => told.push(position));
  }
  await expect(queue.drain()).rejects.toThrow('no room');
  expect(disk.bytes.length).toBe(401);
  expect(told).toEqual([]);
});
