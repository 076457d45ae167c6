import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  integer,
  listpack,
  listpackText,
  row,
  ziplist,
  ziplistText,
} from '../../../test/support/rdb-file.ts';
import { type PackedForm, packedElements } from './packed.ts';
import { Damage } from './rdb-parse-error.ts';

function textsOf(form: PackedForm, block: Uint8Array): string[] {
  const elements = packedElements(form, block);
  const texts: string[] = [];
  for (let each = elements.next(); each !== undefined; each = elements.next()) {
    texts.push(Buffer.from(each).toString('latin1'));
  }
  return texts;
}

const long = 'x'.repeat(100);
const minimum64 = -(2n ** 63n);

const whole: [PackedForm, Uint8Array, string[]][] = [
  [
    'listpack',
    listpack(
      row(0),
      row(0x7f),
      row(0xc0, 0x80),
      row(0xcf, 0xff),
      row(0xd0, 0),
      row(0xdf, 0xff),
      row(0xf1, integer(-32768, 2)),
      row(0xf2, 0xff, 0xff, 0x7f),
      row(0xf2, 0, 0, 0x80),
      row(0xf3, integer(-2147483648, 4)),
      row(0xf4, integer(minimum64, 8)),
      listpackText(''),
      listpackText('abc'),
      row(0xe0, 100, long),
      row(0xf0, integer(100, 4), long),
    ),
    ['0', '127', '128', '4095', '-4096', '-1', '-32768', '8388607', '-8388608', '-2147483648'].concat(
      String(minimum64),
      '',
      'abc',
      long,
      long,
    ),
  ],
  [
    'ziplist',
    ziplist(
      row(0xf1),
      row(0xfd),
      row(0xfe, 0x80),
      row(0xc0, integer(-300, 2)),
      row(0xf0, 0xff, 0xff, 0xff),
      row(0xd0, integer(70000, 4)),
      row(0xe0, integer(minimum64, 8)),
      ziplistText(''),
      ziplistText(long),
      row(0x80, 0, 0, 1, 44, 'y'.repeat(300)),
      ziplistText('after a long one'),
    ),
    [
      '0',
      '12',
      '-128',
      '-300',
      '-1',
      '70000',
      String(minimum64),
      '',
      long,
      'y'.repeat(300),
      'after a long one',
    ],
  ],
  ['intset', row(integer(2, 4), integer(2, 4), integer(-5, 2), integer(7, 2)), ['-5', '7']],
  ['intset', row(integer(4, 4), integer(1, 4), integer(-70000, 4)), ['-70000']],
  ['intset', row(integer(8, 4), integer(1, 4), integer(minimum64, 8)), [String(minimum64)]],
  ['zipmap', row(2, 1, 'a', 1, 0, 'x', 2, 'bb', 2, 1, 'yy', 0, 0xff), ['a', 'x', 'bb', 'yy']],
  ['zipmap', row(254, 0xfe, integer(3, 4), 'abc', 0xfe, integer(100, 4), 0, long, 0xff), ['abc', long]],
];

test.each(whole)('a %s gives its elements as text', (form, block, expected) => {
  expect(textsOf(form, block)).toEqual(expected);
});

test.each(whole)('a %s that is cut off, or has a byte more, is refused', (form, block) => {
  for (let size = 0; size < block.length; size++) {
    expect(() => textsOf(form, block.subarray(0, size)), `${size} bytes`).toThrow(Damage);
  }
  if (form !== 'zipmap') expect(() => textsOf(form, row(block, 0))).toThrow(Damage);
});

test('a count that a list does not have is refused, 65535 says that it is not known', () => {
  const counted = (count: number): Uint8Array => {
    const block = listpack(listpackText('a'), listpackText('b'));
    block.set(integer(count, 2), 4);
    return block;
  };
  expect(() => textsOf('listpack', counted(3))).toThrow('count');
  expect(textsOf('listpack', counted(0xffff))).toEqual(['a', 'b']);
});

test('mutated blocks give elements or Damage', () => {
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(), fc.nat(255), ([form, block], at, value) => {
      const mutated = Uint8Array.from(block);
      mutated[at % block.length] = value;
      try {
        expect(textsOf(form, mutated).length).toBeLessThanOrEqual(block.length);
      } catch (error) {
        expect(error).toBeInstanceOf(Damage);
      }
    }),
    { numRuns: 2000 },
  );
});
