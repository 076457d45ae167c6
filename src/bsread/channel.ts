import { messageOf } from '../shared/errors.ts';
import type { ChannelDefinition } from './channel-definition.ts';
import type { ChannelValue } from './channel-type.ts';
import { decodeValue } from './decode-value.ts';
import { scalarOf } from './items.ts';
import { releaseMemory } from './release-memory.ts';
import { scalarShape } from './shape.ts';
import { readTimestamp } from './timestamp.ts';

/**
 * - `present`: it has a value
 * - `missing`: its data frame is empty, or has no items when decompressed
 * - `undecodable`: what came does not fit its definition; {@link Channel.fault} says why
 */
export type ChannelState = 'present' | 'missing' | 'undecodable';

/** A channel of one message. Nothing is decoded before it is asked for, and nothing twice. */
export class Channel {
  readonly definition: ChannelDefinition;
  /** The data frame as it came, perhaps compressed; empty when there is no value. */
  readonly data: Uint8Array;
  /** The timestamp frame as it came, perhaps empty. */
  readonly timestampFrame: Uint8Array;
  readonly #strictPython: boolean;
  #state: ChannelState | undefined;
  #value: ChannelValue | undefined;
  #shape: readonly number[] = scalarShape;
  #fault: string | undefined;

  constructor(
    definition: ChannelDefinition,
    data: Uint8Array,
    timestampFrame: Uint8Array,
    strictPython: boolean,
  ) {
    this.definition = definition;
    this.data = data;
    this.timestampFrame = timestampFrame;
    this.#strictPython = strictPython;
  }

  get name(): string {
    return this.definition.name;
  }

  /** Whether its data frame is empty. Nothing is decoded for this. */
  get isMissing(): boolean {
    return this.data.length === 0;
  }

  /** Nanoseconds of Unix time; undefined when there is no value, or none was sent. */
  get timestampNs(): bigint | undefined {
    if (this.data.length === 0 || this.timestampFrame.length === 0) return undefined;
    return readTimestamp(this.timestampFrame, this.definition.encoding === 'big');
  }

  get state(): ChannelState {
    this.#state ??= this.#decode();
    return this.#state;
  }

  /**
   * Of a scalar a number, bigint (64-bit integers), boolean or text; of an array a typed array in C order and the byte
   * order of this machine, which may be a view of the frame: do not write into it. Undefined when there is none.
   */
  value(): ChannelValue | undefined {
    this.#state ??= this.#decode();
    return this.#value;
  }

  /** NumPy's shape of the value: slowest dimension first, `[]` of a scalar, text, or where there is no value. */
  get shape(): readonly number[] {
    this.#state ??= this.#decode();
    return this.#shape;
  }

  /** Why the value cannot be decoded. */
  get fault(): string | undefined {
    this.#state ??= this.#decode();
    return this.#fault;
  }

  /** See `PulseMessage.release`. */
  release(): void {
    if (typeof this.#value === 'object') releaseMemory(this.#value);
  }

  #decode(): ChannelState {
    const { data, definition } = this;
    if (data.length === 0) return 'missing';
    const { type, itemBytes, encoding } = definition;
    if (definition.isPlainScalar && data.length === itemBytes && type !== undefined && type !== 'string') {
      this.#value = scalarOf(type, data, encoding === 'big');
      return 'present';
    }
    try {
      const decoded = decodeValue(definition, data, this.#strictPython);
      if (decoded === undefined) return 'missing';
      this.#value = decoded.value;
      this.#shape = decoded.shape;
      return 'present';
    } catch (error) {
      this.#fault = messageOf(error);
      return 'undecodable';
    }
  }
}
