import { Decoder, type DecoderLimits } from '../../../src/zmtp/wire/decoder.ts';
import { ProtocolError } from '../../../src/zmtp/wire/protocol-error.ts';
import { heardCommand, heardMessage } from './wire-bytes.ts';

const wideLimits: DecoderLimits = {
  maxFrameBytes: 1_000_000,
  maxMessageBytes: 2_000_000,
  maxFramesPerMessage: 100,
};

/**
 * What a decoder makes of bytes that come in these chunks: a line for each thing heard, and last what it refused, if it
 * did.
 *
 * @throws what is no {@link ProtocolError}
 */
export function decoded(chunks: readonly Uint8Array[], limits: DecoderLimits = wideLimits): string[] {
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
    for (const chunk of chunks) decoder.push(chunk);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    heard.push(`refused: ${error.violation}`);
  }
  return heard;
}

function judge(frames: readonly Uint8Array[], limits: DecoderLimits): void {
  const sizes = frames.map((frame) => frame.length);
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length > limits.maxFramesPerMessage) throw new Error(`${sizes.length} frames were let through`);
  if (Math.max(...sizes) > limits.maxFrameBytes) throw new Error('a frame that is too large was let through');
  if (sum > limits.maxMessageBytes) throw new Error('a message that is too large was let through');
}
