import { hash } from 'node:crypto';
import fc from 'fast-check';
import { command, frame, greeting, moreFrame, ping, ready } from '../peers/wire.ts';

/** What a peer may say, as its bytes, and what is to be heard of it. */
export interface Said {
  readonly bytes: Buffer;
  /** Lines as a decoder's listener notes them: see decoding.ts. */
  readonly heard: readonly string[];
}

export const heardCommand = (name: string, data: Uint8Array) => `${name} ${shown(data)}`;
export const heardMessage = (frames: readonly Uint8Array[]) => `message ${frames.map(shown).join('|')}`;

/** Whole where it is short. */
const shown = (bytes: Uint8Array) =>
  bytes.length <= 40 ? Buffer.from(bytes).toString('hex') : `${bytes.length} bytes ${hash('sha256', bytes)}`;

/** Bodies on both sides of where the length takes another form. */
const body = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(254, 255, 256, 257, 9000).map((size) => Buffer.alloc(size, 'x')) },
);

const long = 2;

const saidMessage: fc.Arbitrary<Said> = fc
  .record({
    bodies: fc.array(body, { minLength: 1, maxLength: 6 }),
    // A short body may come in the long form all the same.
    isLong: fc.boolean(),
    pingBefore: fc.option(fc.nat(5)),
  })
  .map(({ bodies, isLong, pingBefore }) => {
    const flags = isLong ? long : 0;
    const bytes = bodies.flatMap((one, i) => [
      ...(pingBefore === i ? [ping(0, 'context')] : []),
      i < bodies.length - 1 ? (isLong ? frame(one, long | 1) : moreFrame(one)) : frame(one, flags),
    ]);
    const isPinged = pingBefore !== null && pingBefore < bodies.length;
    return {
      bytes: Buffer.concat(bytes),
      heard: [
        ...(isPinged ? [heardCommand('PING', ping(0, 'context').subarray(7))] : []),
        heardMessage(bodies),
      ],
    };
  });

const saidCommand: fc.Arbitrary<Said> = fc
  .record({ name: fc.constantFrom('PING', 'PONG', 'SUBSCRIBE', 'CANCEL', 'ERROR', 'X-OTHER'), data: body })
  .map(({ name, data }) => ({ bytes: command(name, data), heard: [heardCommand(name, data)] }));

const saidReady: fc.Arbitrary<Said> = fc.constant({
  bytes: ready({ 'Socket-Type': 'PUSH' }),
  heard: [heardCommand('READY', ready({ 'Socket-Type': 'PUSH' }).subarray(8))],
});

/** A whole conversation that keeps to the protocol. */
export const valid: fc.Arbitrary<Said> = fc
  .array(fc.oneof({ weight: 4, arbitrary: saidMessage }, saidCommand, saidReady), { maxLength: 12 })
  .map((parts) => ({
    bytes: Buffer.concat([greeting(), ...parts.map((part) => part.bytes)]),
    heard: ['greeting 3.1', ...parts.flatMap((part) => part.heard)],
  }));

/** One thing that goes wrong on the way. Places are taken modulo the length. */
const damage = fc.record({
  how: fc.constantFrom('flip', 'set', 'delete', 'insert', 'repeat', 'end'),
  at: fc.nat(),
  value: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 0x7f, 0x80, 0xff), fc.nat(255)),
  count: fc.nat(40),
});

function damaged(
  bytes: Buffer,
  { how, at, value, count }: { how: string; at: number; value: number; count: number },
): Buffer {
  if (bytes.length === 0) return bytes;
  const place = at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << (value % 8))]), after.subarray(1)]);
    case 'set':
      return Buffer.concat([before, Buffer.from([value]), after.subarray(1)]);
    case 'delete':
      return Buffer.concat([before, after.subarray(count)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(count, value), after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, count), after]);
    default:
      return before;
  }
}

/** A conversation with some damage; most of what is said before it is still right. */
const mutated = fc
  .tuple(valid, fc.array(damage, { minLength: 1, maxLength: 4 }))
  .map(([{ bytes }, damages]) => damages.reduce(damaged, bytes));

/** Frames that anything may stand in, behind a right greeting. */
const noise = fc.uint8Array({ maxLength: 300, size: 'max' });

export const hostile: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: noise.map((bytes) => Buffer.concat([greeting(), bytes])) },
  { weight: 1, arbitrary: noise.map((bytes) => Buffer.from(bytes)) },
);

/** Cuts bytes at these places, taken modulo the length; none gives one chunk. */
export function chunksOf(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}
