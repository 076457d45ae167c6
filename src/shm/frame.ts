import { AlidadeError } from '../shared/errors.ts';
import { type ExactValue, plainValue } from '../shared/exact-value.ts';
import { readJson } from '../shared/read-json.ts';
import { type AnyFields, Float } from './field-value.ts';
import type { Layout } from './layout.ts';

/** A frame as it was read. It does not change. */
export class Frame<F = AnyFields> {
  readonly name: string;
  /** When it was set, in Unix seconds. */
  readonly ts: number;
  /** Who set it; empty in a frame that never was. */
  readonly sender: string;
  /** Names of its fields in their order, without `ts` and `sender`. */
  readonly fields: readonly string[];
  /** Its fields without `ts` and `sender`. Integers beyond 2^53 are bigints, unless a description says number. */
  readonly values: F;
  /** The frame as it is on the wire. */
  readonly text: string;
  /** All its fields without loss, `ts` and `sender` first. */
  readonly exact: ReadonlyMap<string, ExactValue>;

  /**
   * @throws ALI_DECODE when the text is no frame; ALI_SHM_LAYOUT when it is not as described
   * @example new Frame('BATTERY__command', '{"ts": 1.5, "sender": "APP", "command": "go"}').values // { command: 'go' }
   */
  constructor(name: string, text: string, layout?: Layout) {
    const exact = readJson(text, `the frame ${name}`);
    if (!(exact instanceof Map)) throw noFrame(name, text);
    const values = exact as ReadonlyMap<string, ExactValue>;
    const ts = values.get('ts');
    const sender = values.get('sender');
    if (!(ts instanceof Float || typeof ts === 'number') || typeof sender !== 'string') {
      throw noFrame(name, text);
    }
    layout?.assertFits(values);
    this.name = name;
    this.text = text;
    this.exact = values;
    this.ts = Number(ts);
    this.sender = sender;
    this.fields = [...values.keys()].filter((field) => field !== 'ts' && field !== 'sender');
    const plain = this.fields.map((field) => [
      field,
      plainField(values.get(field) as ExactValue, field, layout),
    ]);
    // What a description says was checked above; without one, the type argument is the caller's word.
    this.values = Object.fromEntries(plain) as F;
  }

  /** Whether it was ever set: a frame that init left blank was not. */
  get isSet(): boolean {
    return this.sender !== '' && this.ts !== 0;
  }
}

function plainField(value: ExactValue, field: string, layout: Layout | undefined) {
  const isNumber = typeof value === 'bigint' && layout?.described(field)?.kind === 'number';
  return isNumber ? Number(value) : plainValue(value);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a value of the store. @throws ALI_DECODE when it is not UTF-8 */
export function textOf(name: string, bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    throw new AlidadeError('ALI_DECODE', `the frame ${name} is not UTF-8`, { cause: error });
  }
}

function noFrame(name: string, text: string): AlidadeError {
  const start = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return new AlidadeError(
    'ALI_DECODE',
    `${name} holds no frame, which is a JSON object with a number ts and a text sender: ${start}`,
  );
}
