import { expect, test } from 'vitest';
import {
  decodeCommand,
  decodeError,
  decodePing,
  decodeProperties,
  encodeCommand,
  encodeError,
  encodePing,
  encodeReady,
} from './command.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Buffer.from(text, 'latin1');

test('READY is what libzmq sends, byte for byte', () => {
  // Captured from libzmq 4.3.5, a SUB and a PUSH.
  expect(hex(encodeReady('SUB'))).toBe('04190552454144590b536f636b65742d5479706500000003535542');
  expect(hex(encodeReady('PUSH'))).toBe('041a0552454144590b536f636b65742d547970650000000450555348');
});

test('a command of more than 255 bytes has a long header', () => {
  const long = encodeCommand('SUBSCRIBE', Buffer.alloc(300, 0x61));
  expect(hex(long.subarray(0, 20))).toBe('0600000000000001360953554253435249424561');
  expect(long.length).toBe(9 + 310);
  expect(hex(encodeCommand('CANCEL', bytes('abc')))).toBe('040a0643414e43454c616263');
});

test('the names of properties are compared without case, and unknown ones are kept apart', () => {
  const data = Buffer.concat([bytes('\x0bSOCKET-type\0\0\0\x03PUB'), bytes('\x08Identity\0\0\0\0')]);
  expect([...decodeProperties(data)]).toEqual([
    ['socket-type', 'PUB'],
    ['identity', ''],
  ]);
});

test.each([
  ['a property whose value is cut', '\x0bSocket-Type\0\0\0\x04PUB'],
  ['a property whose length is cut', '\x0bSocket-Type\0\0'],
  ['a value of 4 GiB', '\x01a\xff\xff\xff\xffx'],
  ['a name that is cut', '\x0bSock'],
])('%s is malformed', (_what, data) => {
  expect(() => decodeProperties(bytes(data))).toThrow('longer than the command');
});

test.each([
  ['nothing at all', ''],
  ['an empty name', '\0x'],
  ['a name that is cut', '\x05REA'],
])('a command with %s is malformed', (_what, body) => {
  expect(() => decodeCommand(bytes(body))).toThrow('the name of a command');
});

test('PING carries its time-to-live in tenths of a second and its context', () => {
  expect(hex(encodePing(1234))).toBe('04070450494e47000d');
  expect(hex(encodePing(10_000_000))).toBe('04070450494e47ffff');
  expect(decodePing(bytes('\x01\x02abc'))).toEqual({ ttlMs: 25_800, context: bytes('abc') });
  expect(() => decodePing(bytes('\0'))).toThrow('2 to 18 bytes');
  expect(() => decodePing(Buffer.alloc(19))).toThrow('2 to 18 bytes');
});

test('what a peer says in ERROR cannot write to a terminal', () => {
  const { data } = decodeCommand(encodeError('no\u001b[31m way').subarray(2));
  expect(decodeError(data)).toBe('no?[31m way');
  expect(decodeError(bytes(''))).toBe('');
});
