/** Whatever arrives, a service logs it, answers it where somebody waits for an answer, and lives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Field, type Message, type Properties, text, uint32 } from '../../../src/bus/index.ts';
import { type Answer, Endpoint } from '../../../src/control/index.ts';
import { readMessage } from '../../../src/control/protocol/read.ts';
import { listen } from '../../contract/bus/context.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { deliveryOf, readCaptured, requestsOf } from '../captured.ts';
import { keptLog, type Stage } from '../stage.ts';

class Peaches extends Endpoint {
  override onGet(): Answer {
    return { value_raw: 0.75 };
  }
}

const body = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const request = { msgtype: 3, msgop: 1, timestamp: '2026-01-31T12:00:00Z', payload: {}, sender_info: {} };
const json = { contentEncoding: 'application/json', appId: 'dripline.core.Service' };
const headers = (fields: Record<string, Field> = {}) =>
  new Map(
    Object.entries({ message_type: uint32(3), message_operation: uint32(1), specifier: text(''), ...fields }),
  );
const id = (tail: string) => `9d3f4c52-6a0f-4b0c-8f3c-${tail}`;

interface Case {
  readonly name: string;
  readonly body?: Uint8Array;
  readonly properties: Properties;
  /** 302 unless told; undefined where nobody can be answered. */
  readonly code?: number | undefined;
}

const cases: readonly Case[] = [
  { name: 'a body that is no JSON', body: body('{not json'), properties: json },
  { name: 'an empty body', body: body(''), properties: json },
  { name: 'a body that is a list', body: body([1]), properties: json },
  { name: 'a body without msgtype', body: body({ ...request, msgtype: undefined }), properties: json },
  { name: 'a msgtype that nobody knows', body: body({ ...request, msgtype: 99 }), properties: json },
  { name: 'a request without msgop', body: body({ ...request, msgop: undefined }), properties: json },
  { name: 'a msgop that is a word', body: body({ ...request, msgop: 'get' }), properties: json },
  {
    name: 'an operation that nobody knows',
    body: body({ ...request, msgop: 42 }),
    properties: json,
    code: 999,
  },
  {
    name: 'an encoding that nobody knows',
    body: body(request),
    properties: { ...json, contentEncoding: 'text/xml' },
  },
  { name: 'no encoding', body: body(request), properties: { appId: 'x' }, code: 0 },
  { name: 'a payload that is a list', body: body({ ...request, payload: [1] }), properties: json, code: 999 },
  {
    name: 'MessagePack that ends early',
    body: Buffer.of(0x85, 0xa5, 0x6d),
    properties: { ...json, contentEncoding: 'application/msgpack' },
  },
  {
    name: 'MessagePack that says it is huge',
    body: Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff),
    properties: { ...json, contentEncoding: 'application/msgpack' },
  },
  { name: 'nesting without end', body: body('['.repeat(200_000)), properties: json },
  {
    name: 'a number of 100 000 digits',
    body: body(`{"msgtype": 3, "msgop": 1, "payload": {"values": [${'9'.repeat(100_000)}]}}`),
    properties: json,
  },
  { name: 'text that is no UTF-8', body: Buffer.from('7b2261223aff7d', 'hex'), properties: json },
  {
    name: 'a payload that would poison objects',
    body: body('{"msgtype": 3, "msgop": 1, "payload": {"__proto__": {"force": true}}}'),
    properties: json,
    code: 0,
  },
  { name: 'a reply', body: body({ ...request, msgtype: 2, retcode: 0 }), properties: json, code: undefined },
  { name: 'an alert', body: body({ ...request, msgtype: 4 }), properties: json, code: undefined },
  {
    name: 'v3: a body that is no JSON',
    body: body('{} x'),
    properties: { messageId: id('1/0/1'), headers: headers() },
  },
  {
    name: 'v3: a body with NaN',
    body: body('{"values":[NaN]}'),
    properties: { messageId: id('2/0/1'), headers: headers() },
  },
  { name: 'v3: an empty body', body: body(''), properties: { messageId: id('3/0/1'), headers: headers() } },
  { name: 'v3: no headers', properties: { messageId: id('4/0/1') }, code: undefined },
  {
    name: 'v3: no message_type',
    properties: { messageId: id('5/0/1'), headers: new Map([['specifier', text('')]]) },
    code: undefined,
  },
  {
    name: 'v3: a message_type that nobody knows',
    properties: { messageId: id('6/0/1'), headers: headers({ message_type: uint32(99) }) },
    code: undefined,
  },
  {
    name: 'v3: a reply',
    properties: { messageId: id('7/0/1'), headers: headers({ message_type: uint32(2) }) },
    code: undefined,
  },
  {
    name: 'v3: an alert',
    properties: { messageId: id('8/0/1'), headers: headers({ message_type: uint32(4) }) },
    code: undefined,
  },
  {
    name: 'v3: an operation that is text',
    properties: { messageId: id('9/0/1'), headers: headers({ message_operation: text('1') }) },
  },
  {
    name: 'v3: an operation that is a float',
    properties: { messageId: id('a/0/1'), headers: headers({ message_operation: { tag: 'd', value: 1 } }) },
  },
  {
    name: 'v3: a specifier that is nothing',
    properties: { messageId: id('b/0/1'), headers: headers({ specifier: { tag: 'V', value: null } }) },
  },
  { name: 'v3: an id with one slash', properties: { messageId: id('c/0'), headers: headers() } },
  { name: 'v3: an index beyond the total', properties: { messageId: id('d/3/1'), headers: headers() } },
  { name: 'v3: a total of nothing', properties: { messageId: id('e/0/0'), headers: headers() } },
  { name: 'v3: a total beyond reason', properties: { messageId: id('f/0/999999999'), headers: headers() } },
  { name: 'v3: pieces that never come', properties: { messageId: id('g/0/2'), headers: headers() } },
  {
    name: 'v3: an encoding that nobody knows',
    properties: { messageId: id('h/0/1'), headers: headers(), contentEncoding: 'utf8' },
  },
  { name: 'v3: no id', properties: { headers: headers() }, code: 0 },
  { name: 'v3: no sender_info', properties: { messageId: id('i/0/1'), headers: headers() }, code: 0 },
  {
    name: 'v3: sender_info that is no table',
    properties: { messageId: id('j/0/1'), headers: headers({ sender_info: text('me') }) },
    code: 0,
  },
].map((one) => ({ body: body('{}'), code: 302, ...one }));

/** A message as a stranger sends it, with a queue for the reply. */
async function stranger(stage: Stage) {
  const queue = `request_reply_${Math.random()}`.replace('.', '');
  const replies = await listen(stage.otherBus, { queue, bindings: [{ exchange: 'requests', key: queue }] });
  return {
    replies,
    send: (message: Partial<Message>) =>
      stage.otherBus.send({
        exchange: 'requests',
        routingKey: 'peaches',
        body: body('{}'),
        ...message,
        properties: { correlationId: 'c', replyTo: queue, ...message.properties },
      }),
    [Symbol.asyncDispose]: () => replies.consumer.close(),
  };
}

export function hostileMessages(stage: Stage): void {
  test.each(cases)('$name', async ({ code, ...message }) => {
    const service = await stage.serve([new Peaches({ name: 'peaches' })], { messageWaitMs: 10 });
    await using sender = await stranger(stage);
    await sender.send(message);
    if (code !== undefined) {
      const incoming = readMessage(await sender.replies.next(), { wire: 'v1' });
      expect(incoming).toMatchObject({ kind: 'reply', reply: { code } });
    }
    expect((await stage.client().get('peaches')).code).toBe(0);
    expect(sender.replies.deliveries.length).toBe(code === undefined ? 0 : 1);
    const { unreadable, 'not-a-request': strange } = service.status.dropped;
    expect(unreadable + strange).toBe(code === 0 || code === 999 ? 0 : 1);
  });

  test('what ends a real service of v2', async () => {
    const { steps } = readCaptured('v2-fatal');
    const service = await stage.serve([new Peaches({ name: 'peaches' })], { wire: 'v2' });
    await using sender = await stranger(stage);
    const reachable = steps.flatMap(requestsOf).map(deliveryOf);
    for (const { routingKey, body, properties } of reachable) {
      const { replyTo, ...rest } = properties;
      await sender.send({
        routingKey,
        body,
        properties: replyTo === undefined ? { ...rest, replyTo: undefined } : rest,
      });
    }
    const codes = [];
    for (const { properties } of reachable) {
      if (properties.replyTo === undefined) continue;
      codes.push(readMessage(await sender.replies.next(), { wire: 'v2' }));
    }
    expect(codes).toMatchObject([{ reply: { code: 302 } }, { reply: { code: 302 } }]);
    expect((await stage.client({ wire: 'v2' }).get('peaches')).code).toBe(0);
    expect(service.status.dropped).toMatchObject({ unreadable: 2, 'no-reply-to': 1 });
  });

  test('what is asked without a wish for a reply is done', async () => {
    const heard: unknown[] = [];
    const bell = new (class extends Endpoint {
      override onSet(value: unknown): void {
        heard.push(value);
      }
    })({ name: 'bell' });
    await stage.serve([bell]);
    await using sender = await stranger(stage);
    const properties = {
      messageId: id('k/0/1'),
      headers: headers({ message_operation: uint32(0) }),
      replyTo: undefined,
    };
    await sender.send({ routingKey: 'bell', body: body({ values: [11] }), properties });
    await stage.client().ping('bell');
    expect(heard).toEqual([11]);
  });

  test('pieces in any order, twice, and two messages at once make whole requests', async () => {
    const heard: unknown[] = [];
    const bell = new (class extends Endpoint {
      override onSet(value: unknown): void {
        heard.push(value);
      }
    })({ name: 'bell' });
    await stage.serve([bell], { messageWaitMs: 60_000 });
    await using sender = await stranger(stage);
    const piece = (name: string, bytes: Buffer, i: number) => ({
      routingKey: 'bell',
      body: bytes.subarray(i * 10, i * 10 + 10),
      properties: {
        messageId: `${name}/${i}/${Math.ceil(bytes.length / 10)}`,
        headers: headers({ message_operation: uint32(0) }),
      },
    });
    const [first, second] = [body({ values: ['µµµµµµµ'] }), body({ values: ['0123456789'] })];
    for (const i of [2, 0, 0, 2]) await sender.send(piece('one', first, i));
    for (const i of [1, 0]) await sender.send(piece('two', second, i));
    await sender.send(piece('one', first, 1));
    await sender.send(piece('one', first, 1));
    await sender.send(piece('two', second, 2));
    await stage.client().ping('bell');
    expect(heard).toEqual(['µµµµµµµ', '0123456789']);
  });

  test('an endpoint that throws what has no text is answered, and works off what comes next', async () => {
    const device = new (class extends Peaches {
      override onSet(): never {
        throw Object.create(null);
      }
    })({ name: 'device' });
    await stage.serve([device]);
    const client = stage.client();
    expect(await client.set('device', 1)).toMatchObject({ code: 999, message: '[object Object]' });
    expect((await client.get('device')).code).toBe(0);
  });

  test('strangers fill no log', async () => {
    const log = keptLog();
    const clock = new ManualClock(1_700_000_000_000);
    const service = await stage.serve([new Peaches({ name: 'peaches' })], { log, clock });
    await using sender = await stranger(stage);
    for (let i = 0; i < 70; i += 1) await sender.send({ body: body('{') });
    await stage.client().ping('peaches');
    clock.advance(60_000);
    await sender.send({ body: body('{') });
    await stage.client().ping('peaches');
    expect(log.entries.length).toBe(61);
    expect(log.entries.at(-1)?.[1]).toMatch(
      /^a message to peaches cannot be read: .* \(10 more were not logged\)$/,
    );
    expect(service.status.dropped.unreadable).toBe(71);
  });

  test('random bytes', async () => {
    const service = await stage.serve([new Peaches({ name: 'peaches' })]);
    await using sender = await stranger(stage);
    const sent = fc.sample(fc.uint8Array({ maxLength: 300 }), { numRuns: 300, seed: 1 });
    for (const [i, bytes] of sent.entries()) {
      const asHeaders = { messageId: `random-${i}/0/1`, headers: headers() };
      const properties = [{}, json, { contentEncoding: 'application/msgpack' }, asHeaders][
        i % 4
      ] as Properties;
      await sender.send({ body: bytes, properties });
    }
    expect((await stage.client().get('peaches')).code).toBe(0);
    expect(service.status.requests + service.status.dropped.unreadable).toBe(sent.length + 1);
  });
}
