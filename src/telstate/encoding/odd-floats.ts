/** The value of a float16 (IEEE 754 binary16) given as its 16 bits. */
export function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The 16 bits of the float16 nearest to a number, ties to even. */
export function writeHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(exponentOf(size), -14);
  const steps = roundHalfEven(size * 2 ** (10 - exponent));
  // A carry out of the fraction moves into the exponent field by itself.
  return sign | (size < 2 ** -14 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function exponentOf(size: number): number {
  if (size === 0) return -14;
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  else if (2 ** (exponent + 1) <= size) exponent++;
  return exponent;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

/**
 * The float64 nearest to an x87 extended float (NumPy's 16-byte long double: 64-bit significand with an explicit
 * leading bit, 15-bit exponent and sign, 6 bytes of padding). Double rounding can cost the last bit of subnormals.
 */
export function readLongDouble(view: DataView, at: number, littleEndian: boolean): number {
  const significand = littleEndian ? view.getBigUint64(at, true) : view.getBigUint64(at + 8, false);
  const top = littleEndian ? view.getUint16(at + 8, true) : view.getUint16(at + 6, false);
  const sign = top & 0x8000 ? -1 : 1;
  const exponent = top & 0x7fff;
  if (exponent === 0x7fff) {
    return (significand & 0x7fffffffffffffffn) === 0n ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  const power = Math.max(exponent, 1) - 16383 - 63;
  // Scaled in two steps: 2 ** power alone may underflow where the product does not.
  const half = Math.trunc(power / 2);
  return sign * Number(significand) * 2 ** half * 2 ** (power - half);
}
