/** The reader of messages against everything that a peer could send. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Delivery, type Field, text } from '../../src/bus/index.ts';
import { readMessage } from '../../src/control/protocol/read.ts';

/** Deliveries of every shape; bodies are often nearly right. */
const fields: fc.Arbitrary<Field> = fc.oneof(
  fc.nat().map((value): Field => ({ tag: 'i', value })),
  fc.string().map((value): Field => ({ tag: 'S', value })),
  fc.double().map((value): Field => ({ tag: 'd', value })),
  fc.constant<Field>({ tag: 'V', value: null }),
  fc.uint8Array({ maxLength: 8 }).map((value): Field => ({ tag: 'x', value })),
  fc.constant<Field>({
    tag: 'F',
    value: new Map([['versions', { tag: 'F', value: new Map([['x', text('1')]]) }]]),
  }),
);
const names = ['message_type', 'message_operation', 'specifier', 'lockout_key', 'sender_info', 'return_code'];
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((value) => Buffer.from(value)),
  fc
    .record({
      msgtype: fc.anything(),
      msgop: fc.anything(),
      payload: fc.anything(),
      sender_info: fc.anything(),
    })
    .map((value) =>
      Buffer.from(String(JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? 1 : one)))),
    ),
);
const deliveries: fc.Arbitrary<Delivery> = fc.record({
  queue: fc.constant('q'),
  exchange: fc.constantFrom('requests', 'alerts'),
  routingKey: fc.oneof(fc.constant('peaches.log-interval'), fc.string()),
  body: bodies,
  properties: fc.record(
    {
      contentEncoding: fc.oneof(fc.constantFrom('application/json', 'application/msgpack'), fc.string()),
      messageId: fc.oneof(fc.constant('id/0/1'), fc.string()),
      replyTo: fc.string(),
      headers: fc
        .dictionary(fc.constantFrom(...names), fields)
        .map((record) => new Map(Object.entries(record))),
    },
    { requiredKeys: [] },
  ),
});

test('no message of any shape makes its reader throw', () => {
  fc.assert(
    fc.property(deliveries, fc.constantFrom('v1', 'v2', 'v3'), fc.boolean(), (delivery, wire, isWhole) => {
      expect(readMessage(delivery, { wire, isWhole }).kind).toMatch(/request|reply|alert|unreadable/);
    }),
    { numRuns: 3000 },
  );
});
