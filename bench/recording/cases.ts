import { createHash, randomFillSync } from 'node:crypto';
import { compress } from '../../src/bsread/compression/index.ts';
import type { Message } from '../../src/zmtp/index.ts';

export interface Case {
  readonly name: string;
  readonly target: string;
  /** Messages for us, and for h5py, which takes longer. */
  readonly count: number;
  readonly theirs: number;
  readonly channels: number;
  readonly type: 'float64' | 'uint16';
  /** Fastest dimension first, as in a data header. */
  readonly shape: readonly number[];
  readonly isCompressed: boolean;
}

export const cases = {
  scalars: {
    name: '100 scalars',
    target: '50 × h5py, 100 in CPU',
    count: 40_000,
    theirs: 150,
    channels: 100,
    type: 'float64',
    shape: [1],
    isCompressed: false,
  },
  waveforms: {
    name: '10 × 2048 float64',
    target: '4 × h5py',
    count: 3_000,
    theirs: 600,
    channels: 10,
    type: 'float64',
    shape: [2048],
    isCompressed: false,
  },
  images: {
    name: '1-Mpixel uint16',
    target: '0.85 × plain',
    count: 300,
    theirs: 100,
    channels: 1,
    type: 'uint16',
    shape: [1024, 1024],
    isCompressed: false,
  },
  compressed: {
    name: 'the same as bitshuffle-lz4',
    target: '10 × h5py',
    count: 500,
    theirs: 50,
    channels: 1,
    type: 'uint16',
    shape: [1024, 1024],
    isCompressed: true,
  },
  paced: {
    name: '2 000 scalars at 100 Hz',
    target: '0.40 CPU',
    count: 1_000,
    theirs: 0,
    channels: 2_000,
    type: 'float64',
    shape: [1],
    isCompressed: false,
  },
} as const satisfies Record<string, Case>;

export type CaseName = keyof typeof cases;

/** The value of each channel, plain: a detector's counts, or random numbers. */
export function plainValue({ type, shape }: Case): Uint8Array {
  const items = shape.reduce((product, size) => product * size, 1);
  if (type === 'float64')
    return randomFillSync(new Uint8Array(8 * items)).map((byte, i) => (i % 8 === 7 ? 0x3f : byte));
  // Some hundred counts with their noise: about half the size when it is compressed.
  const noise = randomFillSync(new Uint8Array(2 * items));
  const counts = new Uint16Array(items).map(
    (_, i) => 200 + ((noise[2 * i] as number) & 15) + ((noise[2 * i + 1] as number) & 15),
  );
  return new Uint8Array(counts.buffer);
}

/** Messages of a case, each with a pulse of its own; all else stays the same. */
export function messageMaker(of: Case): (pulseId: number) => Message {
  const plain = plainValue(of);
  const elementBytes = of.type === 'float64' ? 8 : 2;
  const data = of.isCompressed
    ? compress(plain, { compression: 'bitshuffle_lz4', elementBytes, byteOrder: 'little' })
    : plain;
  const channels = Array.from({ length: of.channels }, (_, i) => ({
    name: `BENCH-CHANNEL-${i}:VALUE`,
    type: of.type,
    shape: of.shape,
    encoding: 'little',
    ...(of.isCompressed && { compression: 'bitshuffle_lz4' }),
  }));
  const header = Buffer.from(JSON.stringify({ htype: 'bsr_d-1.1', channels }));
  const hash = createHash('md5').update(header).digest('hex');
  return (pulseId) => {
    const sec = 1_700_000_000 + Math.floor(pulseId / 100);
    const ns = (pulseId % 100) * 10_000_000;
    const time = Buffer.alloc(16);
    time.writeBigInt64LE(BigInt(sec), 0);
    time.writeBigInt64LE(BigInt(ns), 8);
    const main = { htype: 'bsr_m-1.1', hash, pulse_id: pulseId, global_timestamp: { sec, ns } };
    return [Buffer.from(JSON.stringify(main)), header, ...channels.flatMap(() => [data, time])];
  };
}
