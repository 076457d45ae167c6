import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { EncodeError } from '../errors.ts';
import { Complex } from './complex.ts';
import type { Descriptor } from './dtype.ts';
import { Fault } from './fault.ts';
import { Float } from './float.ts';
import { setOwn } from './item.ts';
import { markKeys, mayReorder, unmarkKeys } from './json-keys.ts';
import { MsgpackTimestamp } from './msgpack-timestamp.ts';
import { NdArray } from './nd-array.ts';
import { NpScalar } from './np-scalar.ts';
import { Tuple } from './tuple.ts';
import type { PlainObject, Value } from './value.ts';

/** Python reads integers of no more digits either. */
const maxIntegerDigits = 4300;

/**
 * The value that a JSON text stands for, without loss: `1` is an integer and `1.0` or `1e3` a `Float`, integers
 * beyond 2^53 are bigints. What JSON has no form for is an object of one key:
 *
 * | text | value |
 * |---|---|
 * | `{"$tuple": [1, 2]}` | `Tuple` |
 * | `{"$bytes": "AP8="}` | bytes, in base64 |
 * | `{"$complex": [0.5, -1.0]}` | `Complex` |
 * | `{"$float": "nan"}`, also `inf`, `-inf`, or 16 hexadecimal digits | `Float` of these bits |
 * | `{"$ndarray": {"dtype": "<f4", "shape": [2], "data": "AACAPwAAAEA="}}` | `NdArray`; `"fortran": true` if so |
 * | `{"$ndarray": {"dtype": "<f4", "values": [1, 2]}}` | the same, written by hand |
 * | `{"$npscalar": {"dtype": "<f4", "data": "AACAPw=="}}`, or `"value": 1` | `NpScalar` |
 * | `{"$map": [[1, "a"]]}` | `Map` |
 * | `{"$timestamp": [0, 0]}` | `MsgpackTimestamp` of seconds and nanoseconds |
 * | `{"$$tuple": 1}` | the plain object `{$tuple: 1}`, and so on: one `$` is taken off |
 *
 * Keys keep their order, which the wire keeps too: an object whose keys JavaScript would move is a `Map`.
 *
 * @throws AlidadeError ALI_USAGE when the text is not JSON; EncodeError when it is, but one of these objects is
 *   malformed or unknown, or it is nested too deep.
 */
export function parseJson(text: string): Value {
  try {
    if (!mayReorder(text)) return JSON.parse(text, revive as Reviver) as Value;
    // Only of a text that is JSON the marks stand where they should; and errors name places of the text as given.
    JSON.parse(text);
    return JSON.parse(markKeys(text), reviveMarked as Reviver) as Value;
  } catch (error) {
    if (error instanceof AlidadeError) throw error;
    if (error instanceof Fault) throw new EncodeError(error.message);
    if (error instanceof RangeError) {
      throw new EncodeError('the JSON text is nested too deep; flatten it', { cause: error });
    }
    throw new AlidadeError('ALI_USAGE', `the text is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function reviveMarked(key: string, value: unknown, context: { readonly source?: string }): unknown {
  return revive(key, isRecord(value) ? unmarkKeys(value as Record<string, Value>) : value, context);
}

function revive(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value === 'number') return readNumber(context.source ?? String(value), value);
  if (typeof value !== 'object' || value === null || !isRecord(value)) return value;
  const name = loneKey(value);
  return name?.startsWith('$') ? untag(name, value[name]) : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The key of an object that has just one. */
function loneKey(record: object): string | undefined {
  let lone: string | undefined;
  for (const key in record) {
    if (lone !== undefined) return undefined;
    lone = key;
  }
  return lone;
}

function readNumber(source: string, value: number): Value {
  if (/[.eE]/.test(source)) return new Float(value);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (source.length > maxIntegerDigits) throw new Fault(`an integer of ${source.length} digits is too long`);
  return BigInt(source);
}

function untag(name: string, content: unknown): Value {
  switch (name) {
    case '$tuple':
      return new Tuple(listOf(name, content) as Value[]);
    case '$bytes':
      return fromBase64(name, content);
    case '$float':
      return namedFloat(content);
    case '$complex':
      return readComplex(content);
    case '$map':
      return new Map(listOf(name, content).map((pair) => listOf(name, pair, 2) as [Value, Value]));
    case '$timestamp': {
      const [seconds, nanoseconds] = listOf(name, content, 2);
      if (typeof nanoseconds !== 'number' || (typeof seconds !== 'number' && typeof seconds !== 'bigint')) {
        throw malformed(name, 'a list of two integers');
      }
      return new MsgpackTimestamp(BigInt(seconds), nanoseconds);
    }
    case '$ndarray':
      return readArray(content);
    case '$npscalar':
      return readScalar(content);
    default: {
      if (!name.startsWith('$$')) {
        throw new Fault(
          `${JSON.stringify(name)} is no known kind of value; for a plain key write "$${name}"`,
        );
      }
      const record: PlainObject = {};
      setOwn(record, name.slice(1), content as Value);
      return record;
    }
  }
}

function readArray(content: unknown): NdArray {
  if (!isRecord(content)) throw malformed('$ndarray', 'an object');
  const { dtype, shape, fortran, data, values } = content;
  if (values !== undefined) return NdArray.of(dtype as Descriptor, values);
  const dimensions = listOf('$ndarray', shape) as number[];
  return new NdArray(dtype as Descriptor, dimensions, fromBase64('$ndarray', data), fortran === true);
}

function readScalar(content: unknown): NpScalar {
  if (!isRecord(content)) throw malformed('$npscalar', 'an object');
  const { dtype, data, value } = content;
  if (value !== undefined) return NpScalar.of(dtype as string, value);
  return new NpScalar(dtype as Descriptor, fromBase64('$npscalar', data));
}

function readComplex(content: unknown): Complex {
  const parts = listOf('$complex', content, 2).map((part) => {
    if (part instanceof Float) return part;
    if (typeof part === 'number' || typeof part === 'bigint') return new Float(Number(part));
    throw malformed('$complex', 'a list of two numbers');
  }) as [Float, Float];
  return Complex.fromBits(parts[0].bits, parts[1].bits);
}

const floatsByName: ReadonlyMap<unknown, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

function namedFloat(content: unknown): Float {
  const named = floatsByName.get(content);
  if (named !== undefined) return new Float(named);
  if (typeof content === 'number') return new Float(content);
  if (content instanceof Float) return content;
  if (typeof content === 'string' && /^[\da-f]{16}$/i.test(content))
    return Float.fromBits(BigInt(`0x${content}`));
  throw malformed('$float', '"nan", "inf", "-inf", a number or 16 hexadecimal digits');
}

function listOf(name: string, content: unknown, length?: number): unknown[] {
  if (Array.isArray(content) && (length === undefined || content.length === length)) return content;
  throw malformed(name, length === undefined ? 'a list' : `a list of ${length}`);
}

function fromBase64(name: string, content: unknown): Uint8Array {
  const isBase64 =
    typeof content === 'string' && content.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(content);
  if (!isBase64) throw malformed(name, 'base64 text');
  return new Uint8Array(Buffer.from(content, 'base64'));
}

function malformed(name: string, expected: string): Fault {
  return new Fault(`"${name}" in JSON needs ${expected}`);
}
