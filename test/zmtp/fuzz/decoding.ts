import { Decoder, type DecoderLimits } from '../../../src/zmtp/wire/decoder.ts';
import { ProtocolError } from '../../../src/zmtp/wire/protocol-error.ts';
import { heardCommand, heardMessage } from './wire-bytes.ts';

const wideLimits: DecoderLimits = {
  maxFrameBytes: 1_000_000,
  maxMessageBytes: 2_000_000,
  maxFramesPerMessage: 100,
};

export interface DecodingOptions {
  readonly limits?: DecoderLimits;
  /** Where so much of a frame is wanting, it is put into the memory of the frame. */
  readonly roomFromBytes?: number;
}

/**
 * What a decoder makes of bytes that come in these chunks: a line for each thing heard, and last what it refused, if it
 * did.
 *
 * @throws what is no {@link ProtocolError}
 */
export function decoded(
  chunks: readonly Uint8Array[],
  { limits = wideLimits, roomFromBytes }: DecodingOptions = {},
): string[] {
  const heard: string[] = [];
  const decoder = new Decoder(limits, {
    onGreeting: ({ major, minor }) => heard.push(`greeting ${major}.${minor}`),
    onCommand: ({ name, data }) => heard.push(heardCommand(name, data)),
    onMessage: (frames, sizeBytes) => {
      const sum = frames.reduce((total, frame) => total + frame.length, 0);
      if (sum !== sizeBytes) throw new Error(`a message of ${sum} bytes is told to have ${sizeBytes}`);
      judge(frames, limits);
      heard.push(heardMessage(frames));
    },
  });
  try {
    for (const chunk of chunks) feed(decoder, chunk, roomFromBytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    heard.push(`refused: ${error.violation}`);
  }
  return heard;
}

/** Puts into the frame that has begun what belongs there, as who reads into the memory of the decoder does. */
function feed(decoder: Decoder, chunk: Uint8Array, roomFromBytes: number | undefined): void {
  let rest = chunk;
  while (roomFromBytes !== undefined && rest.length > 0) {
    const room = decoder.roomInBody(roomFromBytes);
    if (room === undefined) break;
    const part = rest.subarray(0, room.length);
    room.set(part);
    decoder.arrivedInBody(part.length);
    rest = rest.subarray(part.length);
  }
  // A copy: the decoder moves long frames in what it is given, and the same bytes are decoded again and again.
  if (rest.length > 0) decoder.push(new Uint8Array(rest));
}

function judge(frames: readonly Uint8Array[], limits: DecoderLimits): void {
  const sizes = frames.map((frame) => frame.length);
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length > limits.maxFramesPerMessage) throw new Error(`${sizes.length} frames were let through`);
  if (Math.max(...sizes) > limits.maxFrameBytes) throw new Error('a frame that is too large was let through');
  if (sum > limits.maxMessageBytes) throw new Error('a message that is too large was let through');
}
