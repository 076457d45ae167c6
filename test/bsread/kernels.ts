/** The compressions on each of the two kernels. */
import { compressWith } from '../../src/bsread/compression/compress.ts';
import type { CompressedForm } from '../../src/bsread/compression/compressed-form.ts';
import { decompressWith } from '../../src/bsread/compression/decompress.ts';
import type { Kernel } from '../../src/bsread/compression/kernel.ts';
import { plainKernel } from '../../src/bsread/compression/plain-kernel.ts';
import { wasmKernel } from '../../src/bsread/compression/wasm-kernel.ts';
import { isAlidadeError } from '../../src/shared/errors.ts';

const wasm = wasmKernel();
if (wasm === undefined) throw new Error('this Node.js has no WebAssembly with SIMD');

export const kernels: readonly Kernel[] = [wasm, plainKernel];

/** A round figure of bytes on each side that must stay as they are. */
const guardBytes = 64;

/** What came out, or why nothing did. */
export type Outcome = { readonly value: Uint8Array } | { readonly reason: string };

/** Decompresses into the middle of a larger buffer. @throws when anything outside the value was written */
export function outcomeOf(kernel: Kernel, frame: Uint8Array, form: CompressedForm): Outcome {
  const room = form.sizeBytes ?? form.maxBytes ?? 0;
  const around = new Uint8Array(room + 2 * guardBytes).fill(0xa5);
  const target = around.subarray(guardBytes, guardBytes + room);
  let outcome: Outcome;
  try {
    outcome = { value: decompressWith(kernel, frame, form, target).slice() };
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_DECODE')) throw error;
    outcome = { reason: error.message };
  }
  const guards = [around.subarray(0, guardBytes), around.subarray(guardBytes + room)];
  if (guards.some((guard) => guard.some((byte) => byte !== 0xa5))) {
    throw new Error(`${kernel.name} wrote outside its target`);
  }
  return outcome;
}

export function frameOf(kernel: Kernel, bytes: Uint8Array, form: CompressedForm): Uint8Array {
  return compressWith(kernel, bytes, form);
}
