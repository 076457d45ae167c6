import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAlidadeError } from './errors.ts';
import { compileCondition, compileExpression } from './expression.ts';

function evaluate(source: string, names: Readonly<Record<string, unknown>> = {}): unknown {
  return compileExpression(source, { names: Object.keys(names) })(names);
}

function problem(source: string, names: Readonly<Record<string, unknown>> = {}): string {
  try {
    evaluate(source, names);
  } catch (error) {
    if (isAlidadeError(error, 'ALI_EXPRESSION')) return error.message;
    throw error;
  }
  throw new Error(`no error from ${source}`);
}

// What Python 3 gives for the same text.
describe('gives what Python gives', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-2 ** 2', -4],
    ['2 ** -1', 0.5],
    ['2 ** 3 ** 2', 512],
    ['7 // 2', 3],
    ['-7 // 2', -4],
    ['-7 % 3', 2],
    ['7 % -3', -2],
    ['-7.5 % 2', 0.5],
    ['7 / 2', 3.5],
    ['1_000 + 0xff', 1255],
    ['.5e1', 5],
    ['1 < 2 < 3', true],
    ['1 < 3 < 2', false],
    ['3 > 2 == True', false],
    ['not 1 == 2', true],
    ['!True == False', true],
    ['1 or 2', 1],
    ['0 or "x"', 'x'],
    ['0 and 1 / 0', 0],
    ['1 && 2 || 3', 2],
    ['None is None', true],
    ['1 is not None', true],
    ['True + True', 2],
    ['1 == 1.0 == True', true],
    ["'1' == 1", false],
    ['nan == nan', false],
    ["'ab' + 'c'", 'abc'],
    ["'b' in 'abc'", true],
    ["'x' not in ['x', 'y']", false],
    ['[1, [2]] == [1, [2]]', true],
    ['5 if 1 > 2 else 6', 6],
    ["'abc'[-1]", 'c'],
    ["'abcd'[1:3]", 'bc'],
    ['[1, 2, 3][:-1]', [1, 2]],
    ["len('a€😀')", 3],
    ['round(2.5)', 2],
    ['round(3.5)', 4],
    ['round(-2.5)', -2],
    ['round(0.125, 2)', 0.12],
    ['round(2.675, 2)', 2.67],
    ['round(1250, -2)', 1200],
    ['round(12345678901234567850, -2)', 12345678901234567800n],
    ['round(12345678901234567750, -2)', 12345678901234567800n],
    ['round(-12345678901234567851, -2)', -12345678901234567900n],
    ['round(12345678901234567890, 2)', 12345678901234567890n],
    ['min(3, 1, 2)', 1],
    ['max([3, 1, 2])', 3],
    ['abs(-3)', 3],
    ['floor(-1.5)', -2],
    ['ceil(-1.5)', -1],
    ['sqrt(16)', 4],
    ['log(8, 2)', 3],
    ['log10(1000)', 3],
    ['round(sin(pi / 2) + cos(0) + tan(0) + exp(0) + log(e), 9)', 4],
    ['"\\x41\\n\\u20ac"', 'A\n€'],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });
});

test('a condition is the truth of its result: empty, zero and None are not', () => {
  const truth = (value: unknown) => compileCondition('value', { names: ['value'] })({ value });
  expect([0, 0n, '', [], new Map(), {}, null, undefined, false].map(truth)).not.toContain(true);
  expect([1, 1n, 'x', [0], new Map([[1, 2]]), { a: 1 }, true, Number.NaN].map(truth)).not.toContain(false);
});

test('reads elements and fields of lists, typed arrays, maps and records', () => {
  const value = {
    list: [1, 2, 3],
    map: new Map<unknown, unknown>([['a', 5n]]),
    'two words': [new Float64Array([0.5])],
  };
  expect(evaluate("value.list[-1] + value['map'].a", { value })).toBe(8);
  expect(evaluate("value['two words'][0][0]", { value })).toBe(0.5);
  expect(evaluate("'a' in value.map and 'b' not in value.map", { value })).toBe(true);
  expect(evaluate('value[1]', { value: new Map([[1n, 'one']]) })).toBe('one');
});

test('whole numbers beyond 2^53 stay whole', () => {
  expect(evaluate('value + 1', { value: 2n ** 63n })).toBe(2n ** 63n + 1n);
  expect(evaluate('value - 9007199254740993', { value: 9007199254740993n })).toBe(0);
  expect(evaluate('value > 9007199254740992', { value: 9007199254740993n })).toBe(true);
  expect(evaluate('value == 9007199254740992.0', { value: 9007199254740993n })).toBe(false);
});

test('an object that stands for a number is compared as one', () => {
  class Float {
    readonly value: number;
    constructor(value: number) {
      this.value = value;
    }
    valueOf(): number {
      return this.value;
    }
  }
  expect(evaluate('value == 1 and value + 1 == 2', { value: new Float(1) })).toBe(true);
});

test('a name of the caller hides a constant, and one without a value is None', () => {
  expect(evaluate('e', { e: 7 })).toBe(7);
  expect(compileExpression('time is None', { names: ['time'] })({})).toBe(true);
});

test('functions of the caller can be called', () => {
  const double = { minOperands: 1, maxOperands: 1, call: ([x]: readonly unknown[]) => Number(x) * 2 };
  expect(compileExpression('double(21)', { names: [], functions: { double } })({})).toBe(42);
});

test('an error shows the column and a caret under the place', () => {
  expect(problem('value > ', { value: 1 })).toBe(
    'expected a value before the end, at column 9\n  value > \n          ^',
  );
  expect(problem("value + 'a'", { value: 1 })).toBe(
    "text is not a number, at column 7\n  value + 'a'\n        ^",
  );
  const long = problem(`${'1 + '.repeat(100)}?`);
  expect(long).toContain('at column 401');
  const [, text, caret] = long.split('\n');
  expect(text?.[caret?.indexOf('^') ?? -1]).toBe('?');
});

describe('refuses, saying why', () => {
  test.each([
    ['value = 5', "write '=='"],
    ['value & 1', "write 'and'"],
    ['2 ^ 3', "'**'"],
    ['valu > 1', "no name 'valu' here; there is value"],
    ['len', 'is a function'],
    ['system(1)', "no function 'system'"],
    ['sqrt()', 'takes 1 operand, not 0'],
    ['1 2', 'should have ended before this number'],
    ['(1', "expected ')' before the end"],
    ['1 not 2', "expected 'in'"],
    ['5V', 'a letter follows a number'],
    ['007', 'does not begin with 0'],
    ["'abc", 'no closing quote'],
    ["'\\q'", 'unknown escape'],
    ['1 / 0', 'division by zero'],
    ['0 ** -1', 'division by zero'],
    ['(-8) ** 0.5', 'not a real number'],
    ['sqrt(-1)', 'no finite result'],
    ['exp(1000)', 'no finite result'],
    ['10.0 ** 400', 'too large'],
    ["1 < 'a'", "'<' does not compare a number with text"],
    ['None + 1', 'None is not a number'],
    ['[1][1]', 'the length is 1'],
    ["value['b']", "test it with 'in' first"],
    ['value.b', "test it with 'in' first"],
    ['1[0]', 'a number has no elements'],
    ['min([])', 'the list is empty'],
  ])('%s', (source, reason) => {
    expect(problem(source, { value: { a: 1 } })).toContain(reason);
  });
});

test('reaches neither methods nor prototypes', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
    expect(problem(`value.${name}`, { value: {} })).toContain('no field');
    expect(problem(`value['${name}']`, { value: new Map() })).toContain('no element');
    expect(problem(name)).toContain('no name');
    expect(problem(`${name}()`)).toContain('no function');
  }
  expect(problem('value.length', { value: [] })).toContain('no field');
  expect(problem('value.size', { value: new Map() })).toContain('no field');
  expect(problem('value.run', { value: { run: () => 1 } })).toContain('no field');
});

test('depth, length, exponents, digits and work are bounded', () => {
  expect(problem(`${'('.repeat(60)}1${')'.repeat(60)}`)).toContain('nested');
  expect(problem(`${'-'.repeat(60)}1`)).toContain('nested');
  expect(problem('1+'.repeat(1500))).toContain('at most 2000 characters');
  expect(evaluate(`${'1+'.repeat(999)}1`)).toBe(1000);
  expect(problem('value ** 100000', { value: 2n ** 70n })).toContain('too large');
  expect(problem('value ** 2 ** 9', { value: 2n ** 70n })).toContain('too large');
  expect(problem('9'.repeat(400))).toContain('digits');
  const huge = Array.from({ length: 600_000 }, () => 1);
  expect(problem('value == value and value == value', { value: huge })).toContain('too many steps');
});

test('any text either compiles or is refused with ALI_EXPRESSION', () => {
  const words = [
    'value',
    'and',
    'not',
    'in',
    'if',
    'else',
    '(',
    ')',
    '[',
    ']',
    '.',
    ',',
    '**',
    '-',
    '1',
    "'a'",
    'len',
    ':',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...words)).map((all) => all.join(' ')),
  );
  fc.assert(
    fc.property(text, fc.jsonValue(), (source, value) => {
      try {
        evaluate(source, { value });
      } catch (error) {
        if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
