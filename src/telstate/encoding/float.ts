const scratch = new DataView(new ArrayBuffer(8));

/**
 * A float64 that stays one: the number 1 is written as an integer, `float(1)` as a float. It keeps the sign and
 * payload of a NaN, which a JavaScript number does not promise to do.
 */
export class Float {
  readonly value: number;
  private readonly nanBits: bigint | undefined;

  /** @param nanBits the bits of a NaN; see {@link Float.fromBits}. */
  constructor(value: number, nanBits?: bigint) {
    this.value = value;
    this.nanBits = nanBits;
  }

  /** The float with these 64 IEEE 754 bits. */
  static fromBits(bits: bigint): Float {
    scratch.setBigUint64(0, bits);
    const value = scratch.getFloat64(0);
    return Number.isNaN(value) && bits !== plainNanBits
      ? new Float(value, BigInt.asUintN(64, bits))
      : new Float(value);
  }

  /** The 64 IEEE 754 bits; for a NaN without a history those of Python's `float('nan')`. */
  get bits(): bigint {
    return this.nanBits ?? floatBits(this.value);
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return String(this.value);
  }

  toJSON(): number {
    return this.value;
  }
}

/** The bits of the one NaN that a plain number is written as. */
export const plainNanBits = 0x7ff8000000000000n;

/** The 64 IEEE 754 bits of a number; every NaN gives {@link plainNanBits}. */
export function floatBits(value: number): bigint {
  if (Number.isNaN(value)) return plainNanBits;
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/**
 * A float64, whatever the number.
 *
 * @example encodeValue(float(1)) // cb 3f f0 ..., where encodeValue(1) is 01
 */
export function float(value: number): Float {
  return new Float(value);
}
