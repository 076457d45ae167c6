import { expect, test } from 'vitest';
import { canonicalUuid, Lock, newKey } from './lock.ts';

const sender = { exe: 'x', hostname: 'h', username: 'u', serviceName: 's', versions: {} };
const uuid = '01234567-89ab-cdef-0123-456789abcdef';

test.each([uuid, uuid.toUpperCase(), `{${uuid}}`, '0123456789abcdef0123456789abcdef'])(
  '%s is a key of v3',
  (key) => {
    expect(canonicalUuid(key)).toBe(uuid);
  },
);

test.each([
  '',
  'not a key',
  '0123456789abcdef',
  '01234567-89ab-cdef-0123456789abcdef',
  `{${uuid}`,
  `${uuid}0`,
])('%j is none', (key) => {
  expect(canonicalUuid(key)).toBeUndefined();
});

test('a lock admits its key with and without dashes, and nobody else', () => {
  const lock = new Lock();
  expect(lock.admits('')).toBe(true);
  lock.lock(uuid, sender);
  expect([uuid, uuid.replaceAll('-', ''), '', 'other'].map((key) => lock.admits(key))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(lock.locker).toBe(sender);
  lock.unlock();
  expect([lock.isLocked, lock.key, lock.locker]).toEqual([false, undefined, undefined]);
});

test('keys that are made up have the form of their generation, and are not the same twice', () => {
  expect(newKey('v1')).toMatch(/^[\da-f]{32}$/);
  expect(newKey('v3')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(newKey('v2')).not.toBe(newKey('v2'));
});
