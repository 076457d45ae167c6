/** LZF turns at least three bytes into at most 264. */
export const maxLzfRatio = 264 / 3;

/**
 * Decompresses one LZF block (M. Lehmann's LibLZF, the compression of strings in RDB files) into exactly
 * `outputBytes`. A control byte below 32 is followed by that many literal bytes plus one; any other is a copy from
 * what was written: its upper three bits are the length (7: one more byte adds to it) less 2, the rest and the next
 * byte the distance less 1.
 *
 * @returns `undefined` when the block is damaged or gives another number of bytes.
 */
export function decompressLzf(input: Uint8Array, outputBytes: number): Uint8Array | undefined {
  if (outputBytes > input.length * maxLzfRatio) return undefined;
  const output = new Uint8Array(outputBytes);
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const control = input[from++] as number;
    if (control < 32) {
      const length = control + 1;
      if (from + length > input.length || to + length > outputBytes) return undefined;
      for (let i = 0; i < length; i++) output[to++] = input[from++] as number;
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (from >= input.length) return undefined;
      length += input[from++] as number;
    }
    length += 2;
    if (from >= input.length) return undefined;
    let source = to - ((control & 31) << 8) - (input[from++] as number) - 1;
    if (source < 0 || to + length > outputBytes) return undefined;
    for (let i = 0; i < length; i++) output[to++] = output[source++] as number;
  }
  return to === outputBytes ? output : undefined;
}
