import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Field, FieldTable, Properties } from '../../../src/bus/index.ts';
import { type Frame, readFrame, writeFrame } from '../../../src/bus/local/frames.ts';
import { readProperties, writeProperties } from '../../../src/bus/wire/properties.ts';
import { ByteReader, ByteWriter } from '../../../src/ipc/index.ts';
import type { Property } from '../../support/run-properties.ts';

/** Objects as they are written in programs. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const integer = (tag: 'b' | 'B' | 's' | 'u' | 'I' | 'i', bits: number, isSigned: boolean) => {
  const min = isSigned ? -(2 ** (bits - 1)) : 0;
  return record({ tag: fc.constant(tag), value: fc.integer({ min, max: min + 2 ** bits - 1 }) });
};
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const shortText = fc.string({ unit: 'grapheme', maxLength: 8 });

const leaf: fc.Arbitrary<Field> = fc.oneof(
  integer('b', 8, true),
  integer('B', 8, false),
  integer('s', 16, true),
  integer('u', 16, false),
  integer('I', 32, true),
  integer('i', 32, false),
  record({ tag: fc.constant('l' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  record({ tag: fc.constant('T' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  record({ tag: fc.constant('d' as const), value: fc.double() }),
  record({ tag: fc.constant('f' as const), value: fc.float() }),
  record({ tag: fc.constant('t' as const), value: fc.boolean() }),
  record({ tag: fc.constant('S' as const), value: shortText }),
  record({ tag: fc.constant('x' as const), value: bytes }),
  record({ tag: fc.constant('V' as const), value: fc.constant(null) }),
);

const { table } = fc.letrec<{ field: Field; table: FieldTable }>((tie) => ({
  table: fc
    .uniqueArray(fc.tuple(shortText, tie('field')), { maxLength: 4, selector: ([name]) => name })
    .map((fields) => new Map(fields)),
  field: fc.oneof(
    { maxDepth: 4 },
    leaf,
    record({ tag: fc.constant('F' as const), value: tie('table') }),
    record({ tag: fc.constant('A' as const), value: fc.array(tie('field'), { maxLength: 3 }) }),
  ),
}));

const octet = fc.integer({ min: 0, max: 255 });
const messageProperties: fc.Arbitrary<Properties> = fc.record(
  {
    contentType: shortText,
    contentEncoding: shortText,
    headers: table,
    deliveryMode: octet,
    priority: octet,
    correlationId: shortText,
    replyTo: shortText,
    expiration: shortText,
    messageId: shortText,
    timestamp: fc.maxSafeNat(),
    type: shortText,
    userId: shortText,
    appId: shortText,
    clusterId: shortText,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const binding = record({ exchange: shortText, key: shortText });
const question = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  record({
    say: fc.constant('queue' as const),
    question,
    queue: shortText,
    bindings: fc.array(binding, { maxLength: 4 }),
  }),
  record({ say: fc.constantFrom('no-queue' as const, 'claim' as const), question, queue: shortText }),
  record({ say: fc.constant('yes' as const), question }),
  record({ say: fc.constant('no' as const), question, holder: shortText }),
  record({ say: fc.constant('return' as const), token: question }),
  record({ say: fc.constant('missed' as const), count: question }),
  record({
    say: fc.constant('message' as const),
    token: question,
    exchange: shortText,
    routingKey: shortText,
    properties: messageProperties,
    body: bytes,
  }),
);

const headBytes = 5;
const read = (written: Buffer) => readFrame(written[headBytes - 1] ?? 0, written.subarray(headBytes));

/** Malformed bytes are a RangeError, which ends one connection; anything else would be ours. */
function readsOrRefuses(reading: () => unknown): void {
  try {
    reading();
  } catch (error) {
    ok(error instanceof RangeError, String(error));
  }
}

export const properties: readonly Property[] = [
  {
    name: 'properties are read as they were written',
    property: fc.property(messageProperties, (written) => {
      const writer = new ByteWriter();
      writeProperties(writer, written);
      const reader = new ByteReader(writer.copy());
      deepStrictEqual(readProperties(reader), { ...written });
      ok(reader.isAtEnd);
    }),
  },
  {
    name: 'frames of the local bus are read as they were written',
    property: fc.property(frame, (written) => deepStrictEqual(read(writeFrame(written)), { ...written })),
  },
  {
    name: 'a frame with bytes changed, cut or added is read or refused',
    property: fc.property(
      frame,
      fc.array(fc.tuple(fc.nat(), octet), { maxLength: 4 }),
      fc.nat(),
      (one, changes, cut) => {
        const written = writeFrame(one);
        for (const [place, byte] of changes)
          written[headBytes - 1 + (place % (written.length - headBytes + 1))] = byte;
        readsOrRefuses(() => read(written));
        readsOrRefuses(() => read(written.subarray(0, headBytes + (cut % written.length))));
      },
    ),
  },
  {
    name: 'any bytes are properties or refused',
    property: fc.property(fc.uint8Array({ maxLength: 200 }), (noise) =>
      readsOrRefuses(() => readProperties(new ByteReader(Buffer.from(noise)))),
    ),
  },
];
