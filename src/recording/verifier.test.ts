import { expect, test } from 'vitest';
import { compress } from '../bsread/compression/index.ts';
import { type Verdict, Verifier } from './verifier.ts';

const sizeBytes = 64 * 1024 ** 2;
const form = { compression: 'lz4', elementBytes: 2, byteOrder: 'little', sizeBytes } as const;

test('what takes long to decode is bounded as well as what takes space: dark images are small, and slow', async () => {
  const verifier = new Verifier();
  const verdicts: Verdict[] = [];
  const dark = compress(new Uint8Array(sizeBytes), form);
  const isTaken = Array.from({ length: 6 }, () =>
    verifier.check(dark, form, (verdict) => verdicts.push(verdict)),
  );
  expect(isTaken).toEqual([true, true, true, true, false, false]);
  expect(verifier.unverified).toBe(2);
  await new Promise<void>((resolve) => verifier.whenIdle(resolve));
  expect(verdicts).toEqual([undefined, undefined, undefined, undefined]);
  expect(verifier.check(dark, form, () => undefined)).toBe(true);
  await verifier.close();
});
