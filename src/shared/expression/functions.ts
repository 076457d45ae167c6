import { fixedText } from '../python-text.ts';
import {
  asList,
  asNumber,
  type Budget,
  compare,
  type Fault,
  kindOf,
  lengthOf,
  plain,
  spend,
} from './values.ts';

/** A function that an expression may call: its operands, already plain, and how to fail at its place. */
export interface ExpressionFunction {
  readonly minOperands: number;
  readonly maxOperands: number;
  /**
   * In the extended language, whether a number that it gives is a float: always, or if an operand is one. Left out: never.
   */
  readonly float?: 'always' | 'as-operands';
  call(operands: readonly unknown[], fault: Fault, budget: Budget): unknown;
}

export const constants: Readonly<Record<string, unknown>> = {
  None: null,
  null: null,
  True: true,
  true: true,
  False: false,
  false: false,
  pi: Math.PI,
  e: Math.E,
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

export const functions: Readonly<Record<string, ExpressionFunction>> = {
  len: {
    minOperands: 1,
    maxOperands: 1,
    call: ([value], fault) => lengthOf(value) ?? fault(`${kindOf(value)} has no length`),
  },
  abs: {
    minOperands: 1,
    maxOperands: 1,
    float: 'as-operands',
    call: ([value], fault) => absolute(asNumber(value, fault)),
  },
  min: {
    minOperands: 1,
    maxOperands: 100,
    float: 'as-operands',
    call: (operands, fault, budget) => extreme('<', operands, fault, budget),
  },
  max: {
    minOperands: 1,
    maxOperands: 100,
    float: 'as-operands',
    call: (operands, fault, budget) => extreme('>', operands, fault, budget),
  },
  round: {
    minOperands: 1,
    maxOperands: 2,
    float: 'always',
    call: ([value, digits], fault) => round(value, digits, fault),
  },
  floor: {
    minOperands: 1,
    maxOperands: 1,
    float: 'always',
    call: ([value], fault) => whole(Math.floor, value, fault),
  },
  ceil: {
    minOperands: 1,
    maxOperands: 1,
    float: 'always',
    call: ([value], fault) => whole(Math.ceil, value, fault),
  },
  sqrt: real(Math.sqrt),
  sin: real(Math.sin),
  cos: real(Math.cos),
  tan: real(Math.tan),
  exp: real(Math.exp),
  log10: real(Math.log10),
  log: {
    minOperands: 1,
    maxOperands: 2,
    float: 'always',
    call: ([value, base], fault) => {
      const logarithm = defined(Math.log, value, fault);
      return base === undefined ? logarithm : logarithm / defined(Math.log, base, fault);
    },
  },
};

export function real(compute: (value: number) => number): ExpressionFunction {
  return {
    minOperands: 1,
    maxOperands: 1,
    float: 'always',
    call: ([value], fault) => defined(compute, value, fault),
  };
}

/** A finite operand must give a finite result: sqrt(-1), log(0) and exp(1000) are errors, not NaN or infinity. */
function defined(compute: (value: number) => number, operand: unknown, fault: Fault): number {
  const value = Number(asNumber(operand, fault));
  const result = compute(value);
  if (!Number.isFinite(result) && Number.isFinite(value))
    return fault(`this function has no finite result for ${value}`);
  return result;
}

function whole(compute: (value: number) => number, operand: unknown, fault: Fault): number | bigint {
  const value = asNumber(operand, fault);
  return typeof value === 'bigint' ? value : compute(value);
}

function absolute(value: number | bigint): number | bigint {
  if (typeof value === 'number') return Math.abs(value);
  return value < 0n ? -value : value;
}

function extreme(operator: '<' | '>', operands: readonly unknown[], fault: Fault, budget: Budget): unknown {
  const candidates = operands.length === 1 ? asList(operands[0]) : operands;
  if (candidates === undefined) return fault(`${kindOf(operands[0])} is not a list`);
  if (candidates.length === 0) return fault('the list is empty');
  spend(budget, candidates.length, fault);
  let best = plain(candidates[0]);
  for (let i = 1; i < candidates.length; i += 1) {
    const candidate = plain(candidates[i]);
    if (compare(operator, candidate, best, budget, fault)) best = candidate;
  }
  return best;
}

/** Rounds as Python does: a tie goes to the even digit. */
function round(operand: unknown, digitsOperand: unknown, fault: Fault): number | bigint {
  const value = asNumber(operand, fault);
  const digits = digitsOperand === undefined ? 0 : digitsOperand;
  if (typeof digits !== 'number' || !Number.isInteger(digits) || Math.abs(digits) > 15) {
    return fault('the digits to round to are a whole number from -15 to 15');
  }
  if (typeof value === 'bigint') return digits < 0 ? wholeHalfToEven(value, 10n ** BigInt(-digits)) : value;
  if (!Number.isFinite(value)) return value;
  if (digits < 0) return halfToEven(value / 10 ** -digits) * 10 ** -digits;
  if (digits === 0 || Math.abs(value) >= 2 ** 52) return halfToEven(value);
  return Number(fixedText(value, digits));
}

/** The nearest multiple of a unit; at a tie the even one. */
function wholeHalfToEven(value: bigint, unit: bigint): bigint {
  const rest = ((value % unit) + unit) % unit;
  const below = value - rest;
  const isUp = rest * 2n === unit ? (below / unit) % 2n !== 0n : rest * 2n > unit;
  return isUp ? below + unit : below;
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}
