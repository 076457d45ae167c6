import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { malformedCases, recordedCases } from '../recorded.ts';

type Frames = readonly Uint8Array[];

const utf8 = new TextEncoder();

/** All messages that were recorded, good and bad. */
const recorded: readonly Frames[] = [
  ...(['types', 'features'] as const)
    .flatMap(recordedCases)
    .flatMap(({ messages }) => messages.map(({ frames }) => frames)),
  ...malformedCases().flatMap(({ messages }) => messages),
].filter((frames) => frames.every(({ length }) => length < 20_000));

/** One thing done to a list of frames. */
const change = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'grow', 'drop', 'double', 'swap', 'word'),
  frame: fc.nat(),
  at: fc.nat(),
  value: fc.integer({ min: 1, max: 255 }),
  word: fc.constantFrom(0, 1, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff, 0x00_20_00_00, 8, 4),
});

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function changed(frames: Frames, { kind, frame, at, value, word }: Change): Frames {
  if (frames.length === 0) return frames;
  const place = frame % frames.length;
  const bytes = new Uint8Array(frames[place] as Uint8Array);
  const others = frames.toSpliced(place, 1);
  switch (kind) {
    case 'drop':
      return others;
    case 'double':
      return frames.toSpliced(place, 0, bytes);
    case 'swap':
      return [...others, bytes];
    case 'cut':
      return frames.with(place, bytes.subarray(0, at % (bytes.length + 1)));
    case 'grow':
      return frames.with(place, new Uint8Array([...bytes, ...new Array(at % 20).fill(value)]));
    case 'flip':
      if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ value;
      return frames.with(place, bytes);
    case 'word':
      if (bytes.length >= 4)
        new DataView(bytes.buffer).setUint32(at % (bytes.length - 3), word, value % 2 === 0);
      return frames.with(place, bytes);
  }
}

/** Recorded messages with a few things done to them. */
export const mutated: fc.Arbitrary<Frames> = fc
  .record({ frames: fc.constantFrom(...recorded), changes: fc.array(change, { maxLength: 4 }) })
  .map(({ frames, changes }) => changes.reduce(changed, frames));

const key = fc.constantFrom('name', 'type', 'shape', 'encoding', 'compression', 'modulo', 'offset', 'x');
const sizes = fc.array(fc.constantFrom(-1, 0, 1, 2, 3, 8, 2 ** 31, 2 ** 53), { maxLength: 4 });
const someValue = fc.oneof(
  fc.constantFrom(
    'int8',
    'uint16',
    'float64',
    'string',
    'bool',
    'lz4',
    'bitshuffle_lz4',
    'none',
    'big',
    null,
  ),
  sizes,
  fc.jsonValue({ maxDepth: 3 }),
);

/** A header as a strange sender may write it, with frames for its channels. */
const strangeChannel = fc
  .record({ name: fc.string({ maxLength: 3 }), rest: fc.dictionary(key, someValue, { maxKeys: 5 }) })
  .map(({ name, rest }) => ({ name, ...rest }));

const data = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(0)));
const time = fc.constantFrom(0, 16, 16, 16, 16, 24, 8).map((length) => new Uint8Array(length).fill(1));

export const strange: fc.Arbitrary<Frames> = fc
  .record({
    channels: fc.array(strangeChannel, { maxLength: 5 }),
    frames: fc.array(fc.tuple(data, time), { minLength: 5, maxLength: 5 }),
    main: fc.dictionary(
      fc.constantFrom('pulse_id', 'hash', 'dh_compression', 'global_timestamp'),
      someValue,
      {
        maxKeys: 1,
      },
    ),
  })
  .map(({ channels, frames, main }) => {
    const header = utf8.encode(JSON.stringify({ htype: 'bsr_d-1.1', channels }));
    const hash = createHash('md5').update(header).digest('hex');
    const first = utf8.encode(JSON.stringify({ htype: 'bsr_m-1.1', pulse_id: 5, hash, ...main }));
    return [first, header, ...frames.slice(0, channels.length).flat()];
  });

/** Frames of anything. */
export const anything: fc.Arbitrary<Frames> = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.json().map((text) => utf8.encode(text)),
  ),
  { minLength: 1, maxLength: 6 },
);
