import type { Random } from './random.ts';
import type { Operation } from './recorded-storage.ts';

const pageBytes = 4096;

/** The bytes of a file, as operations leave them. */
export class DiskImage {
  #bytes: Buffer = Buffer.alloc(0);
  #sizeBytes = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#sizeBytes);
  }

  apply(operation: Operation): void {
    if (operation.do === 'write') {
      this.#resize(Math.max(this.#sizeBytes, operation.position + operation.bytes.length));
      this.#bytes.set(operation.bytes, operation.position);
    } else if (
      operation.do === 'shrink' ||
      (operation.do === 'extend' && operation.sizeBytes > this.#sizeBytes)
    ) {
      this.#resize(operation.sizeBytes);
    }
  }

  #resize(sizeBytes: number): void {
    if (sizeBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(sizeBytes, 2 * this.#bytes.length));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    if (sizeBytes < this.#sizeBytes) this.#bytes.fill(0, sizeBytes, this.#sizeBytes);
    this.#sizeBytes = sizeBytes;
  }
}

/**
 * What kill -9 in the midst of operation `at` leaves: those before it, and of it the first pages. (A signal does not end
 * the system's copying of one page.)
 */
export function afterKill(operations: readonly Operation[], at: number, random: Random): DiskImage {
  const image = new DiskImage();
  for (const operation of operations.slice(0, at)) image.apply(operation);
  const cut = operations.slice(at, at + 1).flatMap(pieces);
  for (const piece of cut.slice(0, random.whole(0, cut.length))) image.apply(piece);
  return image;
}

/**
 * What a power cut before operation `at` leaves: all that the last sync covered, and of the rest some, in any order, in
 * pieces of 4 KiB.
 */
export function afterPowerCut(operations: readonly Operation[], at: number, random: Random): DiskImage {
  const image = new DiskImage();
  const safe = coveredBySync(operations.slice(0, at));
  for (const operation of operations.slice(0, safe)) image.apply(operation);
  const share = random.pick([0, 0.1, 0.5, 0.9, 1]);
  // A file is made shorter after what was asked before, and before what was asked after.
  for (const stretch of betweenShrinks(operations.slice(safe, at))) {
    for (const piece of random.shuffled(stretch.flatMap(pieces))) {
      if (random.chance(share)) image.apply(piece);
    }
  }
  return image;
}

/** How many of the operations stay in any case. */
function coveredBySync(operations: readonly Operation[]): number {
  return Math.max(0, ...operations.map((operation) => (operation.do === 'sync' ? operation.safe : 0)));
}

function betweenShrinks(operations: readonly Operation[]): Operation[][] {
  const stretches: Operation[][] = [[]];
  for (const operation of operations) {
    if (operation.do === 'shrink') stretches.push([operation], []);
    else stretches.at(-1)?.push(operation);
  }
  return stretches;
}

/** A write as the parts of it that a disk writes as a whole. */
function pieces(operation: Operation): Operation[] {
  if (operation.do !== 'write') return [operation];
  const { position, bytes } = operation;
  const cuts: Operation[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + pageBytes - ((position + at) % pageBytes));
    cuts.push({ do: 'write', position: position + at, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return cuts;
}
