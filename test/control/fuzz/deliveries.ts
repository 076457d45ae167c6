/** What a peer could send. */
import fc from 'fast-check';
import { type Delivery, type Field, text } from '../../../src/bus/index.ts';
import { deliveryOf, readCaptured, requestsOf } from '../captured.ts';

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
/** Deliveries of every shape; bodies are often nearly right. */
export const anything: fc.Arbitrary<Delivery> = fc.record({
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

const captured: readonly Delivery[] = ['seed-kv', 'v2-kv', 'v3-kv'].flatMap((name) =>
  readCaptured(name).steps.flatMap((step) => [...requestsOf(step), ...(step.replies ?? [])].map(deliveryOf)),
);

/** Captured messages with a few bytes of their bodies changed, taken out or put in. */
export const mutated: fc.Arbitrary<Delivery> = fc
  .record({
    delivery: fc.constantFrom(...captured),
    edits: fc.array(
      fc.record({ at: fc.nat(10_000), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 4 }) }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ delivery, edits }) => {
    let body = Buffer.from(delivery.body);
    for (const { at, remove, insert } of edits) {
      const place = body.length === 0 ? 0 : at % body.length;
      body = Buffer.concat([body.subarray(0, place), insert, body.subarray(place + remove)]);
    }
    return { ...delivery, body };
  });
