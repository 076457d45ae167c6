import { createHash } from 'node:crypto';

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

/** Message `i` of a stream: frames that belong to the number, which stands before the first of them. */
export function numbered(i: number, sizesBytes: readonly number[]): Buffer[] {
  const [first = Buffer.alloc(0), ...others] = framesOf({ label: String(i), sizesBytes });
  return [Buffer.concat([Buffer.from(`${i} `), first]), ...others];
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
