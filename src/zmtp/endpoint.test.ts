import { expect, test } from 'vitest';
import { endpointText, parseEndpoint } from './endpoint.ts';

test.each([
  ['tcp://127.0.0.1:9999', { transport: 'tcp', host: '127.0.0.1', port: 9999 }],
  ['tcp://sensor-7.example:1', { transport: 'tcp', host: 'sensor-7.example', port: 1 }],
  ['tcp://[::1]:65535', { transport: 'tcp', host: '::1', port: 65_535 }],
  ['ipc:///tmp/a b', { transport: 'ipc', path: '/tmp/a b' }],
  ['ipc://@name', { transport: 'ipc', path: '\0name' }],
])('%s is read, and written the same', (text, endpoint) => {
  for (const use of ['bind', 'connect'] as const) expect(parseEndpoint(text, use)).toEqual(endpoint);
  expect(endpointText(parseEndpoint(text, 'connect'))).toBe(text);
});

test('to bind, host and port may be left open', () => {
  expect(parseEndpoint('tcp://*:*', 'bind')).toEqual({ transport: 'tcp', host: '0.0.0.0', port: 0 });
  expect(parseEndpoint('tcp://[::]:0', 'bind')).toEqual({ transport: 'tcp', host: '::', port: 0 });
});

test.each([
  'localhost:9999',
  'udp://127.0.0.1:9999',
  'tcp://127.0.0.1',
  'tcp://:9999',
  'tcp://::1:9999',
  'tcp://[127.0.0.1]:9999',
  'tcp://127.0.0.1:65536',
  'tcp://127.0.0.1:-1',
  'tcp://127.0.0.1:1/path',
  'tcp://127.0.0.1:*',
  'tcp://*:9999',
  'tcp://127.0.0.1:0',
  'ipc://',
  'ipc://a\0b',
  `ipc:///tmp/${'x'.repeat(120)}`,
])('%j is refused to connect to', (text) => {
  expect(() => parseEndpoint(text, 'connect')).toThrow(expect.objectContaining({ code: 'ALI_ENDPOINT' }));
});
