import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipAddress, ipText } from './ip-address.ts';

function rewritten(text: string): string | undefined {
  const address = ipAddress(text);
  return address === undefined ? undefined : ipText(address);
}

test.each([
  ['::', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['10:0:1:0:0:2:3:4', '10:0:1::2:3:4'],
  ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
  ['1::', '1::'],
  ['::FFFF:1.2.3.4', '::ffff:1.2.3.4'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ['192.168.0.1', '192.168.0.1'],
])('%s is written %s', (text, expected) => {
  expect(rewritten(text)).toBe(expected);
});

test.each(['1.2.3', '01.2.3.4', '1.2.3.256', ':', ':::', '1::2::3', 'fe80::1%eth0', '[::1]', 'host', ''])(
  "'%s' is no address",
  (text) => {
    expect(ipAddress(text)).toBeUndefined();
  },
);

test('IPv6 is written as URLs write it, mapped IPv4 aside', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const url = new URL(`http://[${text}]`).hostname.slice(1, -1);
      if (!url.startsWith('::ffff:')) expect(rewritten(text)).toBe(url);
      else expect(ipAddress(rewritten(text) ?? '')).toEqual(ipAddress(text));
    }),
  );
});
