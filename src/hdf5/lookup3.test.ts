import { expect, test } from 'vitest';
import { lookup3 } from './lookup3.ts';

test.each([
  ['a', 0x58d68708],
  ['\0', 0x8ba9414b],
  ['123456789', 0x845d9a96],
  ['hello, world', 0x59a25215],
  ['0123456789ab0123456789ab', 0x4905589f],
  [String.fromCharCode(...Array(256).keys()), 0xe20e0833],
])('the checksum of %j', (text, checksum) => {
  expect(lookup3(Buffer.from(text, 'latin1'))).toBe(checksum);
});

test('the checksum of the first bytes of a longer block', () => {
  expect(lookup3(Buffer.from('hello, world and more'), 12)).toBe(0x59a25215);
});
