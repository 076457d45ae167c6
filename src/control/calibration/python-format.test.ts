import { describe, expect, test } from 'vitest';
import { float } from '../../shared/exact-value.ts';
import { compileFormat } from './python-format.ts';

// What Python 3 gives for template.format(value).
describe('gives what str.format gives', () => {
  test.each<[string, unknown, string]>([
    ['{}', 'abc', 'abc'],
    ['{}', 3, '3'],
    ['{}', float(3), '3.0'],
    ['{}', -0, '-0.0'],
    ['{}', 1e-7, '1e-07'],
    ['{}', 1e300, '1e+300'],
    ['{}', true, 'True'],
    ['{}', null, 'None'],
    ['{}', { a: [1, 'x'] }, "{'a': [1, 'x']}"],
    ['{0}*{0}', 2, '2*2'],
    ['{{{}}}', 1, '{1}'],
    ['{!r}', 'a', "'a'"],
    ['{:.2f}', 2.345, '2.35'],
    ['{:8.3f}|', 2.71, '   2.710|'],
    ['{:<6}|', 'ab', 'ab    |'],
    ['{:^6}|', 'ab', '  ab  |'],
    ['{:*>6}', 'ab', '****ab'],
    ['{:06.1f}', -2.5, '-002.5'],
    ['{:+d}', 5, '+5'],
    ['{: d}', 5, ' 5'],
    ['{:x}', 255, 'ff'],
    ['{:#06x}', 255, '0x00ff'],
    ['{:X}', 255, 'FF'],
    ['{:b}', 5, '101'],
    ['{:o}', 8, '10'],
    ['{:,}', 1234567, '1,234,567'],
    ['{:,.1f}', 1234567.25, '1,234,567.2'],
    ['{:e}', 12345.678, '1.234568e+04'],
    ['{:.1E}', 0.00012, '1.2E-04'],
    ['{:g}', 0.00001, '1e-05'],
    ['{:g}', 123456789, '1.23457e+08'],
    ['{:g}', 100, '100'],
    ['{:.3g}', 2, '2'],
    ['{:%}', 0.5, '50.000000%'],
    ['{:.2}', 'abc', 'ab'],
    ['{:d}', true, '1'],
  ])('%s of %j', (template, value, expected) => {
    expect(compileFormat(template)(value)).toBe(expected);
  });
});

test.each([
  ['{} {}', 'a place for a second value'],
  ['{1}', 'a place for a second value'],
  ['{', 'a brace stands alone'],
  ['}', 'a brace stands alone'],
  ['{name}', 'a brace stands alone'],
  ['{0.__class__}', 'a brace stands alone'],
  ['{:9999999}', 'is no format'],
  ['{:9999}', 'a width is at most 1000'],
  ['{:.99f}', 'a precision at most 60'],
  ['{:y}', 'is no format'],
])('the template %s is refused', (template, reason) => {
  expect(() => compileFormat(template)).toThrow(reason);
});

test.each<[string, unknown, string]>([
  ['{:d}', 'abc', "'d' is the format of a number"],
  ['{:x}', 1.5, 'is the format of a whole number'],
  ['{:s}', 1, 'is no format of a number'],
])('%s refuses %j', (template, value, reason) => {
  expect(() => compileFormat(template)(value)).toThrow(reason);
});

test('a whole number of a hundred thousand digits is not written', () => {
  expect(() => compileFormat('{:,d}')(10n ** 100_000n)).toThrow('more than 1100 bits');
});
