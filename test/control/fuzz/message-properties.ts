import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Delivery } from '../../../src/bus/index.ts';
import { ChunkAssembler } from '../../../src/control/protocol/chunks.ts';
import { readMsgpack, writeMsgpack } from '../../../src/control/protocol/msgpack.ts';
import { readMessage } from '../../../src/control/protocol/read.ts';
import { replyMessages } from '../../../src/control/protocol/write.ts';
import { compactStyle, pythonStyle, writeJson } from '../../../src/control/protocol/write-json.ts';
import { type ExactValue, float } from '../../../src/shared/exact-value.ts';
import { readJson } from '../../../src/shared/read-json.ts';
import type { Property } from '../../support/run-properties.ts';
import { anything, mutated } from './deliveries.ts';

const sender = { exe: 'x', hostname: 'h', username: 'u', serviceName: 's', versions: {} };
const signature = { sender, timeMs: 0, maxPayloadBytes: 10_000 };

/** A value as it is on the wire. */
const values: fc.Arbitrary<ExactValue> = fc.letrec<{ value: ExactValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger().map((value) => value + 0),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(float),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).value;

const noTime = { nowMs: () => 0, after: () => () => {} };

/** What holds for every message; run shortly by `npm test`, and for longer by `npm run fuzz`. */
export const messageProperties: readonly Property[] = [
  {
    name: 'whatever comes is read, and a request can be answered in its dialect',
    property: fc.property(
      fc.oneof(anything, mutated),
      fc.constantFrom('v1', 'v2', 'v3'),
      fc.boolean(),
      (delivery, wire, isWhole) => {
        const incoming = readMessage(delivery, { wire, isWhole });
        if (incoming.kind === 'request') {
          const content = { code: 0, message: '', payload: null };
          ok(replyMessages(content, incoming.envelope, signature).length === 1);
        }
      },
    ),
  },
  {
    name: 'what is written as JSON of either style is read again',
    property: fc.property(values, (value) => {
      deepStrictEqual(readJson(writeJson(value, pythonStyle), 'it'), value);
      deepStrictEqual(sorted(readJson(writeJson(value, compactStyle), 'it')), sorted(value));
    }),
  },
  {
    name: 'what is written as MessagePack is read again',
    property: fc.property(values, (value) => {
      deepStrictEqual(readMsgpack(writeMsgpack(value)), value);
    }),
  },
  {
    name: 'pieces in any order, some of them twice, make the whole once',
    property: fc.property(
      fc.uint8Array({ minLength: 2, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.infiniteStream(fc.nat()),
      (bytes, size, choices) => {
        const total = Math.ceil(bytes.length / size);
        const pieces = Array.from({ length: total }, (_, i) =>
          piece(bytes.subarray(i * size, (i + 1) * size), i, total),
        );
        const left = [...pieces, ...pieces];
        const chunks = new ChunkAssembler({ clock: noTime, onLost: () => {} });
        const whole: Uint8Array[] = [];
        while (left.length > 0) {
          const [next] = left.splice((choices.next().value as number) % left.length, 1);
          const assembled = chunks.add(next as Delivery);
          if (assembled.state === 'whole') whole.push(assembled.delivery.body);
        }
        // A message in one piece has no name under which it could come twice.
        deepStrictEqual(
          whole.map((body) => Buffer.from(body)),
          Array(total === 1 ? 2 : 1).fill(Buffer.from(bytes)),
        );
      },
    ),
  },
];

function piece(body: Uint8Array, index: number, total: number): Delivery {
  const properties = { messageId: `m/${index}/${total}` };
  return { queue: '', exchange: 'requests', routingKey: 'a', body, properties };
}

/** With the keys of every map in order. */
function sorted(value: ExactValue): ExactValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!(value instanceof Map)) return value;
  return new Map(
    [...value].map(([key, item]) => [key, sorted(item)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
