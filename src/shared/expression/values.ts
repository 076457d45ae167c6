import { isBitOperator, onBits } from './bits.ts';
import type { ArithmeticOperator, BitOperator, CompareOperator } from './parser.ts';

/** Throws the error of the place in the expression that is being evaluated. */
export type Fault = (problem: string) => never;

/** Counts the work of one evaluation, so that comparing huge values cannot hold the process up. */
export interface Budget {
  steps: number;
}

export const maxSteps = 1_000_000;
export const maxTextLength = 1_000_000;
/** Whole numbers beyond 2^53 stay exact up to this many bits. */
const maxBits = 1024;
const maxExponent = 1024;

/** Spends steps of the budget. */
export function spend(budget: Budget, steps: number, fault: Fault): void {
  budget.steps -= steps;
  if (budget.steps < 0) fault('this takes too many steps');
}

/**
 * The plain form in which an expression sees a value: `undefined` is null, and an object that stands for a number, a
 * text or a list (through `valueOf`) is that.
 */
export function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || isRecord(value) || Array.isArray(value)) return value;
  const inner: unknown = value.valueOf();
  return typeof inner === 'object' && !Array.isArray(inner) ? value : inner;
}

/** Whether a value counts as true, as Python has it: empty text, lists and maps, 0, False and None do not. */
export function isTruthy(value: unknown): boolean {
  const seen = plain(value);
  if (typeof seen === 'number') return seen !== 0;
  if (typeof seen !== 'object' || seen === null) return Boolean(seen);
  const length = lengthOf(seen);
  return length === undefined || length > 0;
}

/** How many elements a text (in characters), list or map has; undefined for what has no length. */
export function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return [...value].length;
  const list = asList(value);
  if (list !== undefined) return list.length;
  if (value instanceof Map) return value.size;
  return isRecord(value) ? Object.keys(value).length : undefined;
}

export function asList(value: unknown): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as Uint8Array) : undefined;
}

export function asNumber(value: unknown, fault: Fault): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  return fault(`${kindOf(value)} is not a number`);
}

/** What a message calls a value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'string') return 'text';
  if (asList(value) !== undefined) return 'a list';
  return value instanceof Map || isRecord(value) ? 'a map' : 'this value';
}

/** `+ - * / // % **` on numbers, with Python's signs; `+` also joins texts. */
export function arithmetic(
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  fault: Fault,
): unknown {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    if (left.length + right.length > maxTextLength) fault('the text becomes too long');
    return left + right;
  }
  const a = asNumber(left, fault);
  const b = asNumber(right, fault);
  if (isBitOperator(operator)) {
    if (!isWhole(a) || !isWhole(b)) return fault(`'${operator}' needs whole numbers`);
    return onWhole(operator, BigInt(a), BigInt(b), fault);
  }
  if (typeof a === 'number' && typeof b === 'number') return onNumbers(operator, a, b, fault);
  const exact = isWhole(a) && isWhole(b) && operator !== '/' && !(operator === '**' && b < 0);
  return exact
    ? onWhole(operator, BigInt(a), BigInt(b), fault)
    : onNumbers(operator, Number(a), Number(b), fault);
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function onNumbers(
  operator: Exclude<ArithmeticOperator, BitOperator>,
  a: number,
  b: number,
  fault: Fault,
): number {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) fault('division by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%': {
      const remainder = a % b;
      return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
    }
    case '**': {
      if (a === 0 && b < 0) fault('division by zero');
      const power = a ** b;
      if (Number.isNaN(power) && !Number.isNaN(a) && !Number.isNaN(b))
        fault('this power is not a real number');
      if (!Number.isFinite(power) && Number.isFinite(a) && Number.isFinite(b))
        fault('the result is too large');
      return power;
    }
  }
}

function onWhole(operator: ArithmeticOperator, a: bigint, b: bigint, fault: Fault): number | bigint {
  if (operator === '**' && (b > maxExponent || bitsOf(a) * Number(b) > 2 * maxBits))
    fault('the result is too large');
  if (b === 0n && (operator === '//' || operator === '%')) fault('division by zero');
  const result = wholeResult(operator, a, b, fault);
  if (bitsOf(result) > maxBits) fault('the result is too large');
  const number = Number(result);
  return Number.isSafeInteger(number) ? number : result;
}

function wholeResult(operator: ArithmeticOperator, a: bigint, b: bigint, fault: Fault): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return a ** b;
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return onBits(operator, a, b, fault);
    case '%': {
      const remainder = a % b;
      return remainder !== 0n && remainder < 0n !== b < 0n ? remainder + b : remainder;
    }
    // '/' never comes here: it always gives a number with a fraction.
    case '/':
    case '//':
      return a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b;
  }
}

function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

/** One comparison. Only numbers and texts have an order; anything can be equal or not. */
export function compare(
  operator: CompareOperator,
  left: unknown,
  right: unknown,
  budget: Budget,
  fault: Fault,
): boolean {
  switch (operator) {
    case '==':
    case 'is':
      return isEqual(left, right, budget, fault);
    case '!=':
    case 'is not':
      return !isEqual(left, right, budget, fault);
    case 'in':
      return isIn(left, right, budget, fault);
    case 'not in':
      return !isIn(left, right, budget, fault);
    default:
      return isOrdered(operator, left, right, fault);
  }
}

function isOrdered(operator: '<' | '<=' | '>' | '>=', left: unknown, right: unknown, fault: Fault): boolean {
  const [a, b] = comparable(operator, left, right, fault);
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function comparable(
  operator: string,
  left: unknown,
  right: unknown,
  fault: Fault,
): readonly [number | bigint | string, number | bigint | string] {
  if (typeof left === 'string' && typeof right === 'string') return [left, right];
  if (!isNumeric(left) || !isNumeric(right)) {
    fault(`'${operator}' does not compare ${kindOf(left)} with ${kindOf(right)}`);
  }
  return [asNumber(left, fault), asNumber(right, fault)];
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** Equality as Python has it: numbers by what they count (also 1 and True), lists and maps by their elements. */
export function isEqual(left: unknown, right: unknown, budget: Budget, fault: Fault, depth = 0): boolean {
  spend(budget, 1, fault);
  if (depth > 100) fault('the values are nested too deeply');
  const a = plain(left);
  const b = plain(right);
  // Neither below nor above is equal, also between a number and a bigint, without rounding; and false for NaN.
  if (isNumeric(a) && isNumeric(b))
    return asNumber(a, fault) <= asNumber(b, fault) && asNumber(a, fault) >= asNumber(b, fault);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const listA = asList(a);
  const listB = asList(b);
  if (listA !== undefined && listB !== undefined) {
    if (listA.length !== listB.length) return false;
    for (let i = 0; i < listA.length; i += 1) {
      if (!isEqual(listA[i], listB[i], budget, fault, depth + 1)) return false;
    }
    return true;
  }
  const entriesA = entriesOf(a);
  const entriesB = entriesOf(b);
  if (entriesA === undefined || entriesB === undefined) return a === b;
  if (entriesA.size !== entriesB.size) return false;
  for (const [key, value] of entriesA) {
    if (!entriesB.has(key) || !isEqual(value, entriesB.get(key), budget, fault, depth + 1)) return false;
  }
  return true;
}

function isIn(element: unknown, container: unknown, budget: Budget, fault: Fault): boolean {
  if (typeof container === 'string') {
    if (typeof element !== 'string') fault(`${kindOf(element)} is never in text`);
    spend(budget, container.length / 64, fault);
    return container.includes(element as string);
  }
  const list = asList(container);
  if (list !== undefined) {
    for (let i = 0; i < list.length; i += 1) {
      if (isEqual(element, list[i], budget, fault)) return true;
    }
    return false;
  }
  const found =
    find(container, element) ?? fault(`'in' needs text, a list or a map, not ${kindOf(container)}`);
  return found.length > 0;
}

/** An element by number (negative: from the end) or by key. */
export function elementAt(container: unknown, index: unknown, fault: Fault): unknown {
  const list = typeof container === 'string' ? [...container] : asList(container);
  if (list === undefined) {
    const found = find(container, index);
    if (found === undefined) return fault(`${kindOf(container)} has no elements`);
    return found.length > 0 ? found[0] : fault(`there is no element ${show(index)}; test it with 'in' first`);
  }
  if (typeof index === 'bigint' || !Number.isInteger(index)) {
    return fault(`${kindOf(container)} is indexed by a whole number`);
  }
  const position = (index as number) < 0 ? list.length + (index as number) : (index as number);
  if (position < 0 || position >= list.length) {
    return fault(`there is no element ${show(index)}: the length is ${list.length}`);
  }
  return list[position];
}

/** The elements from `start` to before `end`, clipped as Python clips them. */
export function sliceOf(container: unknown, start: unknown, end: unknown, fault: Fault): unknown {
  for (const bound of [start, end]) {
    if (bound !== undefined && !Number.isInteger(bound)) fault('the ends of a slice are whole numbers');
  }
  if (typeof container === 'string') {
    return [...container].slice(start as number | undefined, end as number | undefined).join('');
  }
  const list = asList(container) ?? fault(`${kindOf(container)} has no slices`);
  return Array.prototype.slice.call(list, start as number | undefined, end as number | undefined);
}

/** A field of a map by name. */
export function fieldOf(container: unknown, name: string, fault: Fault): unknown {
  const found = find(container, name);
  if (found === undefined) return fault(`${kindOf(container)} has no fields`);
  return found.length > 0 ? found[0] : fault(`there is no field '${name}'; test it with 'in' first`);
}

/**
 * Looks up a key: `[value]` when it is there, `[]` when not, `undefined` when this holds no keys at all. Of objects only
 * their own data is seen, never a method or a prototype.
 */
function find(container: unknown, key: unknown): readonly unknown[] | undefined {
  if (container instanceof Map) {
    const spellings = [key];
    if (typeof key === 'bigint') spellings.push(Number(key));
    if (Number.isInteger(key)) spellings.push(BigInt(key as number));
    return spellings
      .filter((spelling) => container.has(spelling))
      .slice(0, 1)
      .map((spelling) => container.get(spelling));
  }
  if (typeof container !== 'object' || container === null || asList(container) !== undefined)
    return undefined;
  if (typeof key !== 'string') return isRecord(container) ? [] : undefined;
  const property = Object.getOwnPropertyDescriptor(container, key);
  if (property !== undefined && 'value' in property && typeof property.value !== 'function')
    return [property.value];
  return isRecord(container) ? [] : undefined;
}

function entriesOf(value: object): ReadonlyMap<unknown, unknown> | undefined {
  if (value instanceof Map) return value;
  return isRecord(value) ? new Map(Object.entries(value)) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function show(index: unknown): string {
  return typeof index === 'string' ? `'${index.slice(0, 50)}'` : String(index);
}
