import { expect, test } from 'vitest';
import { comparePythonOrder } from './python-order.ts';

test('texts are ordered by code point, lone surrogates at their own place', () => {
  const inOrder = [
    '',
    'Z',
    'a',
    'ab',
    'é',
    '\ud7ff',
    '\udcfe',
    '\udcff',
    '\udcffa',
    '\ue000',
    '\uffff',
    '😀',
    '😀a',
    '😁',
  ];
  expect(inOrder.toReversed().sort(comparePythonOrder)).toEqual(inOrder);
});
