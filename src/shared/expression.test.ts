import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAlidadeError } from './errors.ts';
import { Float, float } from './exact-value.ts';
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

describe('the extended language', () => {
  const evaluateExtended = (source: string) => compileExpression(source, { names: [], extended: true })({});

  test.each<[string, unknown]>([
    ['6 & 3 | 8 ^ 1', 11],
    ['1 << 3 >> 1', 4],
    ['~5', -6],
    ['-1 & 0xff', 255],
    ['1 << 70', 1180591620717411303424n],
    ['2 + 1 << 2', 12],
    ['1 | 2 == 3', true],
    ['(1, 2)', [1, 2]],
    ['1,', [1]],
    ['()', []],
    ['len({"a": 1, 2: 3})', 2],
    ['{"a": 5}["a"]', 5],
    ['{"a": 5}.get("b", 7)', 7],
    ['" a b ".split()', ['a', 'b']],
    ['"a,b,c".split(",", 1)', ['a', 'b,c']],
    ['" x ".strip() + "xyx".strip("x")', 'xy'],
    ['"on" if "ON".lower() == "on" else 0', 'on'],
    ['",".join(["a", "b"]).replace(",", "-")', 'a-b'],
    ['"abc".find("c") + "abca".count("a")', 4],
    ['"abc".startswith("ab") and "abc".endswith("bc")', true],
    ['[3, 1].index(1) + [1, 1.0].count(1)', 3],
    ['math.pi == pi and np.sqrt(4) == 2', true],
    ['int("-0x1f", 16) + int("0b11", 2) + int(2.9)', -26],
    ['range(2, 8, 3)', [2, 5]],
    ['where(1 > 2, "a", "b")', 'b'],
    ['factorial(20)', 2432902008176640000n],
    ['sorted([3, 1, 2])', [1, 2, 3]],
    ['clip(12, 0, 10)', 10],
    ['interp(15, [10, 20], [1, 3])', float(2)],
    ['interp(99, [10, 20], [1, 3])', float(3)],
    ['isnan(nan) and isinf(-inf) and isfinite(1)', true],
  ])('%s', (source, expected) => {
    expect(evaluateExtended(source)).toEqual(expected);
  });

  test.each([
    '1.*3',
    '2*1.0',
    '+1.50E+01',
    '4/2',
    'sqrt(4)',
    'math.fabs(-4)',
    'float("3")',
    '1.0//0.3',
    'abs(-1.0)',
  ])('%s is a float, as in Python', (source) => {
    expect(evaluateExtended(source)).toBeInstanceOf(Float);
  });

  test.each([
    '2*3',
    '2**10',
    '7//2',
    '0x1e5',
    'int(2.5)',
    'len("1.5/2")',
    'max(1, 2)',
    '3 if 1.5 else 4',
    '5 << 3',
  ])('%s is an integer', (source) => {
    expect(evaluateExtended(source)).toBeTypeOf('number');
  });

  test.each([
    ['1.5 & 1', 'needs whole numbers'],
    ['1 << 5000', 'shifted by 0 to 1024 places'],
    ['1 << 1024 << 1', 'too large'],
    ['"a".format(1)', "text has no method 'format'"],
    ['"a".constructor("b")', 'no method'],
    ['[].push(1)', 'no method'],
    ['{"a": 1}.keys()', 'no method'],
    ['"a".__class__', 'no fields'],
    ['math.system("ls")', "no function 'system'"],
    ['open("/etc/passwd")', "no function 'open'"],
    ['range(1000000)', 'at most 10000 elements'],
    ['linspace(0, 1, 1000000)', '0 to 10000 elements'],
    ['factorial(100000)', 'from 0 to 170'],
    ['"a".replace("", "b" )["x"]', 'whole number'],
    ['while True: pass', 'should have ended'],
    ['lambda: 1', 'should have ended'],
    ['int("12", 7)', 'the base is 2, 8, 10 or 16'],
    ['acos(2)', 'no finite result'],
  ])('%s is refused', (source, reason) => {
    let message = '';
    try {
      evaluateExtended(source);
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
      message = error.message;
    }
    expect(message).toContain(reason);
  });

  test('conditions have none of it: there a single & and a comma are mistakes', () => {
    expect(problem('1 & 2')).toContain("write 'and'");
    expect(problem('1, 2')).toContain('should have ended');
    expect(problem('"a".upper()')).toContain('should have ended');
    expect(evaluate('2.0 * 3')).toBe(6);
  });

  test('any text is evaluated or refused with ALI_EXPRESSION, soon', () => {
    const words = [
      '1.5',
      '2',
      '"a"',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '.',
      '<<',
      '&',
      '~',
      'split',
      'range',
      'sum',
      'if',
      'else',
      '**',
      'for',
      'in',
      'x',
      '=',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words)).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          evaluateExtended(source);
        } catch (error) {
          if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
