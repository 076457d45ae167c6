import { expect, test } from 'vitest';
import { amqpTarget } from './target.ts';

test.each([
  ['amqp://host', { hostname: 'host', port: 5672, vhost: '/', location: 'amqp://host:5672' }],
  ['amqps://host', { protocol: 'amqps', port: 5671, location: 'amqps://host:5671' }],
  ['amqp://h:5673/', { port: 5673, vhost: '/', location: 'amqp://h:5673' }],
  ['amqp://h/%2f', { vhost: '/', location: 'amqp://h:5672' }],
  ['amqp://h/lab%2fone', { vhost: 'lab/one', location: 'amqp://h:5672/lab%2Fone' }],
  ['amqp://u%40x:p%3A%2F@h', { username: 'u@x', password: 'p:/', location: 'amqp://h:5672' }],
  ['amqp://[::1]:5674', { hostname: '::1', port: 5674, location: 'amqp://[::1]:5674' }],
])('%s', (url, expected) => {
  expect(amqpTarget(url)).toMatchObject(expected);
});

test.each([
  'amqp://u:s3cret@',
  'amqp://u:s3cret@h?heartbeat=1',
  'amqp://u:%zz@s3cret:x/',
  'amqp://u:s3cret@h:99999',
])('a malformed URL is refused without its password', (url) => {
  let said = '';
  try {
    amqpTarget(url);
  } catch (error) {
    said = String(error);
  }
  expect(said).toContain('amqp://[USER:PASSWORD@]HOST');
  expect(said).not.toContain('s3cret');
});
