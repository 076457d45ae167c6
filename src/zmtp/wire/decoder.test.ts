import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../message.ts';
import { encodeCommand } from './command.ts';
import { Decoder, type DecoderLimits } from './decoder.ts';
import { Encoder, Joined } from './encoder.ts';
import { encodeGreeting } from './greeting.ts';

const limits: DecoderLimits = { maxFrameBytes: 1000, maxMessageBytes: 2000, maxFramesPerMessage: 5 };

/** A decoder past the greeting, and what it found. */
function opened(own: Partial<DecoderLimits> = {}) {
  const found: (Message | string)[] = [];
  const decoder = new Decoder(
    { ...limits, ...own },
    {
      onGreeting: () => {},
      onCommand: ({ name }) => found.push(name),
      onMessage: (message) => found.push(message),
    },
  );
  decoder.push(encodeGreeting());
  return { decoder, found };
}

function encoded(...messages: Uint8Array[][]): Buffer {
  const encoder = new Encoder();
  const joined = new Joined();
  for (const message of messages) for (const piece of encoder.encode(message).pieces) joined.add(piece);
  return Buffer.concat(joined.finish());
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const plain = (found: readonly (Message | string)[]) =>
  found.map((one) =>
    typeof one === 'string' ? one : one.map((frame) => Buffer.from(frame).toString('hex')),
  );

test('frames and commands are read byte for byte', () => {
  const { decoder, found } = opened();
  decoder.push(hex('01 00  01 01 61  02 0000000000000002 6263  04 05 04 50 4f 4e 47  00 00'));
  expect(plain(found)).toEqual([['', '61', '6263'], 'PONG', ['']]);
});

test('a command between the frames of a message leaves the message whole', () => {
  const { decoder, found } = opened();
  decoder.push(Buffer.concat([hex('01 01 61'), encodeCommand('PING', hex('0000')), hex('00 01 62')]));
  expect(plain(found)).toEqual(['PING', ['61', '62']]);
});

test('whatever is encoded comes out again, however it is cut', () => {
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.integer({ min: 250, max: 260 }).map((length) => new Uint8Array(length).fill(length & 0xff)),
    fc.integer({ min: 16_380, max: 40_000 }).map((length) => new Uint8Array(length).fill(length & 0xff)),
  );
  const messages = fc.array(fc.array(frame, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 0, max: 100_000 }));
  fc.assert(
    fc.property(messages, cuts, (sent, at) => {
      const { decoder, found } = opened({ maxFrameBytes: 50_000, maxMessageBytes: 250_000 });
      const bytes = encoded(...sent);
      const ends = [...at.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      let start = 0;
      for (const end of ends) {
        decoder.push(bytes.subarray(start, end));
        start = end;
      }
      expect(found).toHaveLength(sent.length);
      sent.forEach((message, i) => {
        expect(Buffer.concat(found[i] as Message).equals(Buffer.concat(message))).toBe(true);
        expect((found[i] as Message).map((own) => own.length)).toEqual(message.map((own) => own.length));
      });
    }),
  );
});

test('frames are views of what was pushed, not copies', () => {
  const { decoder, found } = opened();
  const chunk = encoded([Buffer.from('abc')]);
  decoder.push(chunk);
  expect((found[0] as Message)[0]?.buffer).toBe(chunk.buffer);
});

test('a long frame begins where a typed array may, whatever comes before it', () => {
  for (let length = 0; length < 20; length++) {
    const { decoder, found } = opened();
    const long = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256));
    decoder.push(encoded([Buffer.alloc(length, 'x'), long, Buffer.from('end')], [long]));
    const [[before, first, end] = [], [second] = []] = found as Message[];
    expect([first, second].map((frame) => (frame?.byteOffset ?? 1) % 8)).toEqual([0, 0]);
    expect([before, first, end, second].map((frame) => Buffer.from(frame ?? []))).toEqual([
      Buffer.alloc(length, 'x'),
      long,
      Buffer.from('end'),
      long,
    ]);
  }
});

test.each([
  ['a frame over the limit', '02 00000000000003e9', 'maxFrameBytes is 1000'],
  ['a frame of 2^63 bytes', '02 8000000000000000', 'maxFrameBytes'],
  ['a command over 64 KiB', '06 0000000000010001', 'a command of 65537 bytes'],
  ['reserved flags', '08 00', 'flags 0x8'],
  ['a command that is to go on', '05 00', 'flags 0x5'],
  ['a command without a name', '04 00', 'name of a command'],
  ['more frames than are taken', '01 00 01 00 01 00 01 00 01 00 00', 'more than 5 frames'],
])('%s is refused by its header', (_what, bytes, message) => {
  const { decoder } = opened();
  expect(() => decoder.push(Buffer.concat([hex(bytes), Buffer.alloc(9)]))).toThrow(message);
});

test('a message over the limit is refused at the header of the frame that passes it', () => {
  const { decoder } = opened();
  decoder.push(encoded([Buffer.alloc(900), Buffer.alloc(900), Buffer.alloc(0)]).subarray(0, 2 * 909));
  expect(() => decoder.push(hex('02 00000000000000c9'))).toThrow('maxMessageBytes is 2000');
});

test('what is announced takes no memory before it comes', () => {
  const before = process.memoryUsage().arrayBuffers;
  const { decoder } = opened({ maxFrameBytes: 2 ** 40, maxMessageBytes: 2 ** 40 });
  decoder.push(hex('02 000000ffffffffff'));
  decoder.push(Buffer.alloc(100));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
});

test('a large frame grows as it comes', () => {
  const { decoder, found } = opened({ maxFrameBytes: 2 ** 30, maxMessageBytes: 2 ** 30 });
  const frame = Buffer.alloc(20 * 1024 * 1024, 'abcdefg');
  const bytes = encoded([frame]);
  for (let at = 0; at < bytes.length; at += 1_000_000) decoder.push(bytes.subarray(at, at + 1_000_000));
  expect(frame.equals((found[0] as Message)[0] as Uint8Array)).toBe(true);
});

test('whoever reads may put the rest of a frame where it belongs', () => {
  const { decoder, found } = opened();
  expect(decoder.roomInBody(1)).toBeUndefined();
  const bytes = encoded([Buffer.alloc(900, 'abcdefg')]);
  decoder.push(bytes.subarray(0, 100));
  expect(decoder.roomInBody(810)).toBeUndefined();
  for (let at = 100; at < bytes.length; ) {
    const room = decoder.roomInBody(1) as Uint8Array;
    const arrived = Math.min(300, room.length);
    room.set(bytes.subarray(at, at + arrived));
    decoder.arrivedInBody(arrived);
    at += arrived;
  }
  expect(Buffer.from((found[0] as Message)[0] as Uint8Array).equals(Buffer.alloc(900, 'abcdefg'))).toBe(true);
  expect(decoder.roomInBody(1)).toBeUndefined();
});
