import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Decoder } from '../../../src/zmtp/wire/decoder.ts';
import { Encoder } from '../../../src/zmtp/wire/encoder.ts';
import { ProtocolError } from '../../../src/zmtp/wire/protocol-error.ts';
import type { Property } from '../../support/run-properties.ts';
import { greeting, readFrame } from '../peers/wire.ts';
import { decoded } from './decoding.ts';
import { chunksOf, hostile, valid } from './wire-bytes.ts';

const places = fc.array(fc.nat(), { maxLength: 12 });

const smallLimits = fc.record({
  maxFrameBytes: fc.constantFrom(0, 1, 255, 256, 1000),
  maxMessageBytes: fc.constantFrom(0, 1, 300, 1000, 2000),
  maxFramesPerMessage: fc.constantFrom(1, 2, 5),
});

/** What a decoder may set aside for a frame of which it has only seen the head, and what the process does beside it. */
const beginBytes = 9 * 1024 * 1024;

/** The head of a frame of any size. */
const announcement = fc
  .record({
    flags: fc.constantFrom(2, 3, 6),
    length: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    shift: fc.nat(63),
  })
  .map(({ flags, length, shift }) => {
    const head = Buffer.alloc(9);
    head[0] = flags;
    head.writeBigUInt64BE(length >> BigInt(shift), 1);
    return head;
  });

const frameBody = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(255, 256, 16_383, 16_384, 65_535, 65_536, 70_000)
      .map((size) => new Uint8Array(size).fill(size)),
  },
);

export const properties: readonly Property[] = [
  {
    name: 'what keeps to the protocol is heard as it was said, whatever the cuts',
    property: fc.property(valid, places, ({ bytes, heard }, cuts) => {
      deepStrictEqual(decoded(chunksOf(bytes, cuts)), heard);
    }),
  },
  {
    name: 'anything is heard the same whatever the cuts, up to one refusal',
    property: fc.property(hostile, places, (bytes, cuts) => {
      const whole = decoded([bytes]);
      deepStrictEqual(decoded(chunksOf(bytes, cuts)), whole);
      deepStrictEqual(decoded([...bytes].map((byte) => Buffer.from([byte]))), whole);
    }),
  },
  {
    name: 'what is read into the memory of a frame is heard the same',
    property: fc.property(hostile, places, fc.constantFrom(1, 10, 1000), (bytes, cuts, roomFromBytes) => {
      deepStrictEqual(decoded(chunksOf(bytes, cuts), { roomFromBytes }), decoded([bytes]));
    }),
  },
  {
    name: 'nothing beyond the limits is let through, whatever the cuts',
    property: fc.property(
      fc.oneof(
        hostile,
        valid.map((said) => said.bytes),
      ),
      places,
      smallLimits,
      (bytes, cuts, limits) => {
        deepStrictEqual(decoded(chunksOf(bytes, cuts), { limits }), decoded([bytes], { limits }));
      },
    ),
  },
  {
    name: 'memory grows with what has come, not with what is announced',
    property: fc.property(announcement, fc.array(fc.nat(70_000), { maxLength: 5 }), (announced, sizes) => {
      const before = process.memoryUsage().arrayBuffers;
      const chunks = [greeting(), announced, ...sizes.map((size) => Buffer.alloc(size))];
      const cameBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      decodeWithoutLimits(chunks);
      const grownBytes = process.memoryUsage().arrayBuffers - before;
      ok(grownBytes <= beginBytes + 4 * cameBytes, `${cameBytes} bytes came, memory grew by ${grownBytes}`);
    }),
  },
  {
    name: 'what the encoder writes is what the specification reads',
    property: fc.property(
      fc.array(fc.array(frameBody, { minLength: 1, maxLength: 20 }), { maxLength: 20 }),
      (messages) => {
        const encoder = new Encoder();
        const bytes = messages.flatMap((frames) => {
          const { pieces, sizeBytes } = encoder.encode(frames);
          deepStrictEqual(
            sizeBytes,
            frames.reduce((sum, one) => sum + one.length, 0),
          );
          return pieces.map((piece) => piece.bytes.subarray(piece.start, piece.end));
        });
        deepStrictEqual(
          readMessages(Buffer.concat(bytes)),
          messages.map((frames) => frames.map((one) => Buffer.from(one))),
        );
      },
    ),
  },
];

function decodeWithoutLimits(chunks: readonly Uint8Array[]): void {
  const none = Number.MAX_SAFE_INTEGER;
  const limits = { maxFrameBytes: none, maxMessageBytes: none, maxFramesPerMessage: none };
  const ignore = () => undefined;
  const decoder = new Decoder(limits, { onGreeting: ignore, onCommand: ignore, onMessage: ignore });
  try {
    for (const chunk of chunks) decoder.push(new Uint8Array(chunk));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

function readMessages(bytes: Buffer): Buffer[][] {
  const messages: Buffer[][] = [];
  let frames: Buffer[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const found = readFrame(rest);
    if (found === undefined) throw new Error('the last frame is cut');
    frames.push(found.frame.body);
    if (!found.frame.hasMore) {
      messages.push(frames);
      frames = [];
    }
    rest = rest.subarray(found.end);
  }
  return messages;
}
