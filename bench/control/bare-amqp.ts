/**
 * The limit on RabbitMQ: amqplib alone, with the topology and a message of dripline's size, as the quickest program that
 * one would write with it. It does what must be done and nothing more: no publisher confirms, no return of what cannot be
 * routed, no time-outs, no recovery. One role a process, as peer.ts has them.
 */
import { createInterface } from 'node:readline';
import { type Channel, connect } from 'amqplib';
import { answer, type Timed, timed } from './timing.ts';

const key = 'bare_peaches';
const body = Buffer.from('{"value_cal":1.5,"value_raw":0.75}');
const headers = {
  message_type: { '!': 'uint32', value: 3 },
  message_operation: { '!': 'uint32', value: 1 },
  specifier: '',
  timestamp: '2026-11-20T09:26:53.889267Z',
  lockout_key: '00000000-0000-0000-0000-000000000000',
  sender_info: {
    exe: '/usr/bin/node',
    hostname: 'lab',
    username: 'operator',
    service_name: 'unknown',
    versions: { dripline: { version: '3.0.0' }, 'dripline-cpp': { version: '2.10.8' } },
  },
};
const common = { contentEncoding: 'application/json', headers } as const;

const connection = await connect(process.argv[2] ?? 'amqp://localhost', { noDelay: true });
const channel: Channel = await connection.createChannel();
for (const exchange of ['requests', 'alerts'])
  await channel.assertExchange(exchange, 'topic', { durable: false });

async function queue(name: string, exchange: string, pattern?: string): Promise<string> {
  const options = { durable: false, exclusive: true, autoDelete: true };
  const { queue } = await channel.assertQueue(name, options);
  await channel.bindQueue(queue, exchange, pattern ?? queue);
  return queue;
}

const measurements: Readonly<Record<string, (...args: readonly number[]) => Promise<object>>> = {
  async serve() {
    await channel.consume(await queue('bare_store', 'requests', `${key}.#`), (request) => {
      if (request === null) return;
      channel.ack(request);
      const { replyTo, correlationId, messageId } = request.properties;
      channel.publish('requests', replyTo, body, { ...common, correlationId, messageId, replyTo: '' });
    });
    return {};
  },

  async requests(count = 1, inFlight = 1): Promise<Timed> {
    const replyTo = await queue('', 'requests');
    const waiting = new Map<string, () => void>();
    await channel.consume(
      replyTo,
      (reply) => {
        const id: string = reply?.properties.correlationId;
        waiting.get(id)?.();
        waiting.delete(id);
      },
      { noAck: true },
    );
    let last = 0;
    return timed(count, inFlight, () => {
      const correlationId = String(++last);
      const messageId = `${correlationId}/0/1`;
      channel.publish('requests', key, Buffer.from('{}'), { ...common, correlationId, messageId, replyTo });
      return new Promise<void>((resolve) => waiting.set(correlationId, resolve));
    });
  },

  /** Written as fast as the socket takes them; nobody says whether the broker has them. */
  alerts(count = 1, inFlight = 1): Promise<Timed> {
    let last = 0;
    let drained: Promise<void> | undefined;
    const drain = () =>
      new Promise<void>((resolve) => {
        channel.once('drain', () => {
          drained = undefined;
          resolve();
        });
      });
    return timed(count, inFlight, async () => {
      const correlationId = String(++last);
      const isRoom = channel.publish('alerts', 'sensor_value.bare', body, { ...common, correlationId });
      drained ??= isRoom ? undefined : drain();
      await drained;
    });
  },

  /** Bindings alone, as a service with so many endpoints needs them; over eight channels, the quickest here. */
  async bind(count = 1) {
    const { queue: name } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    const channels = await Promise.all(Array.from({ length: 8 }, () => connection.createChannel()));
    const startMs = performance.now();
    const bindings = Array.from({ length: count }, (_, i) =>
      channels[i % channels.length]?.bindQueue(name, 'requests', `bare_endpoint_${i}.#`),
    );
    await Promise.all(bindings);
    const seconds = (performance.now() - startMs) / 1000;
    await channel.deleteQueue(name);
    await Promise.all(channels.map((one) => one.close()));
    return { seconds };
  },

  async receive(count = 1) {
    const { promise, resolve } = Promise.withResolvers<object>();
    let received = 0;
    let startMs = 0;
    const name = await queue('', 'alerts', 'sensor_value.#');
    const { consumerTag } = await channel.consume(name, (alert) => {
      if (alert === null) return;
      channel.ack(alert);
      if (received === 0) startMs = performance.now();
      received += 1;
      if (received === count) resolve({ perSecond: ((count - 1) / (performance.now() - startMs)) * 1000 });
    });
    answer({});
    const result = await promise;
    // Which takes the queue away as well.
    await channel.cancel(consumerTag);
    return result;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as { measure: string; args: readonly number[] };
  answer((await measurements[measure]?.(...args)) ?? {});
}
process.exit(0);
