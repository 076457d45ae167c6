import { expect, test } from 'vitest';
import { serverPattern } from './server-pattern.ts';

const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');

test('a pattern that is UTF-8 goes to the server as it is', () => {
  for (const pattern of ['update/*', '[^a]\\*?', '', '\xc3\xa9*']) {
    expect(serverPattern(bytes(pattern))).toBe(pattern);
  }
});

test('of any other the server gets the ASCII beginning, escaped, and a star', () => {
  expect(serverPattern(bytes('\xff*'))).toBe('*');
  expect(serverPattern(bytes('a\\*\xff'))).toBe('a\\**');
  expect(serverPattern(bytes('a\\[b\xc3\xa9\xff'))).toBe('a\\[b*');
  expect(serverPattern(bytes('ab[\xff]c'))).toBe('ab*');
});
