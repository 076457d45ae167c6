import type { Bus, ConsumeOptions, Consumer, Delivery, Message, openBus } from '../../../src/bus/index.ts';

/** A place for a bus. Each `open` is a bus of its own there, as another process would have. */
export interface BusPlace {
  readonly url: string;
  close(): Promise<void>;
}

export interface Context {
  readonly url: string;
  /** Two buses on the same place, open for the whole suite. */
  readonly service: Bus;
  readonly client: Bus;
  /** Closed after the test. */
  open(options?: Parameters<typeof openBus>[1]): Promise<Bus>;
  /** A queue that is closed after the test. */
  consume(
    bus: Bus,
    options: Omit<ConsumeOptions, 'onMessage'>,
    onMessage?: ConsumeOptions['onMessage'],
  ): Promise<Heard>;
  /** A name that no other test uses. */
  name(word: string): string;
}

/** What came into a queue. */
export interface Heard {
  readonly consumer: Consumer;
  readonly deliveries: Delivery[];
  /** Takes the next one that comes. */
  next(): Promise<Delivery>;
}

export function message(routingKey: string, body = '', rest: Partial<Message> = {}): Message {
  return { exchange: 'requests', routingKey, body: Buffer.from(body), properties: {}, ...rest };
}

export const textOf = ({ body }: { readonly body: Uint8Array }) => Buffer.from(body).toString();

/** Answers each request with what `answer` makes of it. */
export function answering(bus: Bus, answer: (request: Delivery) => string): ConsumeOptions['onMessage'] {
  return (request) =>
    bus.send({
      exchange: 'requests',
      routingKey: request.properties.replyTo ?? '',
      body: Buffer.from(answer(request)),
      properties: { correlationId: request.properties.correlationId },
    });
}

/** Gathers what comes into a queue. */
export async function listen(
  bus: Bus,
  options: Omit<ConsumeOptions, 'onMessage'>,
  onMessage: ConsumeOptions['onMessage'] = () => {},
): Promise<Heard> {
  const deliveries: Delivery[] = [];
  let wake = () => {};
  let taken = 0;
  const consumer = await bus.consume({
    ...options,
    onMessage(delivery) {
      deliveries.push(delivery);
      wake();
      return onMessage(delivery);
    },
  });
  return {
    consumer,
    deliveries,
    async next() {
      while (deliveries.length <= taken) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return deliveries[taken++] as Delivery;
    },
  };
}

/** All that a bus sent as alerts to a queue until now. One with this key, which the queue has to be bound to, tells the end. */
export async function untilLast(sender: Bus, heard: Heard, routingKey: string): Promise<readonly Delivery[]> {
  await sender.send({ exchange: 'alerts', routingKey, body: Buffer.alloc(0), properties: {} });
  const came: Delivery[] = [];
  for (;;) {
    const next = await heard.next();
    if (next.routingKey === routingKey) return came;
    came.push(next);
  }
}
