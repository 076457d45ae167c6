import { AlidadeError } from '../shared/errors.ts';
import type { Binding, Message, Properties } from './bus.ts';

/** What a body may have; RabbitMQ takes eight times as much. */
export const maxBodyBytes = 16 * 1024 * 1024;

/** A name or key of AMQP is a short text. */
const maxKeyBytes = 255;

/** @throws ALI_BUS_MESSAGE */
export function checkMessage({ routingKey, body }: Message): void {
  checkKey('the routing key', routingKey);
  if (body.length > maxBodyBytes) {
    throw refusal(
      `a message to '${routingKey}' has ${body.length} bytes; at most ${maxBodyBytes} go over the bus`,
    );
  }
}

/** @throws ALI_BUS_MESSAGE */
export function checkQueue(queue: string, bindings: readonly Binding[]): void {
  if (queue === '') throw refusal('a queue needs a name');
  checkKey('the queue name', queue);
  if (queue.startsWith('amq.')) {
    throw refusal(`'${queue}' cannot be a queue name: those that begin with 'amq.' are the broker's own`);
  }
  for (const { key } of bindings) checkKey('the binding', key);
}

/** RabbitMQ gives a message to the routing keys in these headers as well. */
const copyHeaders = ['CC', 'BCC'];

/**
 * The properties with which a message is written. A reply may have those of its request, whoever sent that: they must
 * neither have our channel closed (another's user id) nor send the reply anywhere else.
 */
export function writtenProperties(properties: Properties): Properties {
  const { headers } = properties;
  const hasCopies = headers !== undefined && copyHeaders.some((name) => headers.has(name));
  if (properties.userId === undefined && !hasCopies) return properties;
  const { userId: _, ...rest } = properties;
  if (!hasCopies) return rest;
  return { ...rest, headers: new Map([...headers].filter(([name]) => !copyHeaders.includes(name))) };
}

/** @throws ALI_BUS_MESSAGE for properties that do not fit into their types on the wire */
export function refusedProperties(routingKey: string, cause: unknown): AlidadeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return refusal(`the properties of a message to '${routingKey}' cannot be sent: ${why}`, cause);
}

function checkKey(what: string, key: string): void {
  const size = Buffer.byteLength(key);
  if (size > maxKeyBytes)
    throw refusal(`${what} '${key.slice(0, 40)}…' has ${size} bytes; at most ${maxKeyBytes} are possible`);
}

function refusal(message: string, cause?: unknown): AlidadeError {
  return new AlidadeError('ALI_BUS_MESSAGE', message, { cause });
}
