import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inFormat } from './text.ts';

const content = fc.dictionary(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('yes', 'null', 'a: b', '-', '1.5', '~', '__proto__x'),
  ),
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'yes',
        'no',
        'null',
        '',
        ' x',
        '1234',
        '0x1F',
        '1e3',
        'IOC:m1',
        'a: b',
        '# x',
        '2026-01-01',
        '---',
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 3 }),
    ),
  })).value,
);

test('JSON is what JSON.stringify writes with two spaces', () => {
  fc.assert(
    fc.property(content, (value) => {
      const text = JSON.stringify(value);
      fc.pre(text.isWellFormed());
      expect(inFormat('json', text)).toBe(`${JSON.stringify(value, null, 2)}\n`);
    }),
  );
});

test.each(['1.1', '1.2'] as const)('YAML %s reads the same values out of the YAML', (version) => {
  fc.assert(
    fc.property(content, (value) => {
      const text = JSON.stringify(value);
      // YAML 1.1 has no exponent without a point.
      fc.pre(text.isWellFormed() && (version === '1.2' || !/\de[+-]?\d/.test(text)));
      expect(parse(inFormat('yaml', text), { version })).toEqual(JSON.parse(text));
    }),
  );
});
