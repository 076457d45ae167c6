import { expect, test } from 'vitest';
import type { Field, FieldTable, Properties } from '../../../src/bus/index.ts';
import { type Context, message } from './context.ts';

/** One of every type that RabbitMQ takes, at its limits. */
const fields: FieldTable = new Map([
  ['signed 8', { tag: 'b', value: -128 }],
  ['unsigned 8', { tag: 'B', value: 255 }],
  ['signed 16', { tag: 's', value: -32768 }],
  ['unsigned 16', { tag: 'u', value: 65535 }],
  ['signed 32', { tag: 'I', value: -2147483648 }],
  ['unsigned 32', { tag: 'i', value: 4294967295 }],
  ['three', { tag: 'i', value: 3 }],
  ['signed 64', { tag: 'l', value: -(2n ** 63n) }],
  ['whole float', { tag: 'd', value: 3 }],
  ['double', { tag: 'd', value: 0.1 }],
  ['float', { tag: 'f', value: 1.5 }],
  ['true', { tag: 't', value: true }],
  ['text', { tag: 'S', value: 'Müller \u{1f351}' }],
  ['no text', { tag: 'S', value: '' }],
  ['bytes', { tag: 'x', value: Buffer.from([0, 255, 128]) }],
  ['time', { tag: 'T', value: 1_600_000_000n }],
  ['decimal', { tag: 'D', value: { places: 2, digits: 314 } }],
  ['nothing', { tag: 'V', value: null }],
  ['__proto__', { tag: 'S', value: 'only a name' }],
  [
    'list',
    {
      tag: 'A',
      value: [
        { tag: 'i', value: 1 },
        { tag: 'S', value: 'two' },
        { tag: 'A', value: [] },
      ],
    },
  ],
  [
    'table',
    {
      tag: 'F',
      value: new Map([
        ['empty', { tag: 'F', value: new Map() }],
        ['deep', { tag: 'F', value: new Map([['u', { tag: 'u', value: 1 }]]) }],
      ]),
    },
  ],
]);

export function messages(context: Context): void {
  const sent = async (properties: Properties, body: Uint8Array = new Uint8Array()) => {
    const key = context.name('probe');
    const bindings = [{ exchange: 'requests' as const, key }];
    const heard = await context.consume(context.service, { queue: key, bindings });
    await context.client.send(
      { exchange: 'requests', routingKey: key, body, properties },
      { mandatory: true },
    );
    return heard.next();
  };

  test('header fields arrive with the types and in the order in which they were written', async () => {
    const { properties } = await sent({ headers: fields });
    expect([...(properties.headers ?? [])]).toEqual([...fields]);
  });

  test('properties arrive as they were, and those that were not written do not', async () => {
    const written = {
      contentType: 'text/plain',
      contentEncoding: 'application/json',
      deliveryMode: 1,
      priority: 3,
      correlationId: 'c',
      replyTo: '',
      expiration: '60000',
      messageId: 'm/0/1',
      timestamp: 1_600_000_000,
      type: 't',
      appId: 'dripline.core.Service',
      clusterId: 'elsewhere',
    };
    expect((await sent(written)).properties).toEqual(written);
    expect((await sent({})).properties).toEqual({});
  });

  test('a user id is not written: only the broker knows who somebody is', async () => {
    expect((await sent({ userId: 'somebody', appId: 'a' })).properties).toEqual({ appId: 'a' });
  });

  test('a message goes where its routing key says, and nowhere else', async () => {
    const key = context.name('probe');
    const other = context.name('other');
    const heard = [];
    for (const queue of [key, other]) {
      const bindings = [{ exchange: 'requests' as const, key: queue }];
      heard.push(await context.consume(context.service, { queue, bindings }));
    }
    // RabbitMQ gives a message to the keys in these headers too: whoever asks could have replies sent to anybody.
    const copies: Field = { tag: 'A', value: [{ tag: 'S', value: other }] };
    const headers = new Map([
      ['CC', copies],
      ['BCC', copies],
      ['kept', copies],
    ]);
    await context.client.send(message(key, '', { properties: { headers } }), { mandatory: true });
    await context.client.send(message(other, 'last'), { mandatory: true });
    expect([...((await heard[0]?.next())?.properties.headers?.keys() ?? [])]).toEqual(['kept']);
    expect(await heard[1]?.next().then(({ body }) => Buffer.from(body).toString())).toBe('last');
  });

  test('a body of any bytes arrives, large ones too', async () => {
    const every = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect([...(await sent({}, every)).body]).toEqual([...every]);
    const large = Buffer.alloc(5_000_000, 'alidade');
    expect(large.equals((await sent({}, large)).body)).toBe(true);
    expect((await sent({}, new Uint8Array())).body).toHaveLength(0);
  });

  test.each([
    ['a routing key', { routingKey: 'k'.repeat(256) }],
    ['a routing key of many bytes', { routingKey: 'ü'.repeat(128) }],
    ['a body', { body: new Uint8Array(16 * 1024 * 1024 + 1) }],
    ['a property', { properties: { messageId: 'm'.repeat(256) } }],
    [
      'a field name',
      { properties: { headers: new Map([['n'.repeat(256), { tag: 'V', value: null } as const]]) } },
    ],
  ])('%s that is too long is refused, and what follows is sent', async (_, part) => {
    const key = context.name('probe');
    const bindings = [
      { exchange: 'requests' as const, key },
      { exchange: 'requests' as const, key: 'k'.repeat(255) },
    ];
    const heard = await context.consume(context.service, { queue: key, bindings });
    const refused = context.client.send({ ...message(key), ...part }, { mandatory: true });
    await expect(refused).rejects.toMatchObject({ code: 'ALI_BUS_MESSAGE' });
    await context.client.send(message(key, 'next'), { mandatory: true });
    await context.client.send(message('k'.repeat(255), 'longest'), { mandatory: true });
    expect([await heard.next(), await heard.next()].map(({ body }) => Buffer.from(body).toString())).toEqual([
      'next',
      'longest',
    ]);
  });

  test('a number that does not fit its type is refused', async () => {
    const key = context.name('probe');
    await context.consume(context.service, { queue: key, bindings: [{ exchange: 'requests', key }] });
    const headers = new Map([['message_type', { tag: 'i', value: -1 } as const]]);
    const refused = context.client.send(message(key, '', { properties: { headers } }));
    await expect(refused).rejects.toMatchObject({ code: 'ALI_BUS_MESSAGE' });
  });

  test('two requests with the same correlation id do not take the replies of each other', async () => {
    const key = context.name('probe');
    const heard = await context.consume(context.service, {
      queue: key,
      bindings: [{ exchange: 'requests', key }],
    });
    const properties = { correlationId: 'same' };
    const first = context.client.request(message(key, '', { properties }), { timeoutMs: 30_000 });
    const { replyTo = '' } = (await heard.next()).properties;
    const second = context.client.request(message(key, '', { properties }), { timeoutMs: 30_000 });
    await expect(second).rejects.toMatchObject({ code: 'ALI_BUS_MESSAGE' });
    await context.service.send(message(replyTo, 'reply', { properties }));
    expect(await first).toHaveLength(1);
  });
}
