import { Float, floatBits } from './float.ts';

/** A complex number of two float64. Keeps the payload of NaN parts when made by {@link Complex.fromBits}. */
export class Complex {
  readonly re: number;
  readonly im: number;
  private readonly nanBits: readonly [bigint, bigint] | undefined;

  /** @param nanBits the bits of both parts when one is a NaN; see {@link Complex.fromBits}. */
  constructor(re: number, im: number, nanBits?: readonly [bigint, bigint]) {
    this.re = re;
    this.im = im;
    this.nanBits = nanBits;
  }

  /** The complex number whose parts have these IEEE 754 bits. */
  static fromBits(reBits: bigint, imBits: bigint): Complex {
    const re = Float.fromBits(reBits).value;
    const im = Float.fromBits(imBits).value;
    const isPlain = floatBits(re) === reBits && floatBits(im) === imBits;
    return isPlain ? new Complex(re, im) : new Complex(re, im, [reBits, imBits]);
  }

  /** The IEEE 754 bits of the real and the imaginary part. */
  get bits(): readonly [re: bigint, im: bigint] {
    return this.nanBits ?? [floatBits(this.re), floatBits(this.im)];
  }

  toJSON(): { re: number; im: number } {
    return { re: this.re, im: this.im };
  }
}
