import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { Float } from '../../shared/exact-value.ts';
import { compileExpression, type ExpressionFunction } from '../../shared/expression.ts';
import type { Answer } from '../value.ts';
import {
  type Curve,
  type Interpolation,
  interpolations,
  type Outside,
  outsides,
  polynomialCurve,
  tableCurve,
} from './curve.ts';
import { compileFormat } from './python-format.ts';
import { pythonRepr } from './python-value.ts';

/** What a get gives: the raw value, and the calibrated one where there is one. */
export interface CalibratedValue {
  readonly value_raw: Answer;
  readonly value_cal?: Answer;
  readonly [name: string]: Answer;
}

/** Why a value could not be calibrated. A `miss` is a raw value that a dictionary does not hold. */
export interface CalibrationProblem {
  readonly kind: 'miss' | 'failed';
  readonly message: string;
}

/** `value` is null when there is no raw value. */
export interface CalibrationResult {
  readonly value: CalibratedValue | null;
  readonly problem?: CalibrationProblem;
}

/** Makes calibrated values of raw ones. It never throws and never waits. */
export type Calibration = (raw: Answer) => CalibrationResult;

/** Functions that calibrations of a class may call beside the standard ones, such as `times3` of `kv_store_key`. */
export type CalibrationFunctions = Readonly<Record<string, ExpressionFunction>>;

/**
 * Compiles what an endpoint's `calibration` says.
 *
 * * text: an expression with the place of the raw value: `'2*{}'`, `'10**({} - 6.0)'`, `'float("{}".split(",")[1])'`.
 *   The raw value is put in as text first, as the reference does: `{}**2` of -3 is -9; brackets make it 9.
 * * a map: the calibrated value of each raw value (`CLOSE: "on"`).
 * * a map with `table` (a list of [raw, cal]), `interpolation` (linear, log) and `outside` (refuse, clamp, extrapolate).
 * * a map with `polynomial` (a list of coefficients, from the constant up).
 *
 * An expression is one expression, without statements; it reaches no file and no loop, and its work and size are bounded.
 *
 * @throws ALI_EXPRESSION for a template, table or polynomial that can never work. An expression is not tried before there
 * is a value: its faults are problems of results.
 * @example
 * compileCalibration('2*{}')('0.75').value; // { value_raw: '0.75', value_cal: 1.5 }
 */
export function compileCalibration(definition: unknown, functions: CalibrationFunctions = {}): Calibration {
  const compute = computation(definition, functions);
  return (given) => {
    const raw = isList(given) ? given[0] : given;
    if (raw === null || raw === undefined) return { value: null };
    if (compute === undefined) return { value: { value_raw: raw } };
    try {
      return { value: { value_raw: raw, value_cal: compute(raw) } };
    } catch (error) {
      if (error instanceof Miss) {
        return { value: { value_raw: raw }, problem: { kind: 'miss', message: error.message } };
      }
      if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
      return { value: { value_raw: raw }, problem: { kind: 'failed', message: error.message } };
    }
  };
}

type Compute = (raw: Answer) => Answer;

class Miss extends Error {}

function computation(definition: unknown, functions: CalibrationFunctions): Compute | undefined {
  if (definition === null || definition === undefined) return undefined;
  if (typeof definition === 'string') return fromExpression(definition, functions);
  if (typeof definition !== 'object' || Array.isArray(definition)) {
    return () => fault(`a calibration is text or a map, not ${pythonRepr(definition).slice(0, 100)}`);
  }
  const entries: readonly (readonly [unknown, unknown])[] =
    definition instanceof Map ? [...definition] : Object.entries(definition);
  return curveOf(new Map(entries)) ?? fromDictionary(entries);
}

function fromExpression(template: string, functions: CalibrationFunctions): Compute {
  const format = compileFormat(template);
  return (raw) => {
    const text = format(typeof raw === 'string' ? raw.trim() : raw);
    return encodable(compileExpression(text, { names: [], functions, extended: true })({}));
  };
}

function isList(value: Answer): value is readonly Answer[] {
  return Array.isArray(value);
}

/** A result as a reply carries it: a map with its keys as JSON has them, and 4.0 told from 4. */
export function encodable(value: unknown): Answer {
  if (value instanceof Float) return Number.isInteger(value.value) ? value : value.value;
  if (Array.isArray(value)) return value.map(encodable);
  // The values of expressions are null, booleans, numbers, bigints, texts, lists and maps.
  if (!(value instanceof Map)) return value as Answer;
  const record: Record<string, Answer> = Object.create(null);
  for (const [key, entry] of value)
    record[typeof key === 'string' ? key : pythonRepr(key)] = encodable(entry);
  return record;
}

function fromDictionary(entries: readonly (readonly [unknown, unknown])[]): Compute {
  const values = new Map(entries.map(([raw, cal]) => [identityOf(raw), cal as Answer]));
  return (raw) => {
    const identity = identityOf(raw);
    const found = identity === undefined ? undefined : values.get(identity);
    if (found !== undefined) return found;
    throw new Miss(`raw value <${pythonRepr(raw).slice(0, 200)}> not in cal dict`);
  };
}

/** Equal for what Python holds equal: 1, 1.0 and True are one key, '1' is another; lists and maps are none. */
function identityOf(raw: unknown): string | undefined {
  if (typeof raw === 'string') return `'${raw}`;
  if (raw instanceof Float) return String(raw.value);
  if (typeof raw === 'object') return raw === null ? 'None' : undefined;
  return typeof raw === 'bigint' ? String(raw) : String(Number(raw));
}

const curveNames: ReadonlySet<unknown> = new Set(['table', 'polynomial', 'interpolation', 'outside']);

/** The curve of a map that says one; undefined for a map of raw values. */
function curveOf(map: ReadonlyMap<unknown, unknown>): Compute | undefined {
  const table = map.get('table');
  const polynomial = map.get('polynomial');
  const isCurve = Array.isArray(table) || Array.isArray(polynomial);
  if (!isCurve || ![...map.keys()].every((key) => curveNames.has(key))) return undefined;
  const curve = Array.isArray(table)
    ? tableCurve(
        table.map(pointOf),
        oneOf('interpolation', map.get('interpolation'), interpolations),
        oneOf('outside', map.get('outside'), outsides),
      )
    : polynomialCurve((polynomial as unknown[]).map(numberIn));
  return (raw) => encodable(new Float(finite(curve, raw)));
}

function finite(curve: Curve, given: Answer): number {
  const raw = given instanceof Float ? given.value : given;
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof number !== 'number' || Number.isNaN(number))
    return fault(`${pythonRepr(raw).slice(0, 100)} is not a number`);
  const value = curve(number);
  return Number.isFinite(value) ? value : fault(`there is no finite value for ${number}`);
}

function pointOf(point: unknown): readonly [number, number] {
  if (!Array.isArray(point) || point.length !== 2) {
    return fault(`a point of a table is [raw, cal], not ${pythonRepr(point).slice(0, 100)}`);
  }
  return [numberIn(point[0]), numberIn(point[1])];
}

function numberIn(given: unknown): number {
  const value = given instanceof Float ? given.value : given;
  return typeof value === 'number' ? value : fault(`${pythonRepr(value).slice(0, 100)} is not a number`);
}

function oneOf<Word extends Interpolation | Outside>(
  name: string,
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined || words.some((word) => word === value)) return value as Word | undefined;
  return fault(`${name} is ${pythonRepr(value).slice(0, 100)}; expected ${words.join(' or ')}`);
}

function fault(problem: string): never {
  throw new AlidadeError('ALI_EXPRESSION', problem);
}
