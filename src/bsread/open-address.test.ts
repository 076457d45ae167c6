import { expect, test } from 'vitest';
import { isOpenAddress } from './open-address.ts';

test.each([
  ['tcp://127.0.0.1:8082', false],
  ['tcp://127.8.0.1:8082', false],
  ['tcp://localhost:8082', false],
  ['tcp://[::1]:8082', false],
  ['ipc:///run/stream', false],
  ['tcp://0.0.0.0:8082', true],
  ['tcp://*:8082', true],
  ['tcp://[::]:8082', true],
  ['tcp://10.0.0.5:8082', true],
  ['tcp://127.example.org:8082', true],
])('%s is open to others: %s', (address, isOpen) => expect(isOpenAddress(address)).toBe(isOpen));
