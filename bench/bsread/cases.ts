import type { EncoderOptions, SentValue } from '../../src/bsread/index.ts';

/** What one pulse of a stream brings. */
export interface Case {
  readonly name: string;
  /** How many times less CPU than Python's bsread receiving and decoding is to take. */
  readonly toReach: number;
  readonly options: EncoderOptions;
  values(): Readonly<Record<string, SentValue>>;
}

const cameraShape = [1024, 1024];

const image = () => ({
  // A dark level with noise, as a camera has it.
  image: { items: new Uint16Array(1024 * 1024).map(() => 200 + 8 * noise()), shape: cameraShape },
});

export const cases: readonly Case[] = [
  {
    name: '100 scalars of float64',
    toReach: 5,
    options: {},
    values: () => named(100, 'SCALAR', noise),
  },
  {
    name: '10 waveforms of 2048 float64',
    toReach: 1.5,
    options: {},
    values: () => named(10, 'WAVEFORM', () => new Float64Array(2048).map(noise)),
  },
  { name: 'image of 1 Mpixel uint16', toReach: 1.5, options: {}, values: image },
  {
    name: 'the same, bitshuffle_lz4',
    toReach: 1.5,
    options: { compression: 'bitshuffle_lz4' },
    values: image,
  },
];

function named(count: number, name: string, value: () => SentValue): Record<string, SentValue> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`DEVICE-${String(i).padStart(3, '0')}:${name}`, value()]),
  );
}

function noise(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
