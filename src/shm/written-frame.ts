import { AlidadeError } from '../shared/errors.ts';
import type { ExactValue } from '../shared/exact-value.ts';
import { floatText, jsonText } from '../shared/python-text.ts';
import { maxExpireMs } from '../store/index.ts';
import type { AnyFields, SettableFields, SettableValue } from './field-value.ts';
import { Frame } from './frame.ts';
import type { Layout } from './layout.ts';
import { writeExact } from './write-json.ts';

export interface SetOptions {
  /** When it was, in Unix seconds. Default: now, or as it was set first since the last flush. */
  readonly ts?: number | undefined;
  /** How long the frame stays in the store after its flush. Default: for ever. */
  readonly expireMs?: number | undefined;
}

/** Who sets frames, and how. */
export interface Setting {
  readonly sender: string;
  /** Refuse NaN and the infinities. */
  readonly strict: boolean;
  /** The time in Unix seconds. */
  readonly clock: () => number;
  /** Gets to know of every set. */
  readonly log:
    | ((frame: { readonly name: string; readonly sender: string; readonly text: string }) => void)
    | undefined;
}

/** A frame on its way to the store. */
export interface OutgoingFrame {
  readonly text: string;
  readonly expireMs: number | undefined;
}

/** A frame that was declared to be written: it is set here, and goes to the store with the next flush of its dict. */
export class WrittenFrame<F = AnyFields> {
  readonly #layout: Layout;
  readonly #setting: Setting;
  readonly #senderText: string;
  #texts: string[];
  #ts = 0;
  #sender = '';
  #expireMs: number | undefined;
  #isTouched = false;
  /** Its flush failed: it is to be flushed again, but a new set has a time of its own. */
  #isLate = false;
  /** Counts sets, so that a flush that failed knows whether there is something newer. */
  #version = 0;

  /** @internal Made by {@link DataDict.declareToWrite}. */
  constructor(layout: Layout, values: ReadonlyMap<string, ExactValue>, setting: Setting) {
    this.#layout = layout;
    this.#setting = setting;
    this.#senderText = jsonText(setting.sender);
    this.#texts = layout.fields.map((field) => writeExact(values.get(field) ?? null));
    this.#sender = String(values.get('sender') ?? '');
  }

  get name(): string {
    return this.#layout.name;
  }

  /** Names of its fields in their order, without `ts` and `sender`. */
  get fields(): readonly string[] {
    return this.#layout.fields;
  }

  /** Of what is set and not flushed yet; else 0. */
  get ts(): number {
    return this.#ts;
  }

  /** Whether it was set since the last flush. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  /** The values as they are set at present. */
  get values(): F {
    return this.#frame().values;
  }

  /** All its fields as they are set at present, without loss, `ts` and `sender` first. */
  get exact(): ReadonlyMap<string, ExactValue> {
    return this.#frame().exact;
  }

  /**
   * Sets fields by their names, the others stay as they are; or, given a list, all of them by their position after
   * `ts` and `sender`. All or nothing. The sender becomes the application; the time is now, unless it is given or the
   * frame was set already since the last flush.
   *
   * @throws ALI_USAGE on an unknown field, a wrong number of values, or a `ts` that is no time; ALI_ENCODE on a value
   * of another type than the description says, or that JSON has not.
   * @example
   * const measures = await new SharedMemory(space).dict().declareToWrite('BATTERY__measures');
   * measures.set({ uBat: 12.5 });
   * measures.set([12.5, null, 'left', [1, 2]], { expireMs: 30_000 });
   */
  set(values: SettableFields<F> | readonly SettableValue[], options: SetOptions = {}): void {
    const { texts, ts } = this.#changed(values, options);
    this.#texts = texts;
    this.#ts = ts ?? (this.#ts === 0 || this.#isLate ? this.#setting.clock() : this.#ts);
    this.#sender = this.#setting.sender;
    this.#expireMs = options.expireMs;
    this.#isTouched = true;
    this.#isLate = false;
    this.#version++;
    this.#setting.log?.({ name: this.name, sender: this.#sender, text: this.#text() });
  }

  /**
   * @internal Takes what is to be flushed, undefined when there is nothing; `restore` puts it back when the flush failed,
   * unless there is something newer.
   */
  take(): (OutgoingFrame & { readonly restore: () => void }) | undefined {
    if (!this.#isTouched) return undefined;
    const ts = this.#ts;
    const version = this.#version;
    const outgoing = { text: this.#text(), expireMs: this.#expireMs };
    this.#isTouched = false;
    this.#ts = 0;
    const restore = () => {
      if (this.#version !== version) return;
      this.#isTouched = true;
      this.#isLate = true;
      this.#ts = ts;
    };
    return { ...outgoing, restore };
  }

  /** @internal What setting this would give on the wire, for a FIFO. */
  textWith(values: SettableFields<F> | readonly SettableValue[], options: SetOptions): string {
    const { texts, ts } = this.#changed(values, options);
    this.#texts = texts;
    const text = this.#layout.text(floatText(ts ?? this.#setting.clock()), this.#senderText, texts);
    this.#setting.log?.({ name: this.name, sender: this.#setting.sender, text });
    return text;
  }

  #frame(): Frame<F> {
    return new Frame<F>(this.name, this.#text(), this.#layout);
  }

  #text(): string {
    const senderText = this.#sender === this.#setting.sender ? this.#senderText : jsonText(this.#sender);
    return this.#layout.text(floatText(this.#ts), senderText, this.#texts);
  }

  #changed(
    values: SettableFields<F> | readonly SettableValue[],
    options: SetOptions,
  ): { readonly texts: string[]; readonly ts: number | undefined } {
    const { expireMs } = options;
    if (expireMs !== undefined && !(expireMs > 0 && expireMs <= maxExpireMs)) {
      throw new AlidadeError(
        'ALI_USAGE',
        `${this.name}: expireMs is a positive number up to ${maxExpireMs}, not ${expireMs}; without it the frame stays`,
      );
    }
    if (isList(values)) return { texts: this.#byPosition(values), ts: this.#timeOf(options.ts) };
    const texts = [...this.#texts];
    let ts: unknown = options.ts;
    for (const [field, value] of Object.entries(values as Readonly<Record<string, unknown>>)) {
      if (value === undefined) continue;
      if (field === 'ts') ts = value;
      else {
        const index = this.#indexOf(field);
        texts[index] = this.#layout.valueText(index, value, this.#setting.strict);
      }
    }
    return { texts, ts: this.#timeOf(ts) };
  }

  #byPosition(values: readonly SettableValue[]): string[] {
    const { fields, name } = this.#layout;
    if (values.length !== fields.length) {
      throw new AlidadeError(
        'ALI_USAGE',
        `${name} is set by ${fields.length} values (${fields.join(', ')}), not ${values.length}; name the fields to set some of them`,
      );
    }
    return values.map((value, i) => this.#layout.valueText(i, value, this.#setting.strict));
  }

  #indexOf(field: string): number {
    if (field !== 'sender') return this.#layout.indexOf(field);
    throw new AlidadeError(
      'ALI_USAGE',
      `${this.name}: the sender is the application, '${this.#setting.sender}'; it cannot be set`,
    );
  }

  #timeOf(ts: unknown): number | undefined {
    if (ts === undefined || (typeof ts === 'number' && Number.isFinite(ts))) return ts;
    throw new AlidadeError('ALI_USAGE', `${this.name}: ts is a time in Unix seconds, not ${String(ts)}`);
  }
}

function isList(values: object): values is readonly SettableValue[] {
  return Array.isArray(values);
}
