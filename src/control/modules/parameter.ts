import { Float, isList } from '../../shared/exact-value.ts';
import { pythonRepr } from '../calibration/python-value.ts';
import { type LogRules, logRules } from '../logging/log-rule.ts';
import { readChange, readInterval, readSeconds } from '../logging/seconds.ts';
import type { Range } from '../range.ts';
import type { ExactValue } from '../value.ts';

/** What each type of parameter is for the class that takes it. */
export interface ParameterTypes {
  readonly text: string;
  readonly texts: readonly string[];
  readonly number: number;
  readonly whole: number;
  /** A length of time, in seconds. */
  readonly seconds: number;
  /** A length of time, in seconds; 0 is off. */
  readonly interval: number;
  readonly change: number;
  readonly boolean: boolean;
  /** A regular expression. */
  readonly pattern: RegExp;
  readonly value: ExactValue;
  /** Where a device listens. */
  readonly address: { readonly host: string; readonly port: number };
  readonly calibration: unknown;
  /** [least, most], either of them null for an open end. */
  readonly range: Range;
  readonly map: ReadonlyMap<unknown, unknown>;
  /** A map, or the text of a formula with {}. */
  readonly mapOrText: ReadonlyMap<unknown, unknown> | string;
  readonly logRules: LogRules;
}

export type ParameterType = keyof ParameterTypes;

/** One entry that a class takes in a file. */
export interface Parameter<Type extends ParameterType = ParameterType> {
  readonly type: Type;
  /** In one sentence, with the unit where it has one. */
  readonly about: string;
  /** What holds if it is left out, in words or as it would be written. */
  readonly default?: string;
  readonly isRequired?: boolean;
  /** What other generations call it. */
  readonly otherNames?: readonly string[];
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** The values of parameters, by their names. What may be left out may be undefined. */
export type ValuesOf<P extends Parameters> = {
  readonly [Name in keyof P]:
    | ParameterTypes[P[Name]['type']]
    | (P[Name] extends { readonly isRequired: true } ? never : undefined);
};

/** How a message names each type. */
const expected: Readonly<Record<ParameterType, string>> = {
  text: 'text',
  texts: 'a list of texts',
  number: 'a number',
  whole: 'a whole number from 0 on',
  seconds: 'a time in seconds, or a map such as {minutes: 2}',
  interval: 'a time in seconds, or a map such as {minutes: 2}',
  change: 'a number from 0 on',
  boolean: 'true or false',
  pattern: 'a regular expression',
  value: 'text, a number or a boolean',
  address: "a host and a port, as [host, port] or 'host:port'",
  calibration: "an expression such as '2*{}', or a map",
  range: 'a list of the least and the most, such as [0, 10] or [null, 10]',
  map: 'a map',
  mapOrText: 'a map, or a formula with {}',
  logRules: logRules.join(', '),
};

/**
 * Reads the value of a parameter.
 *
 * @throws Error that says what was found and what is expected
 */
export function readParameter<Type extends ParameterType>(type: Type, value: unknown): ParameterTypes[Type] {
  const read = readers[type](value);
  if (read === undefined)
    throw new Error(`is ${pythonRepr(value).slice(0, 100)}; expected ${expected[type]}`);
  return read as ParameterTypes[Type];
}

/** How `alidade control doc` names a type. */
export function parameterTypeText(type: ParameterType): string {
  return expected[type];
}

const maxPatternLength = 500;

type Reader<Type extends ParameterType> = (value: unknown) => ParameterTypes[Type] | undefined;

const readers: { readonly [Type in ParameterType]: Reader<Type> } = {
  text: (value) => {
    if (typeof value === 'string') return value;
    return typeof value === 'number' ? String(value) : undefined;
  },
  texts: (value) => {
    const list = isList(value) ? value : [value];
    return list.every((item) => typeof item === 'string') ? list : undefined;
  },
  number: numberOf,
  whole: (value) => {
    const number = numberOf(value);
    return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
  },
  seconds: (value) => said(() => readSeconds(value)),
  interval: (value) => said(() => readInterval(value)),
  change: (value) => said(() => readChange(value)),
  boolean: (value) => {
    if (value === 1 || value === 0) return value === 1;
    return typeof value === 'boolean' ? value : undefined;
  },
  pattern: (value) => {
    if (typeof value !== 'string' || value.length > maxPatternLength) return undefined;
    return said(() => new RegExp(value.replaceAll('(?P<', '(?<')));
  },
  value: (value) => {
    const isScalar = value instanceof Float || typeof value !== 'object' || value === null;
    return isScalar && value !== undefined ? (value as ExactValue) : undefined;
  },
  address: addressOf,
  calibration: (value) => value,
  range: (value) => {
    if (!isList(value) || value.length !== 2) return undefined;
    const [least, most] = value.map((end) => (end === null ? undefined : (numberOf(end) ?? Number.NaN)));
    if (Number.isNaN(least) || Number.isNaN(most)) return undefined;
    return least !== undefined && most !== undefined && least > most ? undefined : { least, most };
  },
  map: (value) => mapOf(value),
  mapOrText: (value) => (typeof value === 'string' ? value : mapOf(value)),
  logRules: (value) => logRules.find((rules) => rules === value),
};

function numberOf(value: unknown): number | undefined {
  const number = value instanceof Float ? value.value : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function mapOf(value: unknown): ReadonlyMap<unknown, unknown> | undefined {
  if (value instanceof Map) return value;
  const isRecord =
    typeof value === 'object' && value !== null && !(value instanceof Float) && !Array.isArray(value);
  return isRecord ? new Map(Object.entries(value)) : undefined;
}

/** Passes on what a reader says itself, in the place of what was found. */
function said<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`is wrong: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Host and port as a list, as `host:port`, or as the tuple in text that files of dragonfly have. */
function addressOf(value: unknown): ParameterTypes['address'] | undefined {
  const text = isList(value) ? value.join(':') : value;
  if (typeof text !== 'string') return undefined;
  const match = /^\(?\s*['"]?([^\s'",:()[\]]+|\[[\da-f:]+\])['"]?\s*[,:]\s*(\d{1,5})\s*\)?$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65_535) return undefined;
  return { host: (match[1] ?? '').replaceAll(/^\[|\]$/g, ''), port };
}
