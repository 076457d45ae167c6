/** What real programs of each generation wrote is read, and written again the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/bus/index.ts';
import type { Dialect, SenderInfo } from '../../src/control/index.ts';
import { isHeaderMessage } from '../../src/control/protocol/header.ts';
import type { Incoming } from '../../src/control/protocol/incoming.ts';
import { readMsgpack, writeMsgpack } from '../../src/control/protocol/msgpack.ts';
import { readMessage } from '../../src/control/protocol/read.ts';
import { alertMessages, replyMessages, requestMessage } from '../../src/control/protocol/write.ts';
import { type CapturedMessage, deliveryOf, dialectOf, readCaptured, requestsOf } from './captured.ts';
import { differencesOf } from './differences.ts';
import { wireForm } from './wire-form.ts';

const sender: SenderInfo = { exe: 'x', hostname: 'h', username: 'u', serviceName: 's', versions: {} };
const signature = { sender, timeMs: Date.UTC(2026, 0, 1), maxPayloadBytes: 10_000 };
const differences = differencesOf('protocol');
const exchanges = ['seed-kv', 'v2-kv', 'v3-kv'] as const;

/** Read, and written again from what was read; of requests the bus adds where the reply goes. */
function again(delivery: Delivery, wire: Dialect) {
  const { properties } = delivery;
  const incoming = readMessage(delivery, { wire });
  const [written, ...more] = write(incoming, delivery);
  if (written === undefined) throw new Error(JSON.stringify(incoming));
  expect(more).toEqual([]);
  const given = { correlationId: properties.correlationId, replyTo: properties.replyTo };
  return wireForm({ ...written, properties: { ...written.properties, ...given } });
}

function write(incoming: Incoming, { routingKey, properties }: Delivery) {
  if (incoming.kind === 'reply') {
    const { code, message, exactPayload: payload, dialect } = incoming.reply;
    return replyMessages({ code, message, payload }, { dialect, replyTo: routingKey, properties }, signature);
  }
  if (incoming.kind === 'alert') {
    return alertMessages(
      { routingKey, payload: incoming.alert.exactPayload },
      incoming.alert.dialect,
      signature,
    );
  }
  if (incoming.kind === 'unreadable') return [];
  const { exactPayload: payload, dialect, lockoutKey, ...rest } = incoming.request;
  const key = lockoutKey.startsWith('00000000') ? '' : lockoutKey;
  return [requestMessage({ ...rest, payload, lockoutKey: key }, dialect, signature)];
}

/** NaN of v1 and v2 is read, and not written: JSON has none. */
function withoutNaN(delivery: Delivery): Delivery {
  if (isHeaderMessage(delivery) || delivery.properties.contentEncoding === 'application/msgpack')
    return delivery;
  const body = Buffer.from(delivery.body)
    .toString('latin1')
    .replace(/([[ ])NaN\b/g, '$1null');
  return { ...delivery, body: Buffer.from(body, 'latin1') };
}

describe.each(exchanges)('%s', (name) => {
  const captured = readCaptured(name);
  const wire = dialectOf(captured);
  const single = captured.steps.flatMap(({ step, replies = [] }) =>
    replies.length === 1 ? [[step, replies[0] as CapturedMessage] as const] : [],
  );
  test.each(single)('the reply of %s', (step, message) => {
    const delivery = deliveryOf(message);
    const difference = differences.get(`${name} ${step}`);
    const body = difference === undefined ? undefined : Buffer.from(String(difference.ours));
    const expected = body === undefined ? withoutNaN(delivery) : { ...delivery, body };
    expect(again(delivery, wire)).toEqual(wireForm(expected));
  });

  const alerts = captured.steps.flatMap(({ step, alerts = [] }) =>
    alerts.map((alert) => [step, alert] as const),
  );
  test.each(alerts)('the alert of %s', (_step, message) => {
    const delivery = deliveryOf(message);
    expect(again(delivery, wire)).toEqual(wireForm(withoutNaN(delivery)));
  });
});

test.each(['v1', 'v3'] as const)('the requests of the command line of %s', (wire) => {
  const text = readFileSync(`test/fixtures/control/cli-messages-${wire}.json`, 'utf8');
  const { messages } = JSON.parse(text) as { messages: CapturedMessage[] };
  for (const message of messages) {
    const delivery = deliveryOf(message);
    expect(again(delivery, wire)).toEqual(wireForm(delivery));
  }
});

test('the alerts of a service of v3 that logs', () => {
  const text = readFileSync('test/fixtures/control/live-log-messages.json', 'utf8');
  const { events } = JSON.parse(text) as { events: CapturedMessage[] };
  for (const event of events.filter(({ properties }) => properties !== undefined)) {
    const delivery = deliveryOf(event);
    expect(again(delivery, 'v3')).toEqual(wireForm(delivery));
  }
});

test('MessagePack of v1 is written in the same bytes', () => {
  const bodies = readCaptured('seed-kv')
    .steps.flatMap((step) => [...requestsOf(step), ...(step.replies ?? [])])
    .filter(({ properties }) => properties.content_encoding === 'application/msgpack')
    .map(({ body_b64 }) => Buffer.from(body_b64, 'base64'));
  expect(bodies.length).toBeGreaterThan(8);
  for (const body of bodies) expect(writeMsgpack(readMsgpack(body))).toEqual(body);
});
