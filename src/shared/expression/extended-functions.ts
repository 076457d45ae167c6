import { type ExpressionFunction, real } from './functions.ts';
import {
  arithmetic,
  asList,
  asNumber,
  type Budget,
  type Fault,
  isTruthy,
  kindOf,
  plain,
  spend,
} from './values.ts';

/** Elements that `range` and `linspace` make at most. */
const maxElements = 10_000;

/**
 * What the language of calibrations has beyond the standard functions, under the names of Python's `math` and of numpy.
 * Each takes and gives single numbers; `sum`, `mean`, `interp`, `polyval` and `sorted` take lists.
 */
export const extendedFunctions: Readonly<Record<string, ExpressionFunction>> = {
  ...named(['asin', 'arcsin'], real(Math.asin)),
  ...named(['acos', 'arccos'], real(Math.acos)),
  ...named(['atan', 'arctan'], real(Math.atan)),
  ...named(['atan2', 'arctan2'], onTwo(Math.atan2)),
  ...named(['sinh'], real(Math.sinh)),
  ...named(['cosh'], real(Math.cosh)),
  ...named(['tanh'], real(Math.tanh)),
  ...named(['asinh', 'arcsinh'], real(Math.asinh)),
  ...named(['acosh', 'arccosh'], real(Math.acosh)),
  ...named(['atanh', 'arctanh'], real(Math.atanh)),
  ...named(['log2'], real(Math.log2)),
  ...named(['log1p'], real(Math.log1p)),
  ...named(
    ['exp2'],
    real((x) => 2 ** x),
  ),
  ...named(['expm1'], real(Math.expm1)),
  ...named(['cbrt'], real(Math.cbrt)),
  ...named(['hypot'], onTwo(Math.hypot)),
  ...named(['copysign'], onTwo(copySign)),
  ...named(['fmod'], {
    minOperands: 2,
    maxOperands: 2,
    float: 'always',
    call: ([a, b], fault) => {
      const divisor = toFloat(b, fault);
      return divisor === 0 ? fault('division by zero') : toFloat(a, fault) % divisor;
    },
  }),
  ...named(['mod', 'remainder'], operator('%')),
  ...named(['pow', 'power'], operator('**')),
  ...named(['fabs', 'absolute'], real(Math.abs)),
  ...named(['sign'], real(Math.sign)),
  ...named(['trunc', 'fix'], {
    ...one((value) => (typeof value === 'bigint' ? value : Math.trunc(value))),
    float: 'always',
  }),
  ...named(
    ['degrees', 'rad2deg'],
    real((x) => (x * 180) / Math.PI),
  ),
  ...named(
    ['radians', 'deg2rad'],
    real((x) => (x * Math.PI) / 180),
  ),
  ...named(['isnan'], one(Number.isNaN)),
  ...named(
    ['isinf'],
    one((value) => Math.abs(Number(value)) === Number.POSITIVE_INFINITY),
  ),
  ...named(
    ['isfinite'],
    one((value) => Number.isFinite(Number(value))),
  ),
  ...named(['factorial'], one(factorial)),
  ...named(['clip'], {
    minOperands: 3,
    maxOperands: 3,
    float: 'as-operands',
    call: ([value, least, most], fault) =>
      Math.min(toFloat(most, fault), Math.max(toFloat(least, fault), toFloat(value, fault))),
  }),
  ...named(['where'], {
    minOperands: 3,
    maxOperands: 3,
    call: ([condition, then, otherwise]) => (isTruthy(condition) ? then : otherwise),
  }),
  float: {
    minOperands: 1,
    maxOperands: 1,
    float: 'always',
    call: ([value], fault) => toFloat(value, fault, true),
  },
  int: { minOperands: 1, maxOperands: 2, call: ([value, base], fault) => toInt(value, base, fault) },
  bool: { minOperands: 1, maxOperands: 1, call: ([value]) => isTruthy(value) },
  sum: { ...ofList((numbers) => numbers.reduce((sum, x) => sum + x, 0)), float: 'as-operands' },
  mean: {
    ...ofList((numbers, fault) =>
      numbers.length === 0 ? fault('the list is empty') : numbers.reduce((a, b) => a + b) / numbers.length,
    ),
    float: 'always',
  },
  sorted: ofList((numbers) => [...numbers].sort((a, b) => a - b)),
  list: { minOperands: 1, maxOperands: 1, call: ([value], fault) => Array.from(listOf(value, fault)) },
  array: { minOperands: 1, maxOperands: 1, call: ([value], fault) => Array.from(listOf(value, fault)) },
  range: { minOperands: 1, maxOperands: 3, call: range },
  linspace: { minOperands: 2, maxOperands: 3, call: linspace },
  interp: {
    minOperands: 3,
    maxOperands: 3,
    float: 'always',
    call: ([x, xs, ys], fault, budget) =>
      interpolate(toFloat(x, fault), numbersOf(xs, fault, budget), numbersOf(ys, fault, budget), fault),
  },
  polyval: {
    minOperands: 2,
    maxOperands: 2,
    float: 'always',
    call: ([coefficients, x], fault, budget) =>
      numbersOf(coefficients, fault, budget).reduce((sum, c) => sum * toFloat(x, fault) + c, 0),
  },
};

function named(
  names: readonly string[],
  known: ExpressionFunction,
): Readonly<Record<string, ExpressionFunction>> {
  return Object.fromEntries(names.map((name) => [name, known]));
}

function one(compute: (value: number | bigint, fault: Fault) => unknown): ExpressionFunction {
  return {
    minOperands: 1,
    maxOperands: 1,
    call: ([value], fault) => compute(asNumber(value, fault), fault),
  };
}

function onTwo(compute: (a: number, b: number) => number): ExpressionFunction {
  return {
    minOperands: 2,
    maxOperands: 2,
    float: 'always',
    call: ([a, b], fault) => compute(toFloat(a, fault), toFloat(b, fault)),
  };
}

function operator(sign: '%' | '**'): ExpressionFunction {
  return {
    minOperands: 2,
    maxOperands: 2,
    float: 'as-operands',
    call: ([a, b], fault) => arithmetic(sign, a, b, fault),
  };
}

function ofList(compute: (numbers: readonly number[], fault: Fault) => unknown): ExpressionFunction {
  return {
    minOperands: 1,
    maxOperands: 1,
    call: ([list], fault, budget) => compute(numbersOf(list, fault, budget), fault),
  };
}

function listOf(value: unknown, fault: Fault): ArrayLike<unknown> {
  return asList(value) ?? fault(`${kindOf(value)} is not a list`);
}

function numbersOf(value: unknown, fault: Fault, budget: Budget): number[] {
  const list = listOf(value, fault);
  spend(budget, list.length, fault);
  return Array.from(list, (element) => toFloat(plain(element), fault));
}

function copySign(size: number, sign: number): number {
  return sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size);
}

/** A number; with `isReading`, also out of a text, as Python's `float` reads one. */
function toFloat(value: unknown, fault: Fault, isReading = false): number {
  if (!isReading || typeof value !== 'string') return Number(asNumber(value, fault));
  const text = value.trim().toLowerCase();
  if (/^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d+)?$/.test(text))
    return Number(text.replaceAll('_', ''));
  const word = /^([+-]?)(inf(?:inity)?|nan)$/.exec(text);
  if (word === null) return fault('this text is not a number');
  if (word[2] === 'nan') return Number.NaN;
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toInt(value: unknown, base: unknown, fault: Fault): number | bigint {
  if (typeof value !== 'string') {
    const number = asNumber(value, fault);
    if (typeof number === 'bigint') return number;
    return Number.isFinite(number) ? Math.trunc(number) + 0 : fault('only a finite number is made whole');
  }
  const radix = base ?? 10;
  if (radix !== 2 && radix !== 8 && radix !== 10 && radix !== 16) return fault('the base is 2, 8, 10 or 16');
  const prefix = { 2: '0b', 8: '0o', 10: '', 16: '0x' }[radix];
  const match = /^([+-]?)(?:0([box]))?([\da-f]{1,300})$/.exec(value.trim().toLowerCase());
  const digits = match?.[3] ?? '';
  const isOfBase = match?.[2] === undefined || `0${match[2]}` === prefix;
  const allowed = '0123456789abcdef'.slice(0, radix);
  if (match === null || !isOfBase || [...digits].some((digit) => !allowed.includes(digit))) {
    return fault(`this text is not a whole number of base ${radix}`);
  }
  const size = BigInt(`${prefix}${digits}`);
  const whole = match[1] === '-' ? -size : size;
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

function factorial(value: number | bigint, fault: Fault): number | bigint {
  if (!Number.isInteger(value) || value < 0 || value > 170)
    return fault('the operand is a whole number from 0 to 170');
  let product = 1n;
  for (let i = 2n; i <= BigInt(value); i += 1n) product *= i;
  return Number.isSafeInteger(Number(product)) ? Number(product) : product;
}

function range(operands: readonly unknown[], fault: Fault): number[] {
  const bounds = operands.map((operand) => {
    const bound = asNumber(operand, fault);
    return Number.isSafeInteger(bound) ? Number(bound) : fault('the bounds are whole numbers');
  });
  const [start = 0, end = 0, step = 1] = bounds.length === 1 ? [0, bounds[0]] : bounds;
  if (step === 0) return fault('the step is not 0');
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (length > maxElements) return fault(`a list made here has at most ${maxElements} elements`);
  return Array.from({ length }, (_, i) => start + i * step);
}

function linspace([from, to, count]: readonly unknown[], fault: Fault): number[] {
  const start = toFloat(from, fault);
  const end = toFloat(to, fault);
  const length = count === undefined ? 50 : Number(asNumber(count, fault));
  if (!Number.isInteger(length) || length < 0 || length > maxElements)
    return fault(`a list made here has 0 to ${maxElements} elements`);
  return Array.from({ length }, (_, i) => (i === 0 ? start : start + (i * (end - start)) / (length - 1)));
}

/** Between the two points around x on a straight line; beyond the ends, the value of the end, as numpy's `interp`. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[], fault: Fault): number {
  if (xs.length === 0 || xs.length !== ys.length)
    return fault('interp() needs two lists of the same length, not empty');
  if (xs.some((value, i) => i > 0 && !(value > (xs[i - 1] as number))))
    return fault('the first list of interp() must rise');
  const above = xs.findIndex((value) => value >= x);
  if (Number.isNaN(x)) return x;
  if (above <= 0) return (above === 0 ? ys[0] : ys.at(-1)) as number;
  const [x0, x1] = [xs[above - 1] as number, xs[above] as number];
  const [y0, y1] = [ys[above - 1] as number, ys[above] as number];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
