import { Float } from '../../shared/exact-value.ts';
import { pythonStr } from '../calibration/python-value.ts';
import { Entity, type EntityOptions } from '../entity.ts';
import type { Request } from '../message.ts';
import { ReplyError } from '../reply-error.ts';
import type { Answer, ExactValue, Outcome, Value } from '../value.ts';

export interface KeyValueStoreOptions extends EntityOptions {
  readonly initialValue?: ExactValue | undefined;
  /** As `kv_store_key` of v1 and v2: a get gives text, and a set answers with what was set, in v2. */
  readonly givesText?: boolean | undefined;
}

/**
 * A value that is kept in memory: what is set is what is got, 1.79 as 1.79 and 4.0 as 4.0. It takes text, numbers and
 * booleans.
 */
export class KeyValueStore extends Entity {
  #value: ExactValue;
  readonly #givesText: boolean;

  constructor(options: KeyValueStoreOptions) {
    super(options);
    this.#value = options.initialValue ?? null;
    this.#givesText = options.givesText ?? false;
    this.attribute({ name: '_value', read: () => this.#value });
  }

  override get className(): string {
    return this.#givesText ? 'kv_store_key' : 'KeyValueStore';
  }

  override onGet(): Answer {
    return this.#givesText && this.#value !== null ? pythonStr(this.#value) : this.#value;
  }

  override onSet(value: Value, request: Request): Outcome {
    const isValue = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
    if (!isValue) {
      throw new ReplyError('service_error_invalid_value', `${this.name} holds text, a number or a boolean`);
    }
    this.#value = exactOf(value, request);
    return this.#givesText && request.dialect !== 'v1' ? this.#value : null;
  }
}

/** The value as it was sent, where 4.0 is not 4. */
function exactOf(value: Value, request: Request): ExactValue {
  const sent = request.values?.[0] ?? [...request.keyed.values()][0];
  return sent instanceof Float && sent.value === value ? sent : (value as ExactValue);
}
