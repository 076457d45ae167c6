/** LZ4 and bitshuffle-LZ4, on WebAssembly and in plain TypeScript alike. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storeBitshufflePrefix } from '../../src/bsread/compression/bitshuffle-frame.ts';
import type { CompressedForm } from '../../src/bsread/compression/compressed-form.ts';
import { compress, decompress, inspectCompressed } from '../../src/bsread/compression/index.ts';
import { blocksRoom } from '../../src/bsread/compression/kernel.ts';
import { frameOf, kernels, outcomeOf } from './kernels.ts';
import { recordedCases } from './recorded.ts';

const lz4 = { compression: 'lz4', elementBytes: 1, byteOrder: 'little' } as const;
const bitshuffle = (elementBytes: number) =>
  ({ compression: 'bitshuffle_lz4', elementBytes, byteOrder: 'little' }) as const;

/** Bytes as instruments make them: noise, constants, ramps, and noise on a ramp. */
const content = (sizeBytes: number) =>
  fc
    .tuple(fc.constantFrom('noise', 'constant', 'ramp', 'both', 'sparse'), fc.integer())
    .map(([kind, seed]) => {
      let state = seed | 1;
      const noise = () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state;
      };
      return Uint8Array.from({ length: sizeBytes }, (_, at) => {
        if (kind === 'noise') return noise();
        if (kind === 'constant') return seed;
        if (kind === 'ramp') return at >> 3;
        if (kind === 'both') return at % 4 === 0 ? noise() & 7 : at >> 6;
        return noise() % 97 === 0 ? 1 : 0;
      });
    });

const anyValue = fc
  .tuple(fc.constantFrom(1, 2, 4, 8, 3, 7, 16), fc.oneof(fc.nat(40), fc.nat(6_000)))
  .chain(([elementBytes, elements]) => fc.tuple(fc.constant(elementBytes), content(elementBytes * elements)));

test('both kernels make the same frame of a value, and the value of the frame', () => {
  fc.assert(
    fc.property(anyValue, fc.constantFrom('little', 'big'), ([elementBytes, bytes], byteOrder) => {
      for (const form of [
        { ...bitshuffle(elementBytes), byteOrder },
        { ...lz4, byteOrder },
      ] as const) {
        const frames = kernels.map((kernel) => frameOf(kernel, bytes, form));
        expect(frames[0]).toEqual(frames[1]);
        const [frame] = frames as [Uint8Array];
        expect(inspectCompressed(frame, form).sizeBytes).toBe(bytes.length);
        for (const kernel of kernels) {
          for (const sizeBytes of [bytes.length, undefined]) {
            if (sizeBytes === 0) continue;
            const told = { ...form, sizeBytes, maxBytes: bytes.length };
            expect(outcomeOf(kernel, frame, told)).toEqual({ value: bytes });
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('every compressed frame that was recorded is decoded alike by both kernels', () => {
  const frames = [...recordedCases('types'), ...recordedCases('features')].flatMap(({ messages }) =>
    messages.flatMap((message) => message.frames.slice(2).filter(({ length }) => length > 16)),
  );
  const decoded = frames.flatMap((frame) =>
    [bitshuffle(1), bitshuffle(2), bitshuffle(4), bitshuffle(8), lz4].flatMap((form) => {
      const [ours, plain] = kernels.map((kernel) => outcomeOf(kernel, frame, { ...form, maxBytes: 100_000 }));
      expect(ours).toEqual(plain);
      return ours !== undefined && 'value' in ours ? [ours.value] : [];
    }),
  );
  expect(decoded.length).toBeGreaterThan(200);
});

describe.each(kernels)('$name', (kernel) => {
  test('puts bit k of byte b of element j at bit j % 8 of byte j / 8 of row 8 b + k', () => {
    const elements = new Uint8Array(16);
    elements.set([0x01, 0x02], 6);
    const frame = frameOf(kernel, elements, bitshuffle(2));
    const block = frame.subarray(16);
    const rows = new Uint8Array(16);
    kernel.decodeLz4(block, rows);
    expect([...rows]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
  });

  test('takes blocks of any multiple of 8 elements', () => {
    const anyBlock = fc.integer({ min: 1, max: 300 }).map((eights) => eights * 8);
    fc.assert(
      fc.property(anyValue, anyBlock, ([elementBytes, bytes], blockElements) => {
        fc.pre(bytes.length >= 8 * elementBytes);
        const inBlocks = Math.floor(bytes.length / elementBytes / 8) * 8 * elementBytes;
        const shape = { blockElements, elementBytes };
        const frame = new Uint8Array(12 + blocksRoom(inBlocks, shape) + bytes.length - inBlocks);
        storeBitshufflePrefix(frame, bytes.length, blockElements * elementBytes);
        const end = 12 + kernel.encodeBlocks(bytes.subarray(0, inBlocks), frame.subarray(12), shape);
        frame.set(bytes.subarray(inBlocks), end);
        const whole = frame.subarray(0, end + bytes.length - inBlocks);
        const form = { ...bitshuffle(elementBytes), sizeBytes: bytes.length };
        expect(outcomeOf(kernel, whole, form)).toEqual({ value: bytes });
        expect(inspectCompressed(whole, form).sizeBytes).toBe(bytes.length);
      }),
      { numRuns: 60 },
    );
  });

  test('takes a block size of 0 for the default', () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => at >> 4);
    const frame = frameOf(kernel, bytes, bitshuffle(4));
    new DataView(frame.buffer).setInt32(8, 0);
    expect(outcomeOf(kernel, frame, { ...bitshuffle(4), sizeBytes: 20_000 })).toEqual({ value: bytes });
  });

  test('T4: reads the length before lz4 in either byte order', () => {
    const bytes = new Uint8Array(3_000).fill(7);
    const frame = frameOf(kernel, bytes, { ...lz4, byteOrder: 'big' });
    for (const sizeBytes of [3_000, undefined]) {
      expect(outcomeOf(kernel, frame, { ...lz4, sizeBytes, maxBytes: 5_000 })).toEqual({ value: bytes });
    }
  });

  test('copies matches of every distance and length', () => {
    for (let distance = 1; distance <= 40; distance++) {
      const unit = Uint8Array.from({ length: distance }, (_, at) => at * 37 + 1);
      for (const length of [4, 5, 15, 16, 17, 18, 19, 40, 300]) {
        const value = Uint8Array.from(
          { length: distance + length },
          (_, at) => unit[at % distance] as number,
        );
        const more = length - 19;
        const block = [
          (Math.min(distance, 15) << 4) | Math.min(length - 4, 15),
          ...(distance < 15 ? [] : [distance - 15]),
          ...unit,
          distance,
          0,
          ...(more < 0 ? [] : more < 255 ? [more] : [255, more - 255]),
          0,
        ];
        const target = new Uint8Array(value.length);
        kernel.decodeLz4(Uint8Array.from(block), target);
        expect(target).toEqual(value);
      }
    }
  });

  test.each<[string, number[], RegExp]>([
    ['nothing at all', [], /ends in the middle/],
    ['literals that are not there', [0x50, 1, 2], /ends in the middle/],
    ['a length without an end', [0xf0, 255, 255], /ends in the middle|more bytes/],
    ['a match without a distance', [0x10, 1, 1], /ends in the middle/],
    ['a match of distance 0', [0x10, 1, 0, 0, 0], /before its beginning/],
    ['a match from before the beginning', [0x10, 1, 2, 0, 0], /before its beginning/],
    ['a match beyond the value', [0x1f, 1, 1, 0, 200, 0], /more bytes/],
    ['literals beyond the value', [0xf0, 0, ...new Array(15).fill(1)], /more bytes/],
    ['less than the value', [0x10, 1], /fewer bytes/],
  ])('says of a block with %s what is wrong', (_name, block, reason) => {
    expect(() => kernel.decodeLz4(Uint8Array.from(block), new Uint8Array(8))).toThrow(reason);
  });

  test.each<[string, (frame: Uint8Array) => Uint8Array, Partial<CompressedForm>, RegExp]>([
    ['a cut prefix', (frame) => frame.slice(0, 11), {}, /the frame has 11 bytes/],
    ['a cut block', (frame) => frame.slice(0, -30), {}, /block 3 of 3 is longer than it can be, or/],
    [
      'bytes after the end',
      (frame) => Uint8Array.of(...frame, 1, 2),
      {},
      /4 bytes follow the last block, where 2/,
    ],
    ['a length of 0', (frame) => frame.fill(0, 0, 8), {}, /length in the prefix is 0/],
    ['an odd length', (frame) => frame.fill(1, 7, 8), {}, /no multiple of the 2 bytes of an element/],
    ['a huge length', (frame) => frame.fill(1, 1, 2), { sizeBytes: undefined }, /and 0 to 268435456 are/],
    ['a negative length', (frame) => frame.fill(255, 0, 1), { sizeBytes: undefined }, /0 to/],
    ['an odd block size', (frame) => frame.fill(3, 11, 12), {}, /no multiple of 8 elements/],
    ['a negative block size', (frame) => frame.fill(255, 8, 9), {}, /block size -\d+ is no multiple/],
    ['too small a value', (frame) => frame, { sizeBytes: 16_000 }, /block 2 of 2 holds more bytes/],
    ['too large a value', (frame) => frame, { sizeBytes: 24_000 }, /block 3 of 3 holds fewer bytes/],
    ['a value that cannot be in it', (frame) => frame, { sizeBytes: 2 ** 27 }, /cannot hold a value/],
  ])('says of a bitshuffle frame with %s what is wrong', (_name, spoil, changed, reason) => {
    const bytes = Uint8Array.from({ length: 20_002 }, (_, at) => at * at);
    const frame = spoil(frameOf(kernel, bytes, bitshuffle(2)));
    const form = { ...bitshuffle(2), sizeBytes: bytes.length, ...changed };
    const outcome = outcomeOf(kernel, frame, { ...form, maxBytes: undefined });
    expect(outcome).toEqual({ reason: expect.stringMatching(reason) });
  });

  test('gives for hostile bytes a value or a reason, and writes nowhere else', () => {
    const spoil = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(anyValue, spoil, fc.nat(), fc.boolean(), ([elementBytes, bytes], changes, cut, isLz4) => {
        const form = isLz4 ? lz4 : bitshuffle(elementBytes);
        const frame = frameOf(kernel, bytes, form);
        for (const [at, byte] of changes) frame[at % frame.length] = byte;
        const spoilt = cut % 3 === 0 ? frame.subarray(0, cut % frame.length) : frame;
        for (const sizeBytes of [bytes.length, undefined]) {
          const told = { ...form, sizeBytes, maxBytes: 200_000 };
          const outcomes = kernels.map((each) => outcomeOf(each, spoilt, told));
          expect(outcomes[0]).toEqual(outcomes[1]);
        }
      }),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.nat(20_000), (bytes, sizeBytes) => {
        for (const form of [lz4, bitshuffle(1), bitshuffle(2), bitshuffle(8)]) {
          outcomeOf(kernel, bytes, { ...form, sizeBytes });
          const body = new Uint8Array(12 + bytes.length);
          storeBitshufflePrefix(body, 8_000, 8 * form.elementBytes);
          body.set(bytes, 12);
          outcomeOf(kernel, body, { ...form, maxBytes: 10_000 });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('takes images of 64 MiB, in one block and in many', { timeout: 60_000 }, () => {
    const image = new Uint8Array(64 * 2 ** 20);
    for (let at = 0; at < image.length; at += 4099) image[at] = at;
    for (const form of [lz4, bitshuffle(2)]) {
      const frame = frameOf(kernel, image, form);
      const outcome = outcomeOf(kernel, frame, { ...form, sizeBytes: image.length });
      expect('value' in outcome && Buffer.compare(outcome.value, image)).toBe(0);
    }
  });
});

test('a block that is larger than the memory of the module is decoded without it', {
  timeout: 60_000,
}, () => {
  const bytes = new Uint8Array(160 * 2 ** 20).fill(3, 2 ** 20);
  const frame = compress(bytes, lz4);
  expect(Buffer.compare(decompress(frame, { ...lz4, sizeBytes: bytes.length }), bytes)).toBe(0);
});

test('a value has a buffer of its own, and one that is given is used', () => {
  const numbers = Float64Array.from({ length: 100 }, (_, at) => at / 7);
  const frame = compress(new Uint8Array(numbers.buffer), bitshuffle(8));
  const value = decompress(frame, bitshuffle(8));
  expect(new Float64Array(value.buffer)).toEqual(numbers);

  const target = new Float64Array(120);
  const view = decompress(frame, bitshuffle(8), new Uint8Array(target.buffer, 80));
  expect([view.byteOffset, view.length]).toEqual([80, 800]);
  expect(target.subarray(10, 110)).toEqual(numbers);
  expect(() => decompress(frame, bitshuffle(8), new Uint8Array(799))).toThrow(/its target has 799/);
});

test('a frame is inspected without decoding it', () => {
  const frame = compress(new Uint8Array(20_002).fill(9), bitshuffle(2));
  expect(() => inspectCompressed(frame, { ...bitshuffle(2), sizeBytes: 20_000 })).toThrow(/says 20000 bytes/);
  expect(() => inspectCompressed(frame.slice(0, -1), bitshuffle(2))).toThrow(/1 bytes follow/);
  expect(() => inspectCompressed(frame.fill(1, 12, 13), bitshuffle(2))).toThrow(/block 1 of 3 is longer/);
  const block = compress(new Uint8Array(500), lz4);
  expect(inspectCompressed(block, { ...lz4, sizeBytes: 500 }).body).toEqual(block.subarray(4));
  expect(() => inspectCompressed(block, { ...lz4, sizeBytes: 501 })).toThrow(/says 501 bytes/);
  expect(() => inspectCompressed(block.fill(255, 0, 4), lz4)).toThrow(/cannot hold/);
});

test('a value whose length lz4 cannot tell is refused', () => {
  expect(() => compress(new Uint8Array(2 ** 31), lz4)).toThrow(
    expect.objectContaining({ code: 'ALI_ENCODE' }),
  );
});
