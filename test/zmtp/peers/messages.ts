import fc from 'fast-check';
import type { Message } from './message.ts';

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
