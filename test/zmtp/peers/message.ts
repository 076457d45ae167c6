import { createHash } from 'node:crypto';
import fc from 'fast-check';

/** A message that any process, in any language, makes for itself: the sizes of its frames, and a label for their bytes. */
export interface Message {
  readonly label: string;
  readonly sizesBytes: readonly number[];
}

/** The frames of a message: SHAKE-128 of its label, cut into these sizes. */
export function framesOf({ label, sizesBytes }: Message): Buffer[] {
  const outputLength = sizesBytes.reduce((sum, size) => sum + size, 0);
  const bytes = outputLength === 0 ? Buffer.alloc(0) : shake(label, outputLength);
  let at = 0;
  return sizesBytes.map((size) => {
    at += size;
    return bytes.subarray(at - size, at);
  });
}

function shake(label: string, outputLength: number): Buffer {
  return createHash('shake128', { outputLength }).update(label).digest();
}

/** A line that tells messages apart by every byte and every boundary, and is short enough to be read. */
export function summaryOf(frames: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(frames.map((frame) => frame.length)));
  for (const frame of frames) hash.update(frame);
  const sizes = frames.slice(0, 4).map((frame) => frame.length);
  const more = frames.length > sizes.length ? ', …' : '';
  return `${frames.length} frames (${sizes.join(', ')}${more}) ${hash.digest('hex').slice(0, 16)}`;
}

const kib = 1024;

/** Sizes on both sides of where the wire changes its form, and where buffers end. */
const frameSize = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 254, 255, 256, 257, 8 * kib, 64 * kib) },
  { weight: 4, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.nat(70 * kib) },
);

const someSizes = fc.oneof(
  { weight: 3, arbitrary: fc.array(frameSize, { minLength: 1, maxLength: 3 }) },
  { weight: 3, arbitrary: fc.array(frameSize, { minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.array(fc.nat(16), { minLength: 500, maxLength: 1500, size: 'max' }) },
);

/** The same `count` messages for the same seed. */
export function randomMessages(seed: number, count: number): Message[] {
  return fc
    .sample(someSizes, { seed, numRuns: count })
    .map((sizesBytes, i) => ({ label: `${seed} ${i}`, sizesBytes }));
}

/** The ends of what is measured: nothing at all, 8 MiB in one piece, and 5 000 frames. */
export const extremeMessages: readonly Message[] = [
  { label: 'nothing', sizesBytes: [0] },
  { label: 'nothing twice', sizesBytes: [0, 0] },
  { label: 'large', sizesBytes: [8 * kib * kib] },
  { label: 'large among small', sizesBytes: [1, 8 * kib * kib, 0, 255, 256] },
  { label: 'many', sizesBytes: Array.from({ length: 5000 }, (_, i) => i % 300) },
  { label: 'last', sizesBytes: [1] },
];
