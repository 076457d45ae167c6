import { expect, test } from 'vitest';
import { DialectBook } from './dialect-book.ts';
import type { Dialect } from './message.ts';

const seen = (dialect: Dialect, serviceName: string) => ({
  dialect,
  sender: { exe: 'x', hostname: 'h', username: 'u', serviceName, versions: {} },
});

test('a service and its endpoints are known by what they say', () => {
  const book = new DialectBook();
  book.hearAlert('sensor_value.peaches', seen('v2', 'my_store'));
  book.hearAlert('heartbeat.new_store', seen('v3', 'new_store'));
  book.hearReply('plums', seen('v1', ''));
  expect(['peaches', 'my_store', 'new_store', 'plums'].map((name) => book.of(name))).toEqual([
    'v2',
    'v2',
    'v3',
    'v1',
  ]);
});

test('the last message counts: a service may have been renewed', () => {
  const book = new DialectBook();
  book.hearReply('peaches', seen('v2', 'my_store'));
  book.hearReply('peaches', seen('v3', 'my_store'));
  expect([book.of('peaches'), book.of('my_store'), book.strangerTo('v3')]).toEqual(['v3', 'v3', undefined]);
});

test('clients are no services, and other alerts name no endpoint', () => {
  const book = new DialectBook();
  book.hearAlert('status_message.error.somebody', seen('v2', 'unknown_service_1356daa-a93'));
  book.hearAlert('command.peaches', seen('v3', 'unknown'));
  expect(['somebody', 'error', 'peaches', 'unknown'].map((name) => book.of(name))).toEqual(
    Array(4).fill(undefined),
  );
});

test('v1 and v2 read each other, v3 stands alone', () => {
  const book = new DialectBook();
  book.hearReply('peaches', seen('v1', ''));
  expect([book.strangerTo('v2'), book.strangerTo('v3')]).toEqual([undefined, 'peaches']);
});
