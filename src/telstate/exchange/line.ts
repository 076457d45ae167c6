import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { keyBytes, keyText } from '../../store/index.ts';
import { decodeValue, encodeValue, Float, formatJson, parseJson, type Value } from '../encoding/index.ts';
import { memberOf, timeBytes, unpackTime } from '../time.ts';

/** What one line of an export holds, as the store has it: encoded bytes, and of a sample the whole member. */
export type Item =
  | { readonly type: 'attribute'; readonly key: Uint8Array; readonly encoded: Uint8Array }
  | { readonly type: 'sensor'; readonly key: Uint8Array; readonly member: Uint8Array }
  | {
      readonly type: 'indexed';
      readonly key: Uint8Array;
      readonly encodedSubKey: Uint8Array;
      readonly encoded: Uint8Array;
    };

/** The first line: what was asked for. Times are Unix seconds. */
export interface Head {
  readonly type: 'head';
  readonly keys: readonly string[];
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** The last line: nothing was cut off. `lines` counts those between the first and the last. */
export interface Tail {
  readonly type: 'tail';
  readonly lines: number;
}

const format = 'telescope state';
const version = 1;

export function headLine({ keys, start, end }: Head): string {
  return JSON.stringify({ export: format, version, keys, from: start, to: end });
}

export function tailLine({ lines }: Tail): string {
  return JSON.stringify({ exportEnd: format, lines });
}

/**
 * One line of JSON, without the line feed. Values are written as `formatJson` does; where that would not bring back
 * the very bytes (pickled or damaged values, integers in a longer form than needed), as base64 under another name.
 *
 * @example itemLine({ type: 'attribute', key: keyBytes('n'), encoded: encodeValue(64) }) // '{"key":"n","type":"attribute","value":64}'
 */
export function itemLine(item: Item): string {
  const start = `{"key":${JSON.stringify(keyText(item.key))},"type":"${item.type}"`;
  switch (item.type) {
    case 'attribute':
      return `${start},${content('value', 'encoded', item.encoded)}}`;
    case 'sensor':
      return `${start},${sample(item.member)}}`;
    case 'indexed':
      return `${start},${content('subkey', 'encodedSubkey', item.encodedSubKey)},${content('value', 'encoded', item.encoded)}}`;
  }
}

function sample(member: Uint8Array): string {
  const time = member.length < timeBytes ? Number.NaN : unpackTime(member);
  // What telescope state would not write, such as a time of -0 or a member of somebody else.
  if (!(time >= 0) || time === Number.POSITIVE_INFINITY || Object.is(time, -0)) {
    return `"member":"${base64(member)}"`;
  }
  return `"time":${time},${content('value', 'encoded', member.subarray(timeBytes))}`;
}

function content(name: string, rawName: string, encoded: Uint8Array): string {
  const json = faithfulJson(encoded);
  return json === undefined ? `"${rawName}":"${base64(encoded)}"` : `"${name}":${json}`;
}

/** Undefined where the JSON text would not become the same bytes again. */
function faithfulJson(encoded: Uint8Array): string | undefined {
  try {
    const value = decodeValue(encoded, { exact: true });
    const json = formatJson(value);
    const again = encodeValue(isScalar(value) ? value : parseJson(json));
    return Buffer.compare(again, encoded) === 0 ? json : undefined;
  } catch (error) {
    if (error instanceof AlidadeError) return undefined;
    throw error;
  }
}

/** Values whose JSON text stands for themselves beyond doubt. */
function isScalar(value: Value): boolean {
  return typeof value !== 'object' || value === null || value instanceof Float;
}

/**
 * What a line holds.
 *
 * @throws AlidadeError, of any code of bad input, whose message says what is wrong with the line
 */
export function parseLine(text: string): Item | Head | Tail {
  const line = parseJson(text);
  if (!isRecord(line)) throw malformed('the line is no JSON object');
  if (line.export !== undefined) return head(line);
  if (line.exportEnd !== undefined) return { type: 'tail', lines: numberOf(line, 'lines') };
  if (typeof line.key !== 'string') throw malformed('the line has no "key" that is text');
  const key = keyBytes(line.key);
  switch (line.type) {
    case 'attribute':
      return { type: 'attribute', key, encoded: bytesOf(line, 'value', 'encoded') };
    case 'sensor':
      return { type: 'sensor', key, member: memberIn(line) };
    case 'indexed':
      return {
        type: 'indexed',
        key,
        encodedSubKey: bytesOf(line, 'subkey', 'encodedSubkey'),
        encoded: bytesOf(line, 'value', 'encoded'),
      };
    default:
      throw malformed('"type" is attribute, sensor or indexed');
  }
}

type Line = Readonly<Record<string, Value>>;

function head(line: Line): Head {
  if (line.export !== format) throw malformed('this is an export of something else than telescope state');
  if (line.version !== version) throw malformed('the export was written by a newer Alidade');
  const keys = Array.isArray(line.keys) ? line.keys.filter((key) => typeof key === 'string') : [];
  const time = (name: string) => (line[name] === undefined ? undefined : numberOf(line, name));
  return { type: 'head', keys, start: time('from'), end: time('to') };
}

function memberIn(line: Line): Uint8Array {
  if (line.member !== undefined) return fromBase64(line, 'member');
  return memberOf(numberOf(line, 'time'), bytesOf(line, 'value', 'encoded'));
}

function bytesOf(line: Line, name: string, rawName: string): Uint8Array {
  if (line[rawName] !== undefined) return fromBase64(line, rawName);
  const value = line[name];
  if (value === undefined) throw malformed(`there is no "${name}"`);
  return encodeValue(value);
}

function numberOf(line: Line, name: string): number {
  const value = line[name];
  if (typeof value === 'number') return value;
  if (value instanceof Float || typeof value === 'bigint') return Number(value);
  throw malformed(`"${name}" is no number`);
}

function fromBase64(line: Line, name: string): Uint8Array {
  const text = line[name];
  if (typeof text === 'string' && text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text)) {
    return new Uint8Array(Buffer.from(text, 'base64'));
  }
  throw malformed(`"${name}" is no base64 text`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function isRecord(value: Value): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function malformed(message: string): AlidadeError {
  return new AlidadeError('ALI_IMPORT', message);
}

/** Why a line cannot be taken; undefined of an error that is not about the line. */
export function lineFault(error: unknown): string | undefined {
  const codes: readonly unknown[] = ['ALI_IMPORT', 'ALI_USAGE', 'ALI_ENCODE', 'ALI_TIMESTAMP', 'ALI_KEY'];
  return error instanceof AlidadeError && codes.includes(error.code) ? messageOf(error) : undefined;
}
