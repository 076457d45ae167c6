import { type ExactValue, Float } from '../../shared/exact-value.ts';
import { type Operation, operationNumbers } from '../message.ts';

/** Readers of what others wrote: each gives undefined for what is not of its kind. */

export function asObject(value: ExactValue | undefined): ReadonlyMap<string, ExactValue> | undefined {
  return value instanceof Map ? value : undefined;
}

export function asText(value: ExactValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An integer, also as text or as a float without a fraction, as Python's `int()` takes them. */
export function asInteger(value: ExactValue | undefined): number | undefined {
  const number =
    value instanceof Float
      ? value.value
      : typeof value === 'string' && /^[-+]?\d{1,15}$/.test(value)
        ? Number(value)
        : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

const operations: ReadonlyMap<number, Operation> = new Map(
  Object.entries(operationNumbers).map(([name, number]) => [number, name as Operation]),
);

/** The operation of a number, or the number itself. */
export function operationOf(number: number): Operation | number {
  return operations.get(number) ?? number;
}

/** `msgtype` of v1 and v2, `message_type` of v3. */
export const replyType = 2;
export const requestType = 3;
export const alertType = 4;

/** The first word of a routing key, and the rest. */
export function splitKey(routingKey: string): readonly [target: string, specifier: string] {
  const dot = routingKey.indexOf('.');
  return dot < 0 ? [routingKey, ''] : [routingKey.slice(0, dot), routingKey.slice(dot + 1)];
}

/** The arguments in a payload: `values` are the positional ones, the other keys the named ones. */
export function argumentsOf(payload: ExactValue): {
  readonly values: readonly ExactValue[] | undefined;
  readonly keyed: ReadonlyMap<string, ExactValue>;
} {
  const fields = asObject(payload);
  const values = fields?.get('values');
  const keyed = new Map(fields);
  keyed.delete('values');
  return { values: Array.isArray(values) ? (values as readonly ExactValue[]) : undefined, keyed };
}
