import type { ChannelSpec } from '../sent-header.ts';
import type { SentValue } from '../sent-value.ts';

export interface SimulatedShape {
  /** Scalars beside the four that are always there (10). */
  readonly scalars?: number | undefined;
  /** Waveforms of float32 (2). */
  readonly waveforms?: number | undefined;
  /** Items of a waveform (2048). */
  readonly waveformLength?: number | undefined;
  /** Images of uint16 (1). */
  readonly images?: number | undefined;
  /** Width and height of an image (320 x 240). */
  readonly imageSize?: readonly [width: number, height: number] | undefined;
  /** Strings (1). */
  readonly strings?: number | undefined;
}

interface SimulatedChannel {
  readonly spec: ChannelSpec;
  readonly valueAt: (pulse: number) => SentValue;
}

/** A small, fast source of noise that gives the same again. */
function noiseFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32 - 0.5) * 2;
  };
}

/** The channels of a simulated source, and their values as functions of the pulse. */
export function simulatedChannels(shape: SimulatedShape): readonly SimulatedChannel[] {
  const { scalars = 10, waveforms = 2, waveformLength = 2048, images = 1, imageSize, strings = 1 } = shape;
  const [width, height] = imageSize ?? [320, 240];
  const many = (count: number, make: (index: number) => SimulatedChannel) =>
    Array.from({ length: count }, (_, index) => make(index));
  return [
    {
      spec: { name: 'SIM:PULSE-ID', type: 'int64' },
      valueAt: (pulse) => BigInt(pulse),
    },
    {
      spec: { name: 'SIM:CHARGE', type: 'float64', unit: 'pC', precision: 3 },
      valueAt: (pulse) => 200 + 5 * Math.sin(pulse / 500) + noiseFrom(pulse + 1)(),
    },
    { spec: { name: 'SIM:SHUTTER-OPEN', type: 'bool' }, valueAt: (pulse) => pulse % 1000 >= 100 },
    { spec: { name: 'SIM:COUNTER', type: 'uint32' }, valueAt: (pulse) => pulse % 2 ** 32 },
    ...many(scalars, (index) => ({
      spec: { name: `SIM:SCALAR-${number(index)}`, type: index % 2 === 0 ? 'float64' : 'int32' },
      valueAt: (pulse) => {
        const value = 1000 * Math.sin(pulse / (50 * (index + 1))) + 5 * noiseFrom(pulse * 31 + index)();
        return index % 2 === 0 ? value : Math.round(value);
      },
    })),
    ...many(strings, (index) => ({
      spec: { name: `SIM:STRING-${number(index)}`, type: 'string' },
      valueAt: (pulse) => ['ready', 'running', 'läuft'][Math.floor(pulse / 100) % 3],
    })),
    ...many(waveforms, (index) => ({
      spec: { name: `SIM:WAVEFORM-${number(index)}`, type: 'float32', shape: [waveformLength], unit: 'V' },
      valueAt: (pulse) => waveform(waveformLength, pulse, index),
    })),
    ...many(images, (index) => {
      const camera = new Camera(width, height, index);
      return {
        spec: { name: `SIM:IMAGE-${number(index)}`, type: 'uint16', shape: [width, height] },
        valueAt: (pulse) => ({ items: camera.imageAt(pulse), shape: [height, width] }),
      };
    }),
  ] satisfies SimulatedChannel[];
}

const number = (index: number) => String(index + 1).padStart(3, '0');

/** A signal that rings and dies away, with noise. */
function waveform(length: number, pulse: number, index: number): Float32Array {
  const noise = noiseFrom(pulse * 17 + index);
  const items = new Float32Array(length);
  const start = length / 8 + 3 * Math.sin(pulse / 70);
  for (let at = 0; at < length; at++) {
    const since = (at - start) / length;
    const signal = since < 0 ? 0 : Math.exp(-8 * since) * Math.sin(since * (120 + 20 * index));
    items[at] = signal + 0.01 * noise();
  }
  return items;
}

/** A beam spot that wanders over a noisy screen. */
class Camera {
  readonly #width: number;
  readonly #height: number;
  /** Noise does not compress and costs time to make: some of it is used again and again from another place. */
  readonly #noise: Uint16Array;

  constructor(width: number, height: number, seed: number) {
    this.#width = width;
    this.#height = height;
    const noise = noiseFrom(seed + 99);
    this.#noise = Uint16Array.from({ length: width * height + 1024 }, () => 20 + 10 * noise());
  }

  imageAt(pulse: number): Uint16Array {
    const [width, height] = [this.#width, this.#height];
    const across = profile(width, 0.5 + 0.2 * Math.sin(pulse / 90), 0.06);
    const down = profile(height, 0.5 + 0.15 * Math.cos(pulse / 130), 0.08);
    const shift = (pulse * 7) % 1024;
    const items = this.#noise.slice(shift, shift + width * height);
    for (let y = 0; y < height; y++) {
      const brightness = 3500 * (down[y] as number);
      if (brightness < 1) continue;
      const row = y * width;
      for (let x = 0; x < width; x++) {
        items[row + x] = (items[row + x] as number) + brightness * (across[x] as number);
      }
    }
    return items;
  }
}

function profile(size: number, centre: number, width: number): Float64Array {
  return Float64Array.from({ length: size }, (_, at) => Math.exp(-(((at / size - centre) / width) ** 2) / 2));
}
