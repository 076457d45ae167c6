import { MessageDecoder, MessageEncoder, type PulseMessage } from '../../../src/bsread/index.ts';

/** Every value tells its pulse, so that content.py knows what a file must hold. */
const encoder = new MessageEncoder({
  channels: [
    { name: 'SCALAR', type: 'float64' },
    { name: 'BIG', type: 'int32', encoding: 'big' },
    { name: 'TRUTH', type: 'bool' },
    { name: 'TEXT', type: 'string' },
    { name: 'WAVE', type: 'float64', shape: [100] },
    { name: 'LONG', type: 'uint32', shape: [10_000] },
    { name: 'IMAGE', type: 'uint16', shape: [64, 48], compression: 'bitshuffle_lz4' },
    { name: 'LZ4', type: 'uint32', shape: [64, 48], compression: 'lz4', encoding: 'big' },
    { name: 'RARE', type: 'int64', modulo: 7 },
    { name: 'NEVER', type: 'float32', shape: [3] },
  ],
});

export function toldFrames(pulse: number): Uint8Array[] {
  const image = { items: new Uint16Array(48 * 64).map((_, i) => (pulse + i) % 65_536), shape: [48, 64] };
  return encoder.encode(
    {
      SCALAR: pulse + 0.5,
      BIG: pulse,
      TRUTH: pulse % 3 === 0,
      TEXT: `pulse ${pulse}`,
      WAVE: new Float64Array(100).map((_, i) => pulse + i),
      LONG: new Uint32Array(10_000).map((_, i) => pulse + i),
      IMAGE: pulse % 2 === 0 ? image : undefined,
      LZ4: { items: new Uint32Array(48 * 64).map((_, i) => pulse + i), shape: [48, 64] },
      RARE: pulse % 7 === 0 ? BigInt(pulse) : undefined,
    },
    { pulseId: BigInt(pulse), timestampNs: 1_700_000_000_000_000_000n + BigInt(pulse) * 10_000_000n },
  );
}

const decoder = new MessageDecoder();

export function toldMessage(pulse: number): PulseMessage {
  return decoded(toldFrames(pulse));
}

/** @throws where it is no message */
export function decoded(frames: readonly Uint8Array[]): PulseMessage {
  const message = decoder.decode(frames);
  if (message === undefined) throw new Error('the message was dropped');
  return message;
}
