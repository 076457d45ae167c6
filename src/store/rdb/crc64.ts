/** The "Jones" polynomial of RDB files, bits reversed, as its two halves. */
const polynomialLow = 0xac4bc9b5;
const polynomialHigh = 0x95ac9329;

/**
 * Eight tables of 256 entries, so that eight bytes take one step: entry `k * 256 + n` is the CRC of byte `n` followed
 * by `k` zero bytes. Halves of 32 bits, because 64-bit integers would be BigInts, one allocation each.
 */
const low = new Int32Array(8 * 256);
const high = new Int32Array(8 * 256);
fillTables();

function fillTables(): void {
  for (let n = 0; n < 256; n++) {
    let lo = n;
    let hi = 0;
    for (let bit = 0; bit < 8; bit++) {
      const odd = (lo & 1) !== 0;
      lo = (lo >>> 1) | (hi << 31);
      hi >>>= 1;
      if (odd) {
        lo ^= polynomialLow;
        hi ^= polynomialHigh;
      }
    }
    low[n] = lo;
    high[n] = hi;
  }
  for (let i = 256; i < low.length; i++) {
    const lo = low[i - 256] as number;
    const hi = high[i - 256] as number;
    const first = lo & 0xff;
    low[i] = ((lo >>> 8) | (hi << 24)) ^ (low[first] as number);
    high[i] = (hi >>> 8) ^ (high[first] as number);
  }
}

/**
 * The CRC-64 of RDB files (Jones polynomial, reflected, start 0, no final XOR): `123456789` gives e9c6d914c4b8d9ca.
 *
 * @example
 * const crc = new Crc64();
 * crc.update(bytes, 0, bytes.length);
 * crc.low; // the lower 32 bits, unsigned
 */
export class Crc64 {
  #low = 0;
  #high = 0;

  get low(): number {
    return this.#low >>> 0;
  }

  get high(): number {
    return this.#high >>> 0;
  }

  update(bytes: Uint8Array, start: number, end: number): void {
    let lo = this.#low;
    let hi = this.#high;
    let i = start;
    for (const last = end - 7; i < last; i += 8) {
      lo ^=
        (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24);
      hi ^=
        (bytes[i + 4] as number) |
        ((bytes[i + 5] as number) << 8) |
        ((bytes[i + 6] as number) << 16) |
        ((bytes[i + 7] as number) << 24);
      const a = 1792 + (lo & 0xff);
      const b = 1536 + ((lo >>> 8) & 0xff);
      const c = 1280 + ((lo >>> 16) & 0xff);
      const d = 1024 + (lo >>> 24);
      const e = 768 + (hi & 0xff);
      const f = 512 + ((hi >>> 8) & 0xff);
      const g = 256 + ((hi >>> 16) & 0xff);
      const h = hi >>> 24;
      lo =
        (low[a] as number) ^
        (low[b] as number) ^
        (low[c] as number) ^
        (low[d] as number) ^
        (low[e] as number) ^
        (low[f] as number) ^
        (low[g] as number) ^
        (low[h] as number);
      hi =
        (high[a] as number) ^
        (high[b] as number) ^
        (high[c] as number) ^
        (high[d] as number) ^
        (high[e] as number) ^
        (high[f] as number) ^
        (high[g] as number) ^
        (high[h] as number);
    }
    for (; i < end; i++) {
      const n = (lo ^ (bytes[i] as number)) & 0xff;
      lo = ((lo >>> 8) | (hi << 24)) ^ (low[n] as number);
      hi = (hi >>> 8) ^ (high[n] as number);
    }
    this.#low = lo;
    this.#high = hi;
  }
}
