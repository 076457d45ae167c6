/** What we compress, read by the libraries of bitshuffle and LZ4, and the other way round; both stand behind HDF5's filters. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { debianPython, requireServer } from '../support/require-server.ts';
import { frameOf, kernels, outcomeOf } from './kernels.ts';

const program = new URL('./programs/filters.py', import.meta.url).pathname;

interface Exchange {
  readonly filter: number;
  readonly options: readonly number[];
  readonly dtype: string;
  readonly plain: Uint8Array;
  readonly chunk: Uint8Array;
}

function exchanged(cases: readonly Exchange[]): { read: Buffer; made: Buffer }[] {
  const input = JSON.stringify(cases, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  const { status, stdout, stderr } = spawnSync(debianPython, [program], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 60_000,
    env: { PATH: process.env.PATH },
  });
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { read: string; made: string }[]).map(({ read, made }) => ({
    read: Buffer.from(read, 'base64'),
    made: Buffer.from(made, 'base64'),
  }));
}

const dtypes = { 1: '<u1', 2: '<u2', 4: '<u4', 8: '<f8' } as const;
const lengths = [1, 7, 8, 9, 1023, 1024, 1032, 5000, 8192, 30_011];

/** Slowly rising, with noise in its lowest bits. */
function risingValue(elements: number, elementBytes: number): Uint8Array {
  const bytes = new Uint8Array(elements * elementBytes);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = at % elementBytes === 0 ? (at * 2654435761) >>> 27 : at >> 9;
  }
  return bytes;
}

describe.skipIf(!requireServer('h5py and h5dump', 'compressions and their libraries'))(
  'the libraries',
  () => {
    test.each(kernels)('of bitshuffle and $name read each other', { timeout: 60_000 }, (kernel) => {
      const values = ([1, 2, 4, 8] as const).flatMap((elementBytes) =>
        lengths.map((elements) => ({ elementBytes, plain: risingValue(elements, elementBytes) })),
      );
      const cases = values.map(({ elementBytes, plain }) => {
        const form = { compression: 'bitshuffle_lz4', elementBytes, byteOrder: 'little' } as const;
        const chunk = frameOf(kernel, plain, form);
        return { filter: 32008, options: [0, 2], dtype: dtypes[elementBytes], plain, chunk, form };
      });
      const answers = exchanged(cases);
      for (const [place, { plain, form }] of cases.entries()) {
        expect(answers[place]?.read).toEqual(Buffer.from(plain));
        const made = answers[place]?.made as Uint8Array;
        expect(outcomeOf(kernel, made, { ...form, sizeBytes: plain.length })).toEqual({ value: plain });
      }
    });

    test.each(kernels)('of LZ4 and $name read each other', { timeout: 60_000 }, (kernel) => {
      const form = { compression: 'lz4', elementBytes: 1, byteOrder: 'little' } as const;
      // The filter takes a block of the size of its value for one that is not compressed.
      const cases = [600, 5_000, 70_000, 300_000].map((bytes) => {
        const plain = risingValue(bytes / 4, 4);
        const block = frameOf(kernel, plain, form).subarray(4);
        const chunk = new Uint8Array(16 + block.length);
        const prefix = new DataView(chunk.buffer);
        prefix.setBigUint64(0, BigInt(bytes));
        prefix.setUint32(8, bytes);
        prefix.setUint32(12, block.length);
        chunk.set(block, 16);
        return { filter: 32004, options: [0], dtype: '<u1', plain, chunk };
      });
      const answers = exchanged(cases);
      for (const [place, { plain }] of cases.entries()) {
        expect(answers[place]?.read).toEqual(Buffer.from(plain));
        const made = answers[place]?.made as Buffer;
        const frame = Buffer.concat([Buffer.alloc(4), made.subarray(16)]);
        frame.writeUInt32LE(plain.length, 0);
        expect(made.readUInt32BE(12)).toBeLessThan(plain.length);
        expect(outcomeOf(kernel, frame, { ...form, sizeBytes: plain.length })).toEqual({ value: plain });
      }
    });
  },
);
