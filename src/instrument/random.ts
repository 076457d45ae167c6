/**
 * Random numbers without a state: the same seed and place always give the same number. So a simulation is a function of
 * time, which goes on where it was when the program is started again.
 */

/** Mixes 32 bits well ("lowbias32", a public-domain hash of Chris Wellons's hash-prospector). */
function mix(bits: number): number {
  let x = bits;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A seed made of texts. */
export function seedOf(...texts: readonly string[]): number {
  let seed = 0x9e3779b9;
  for (const text of texts) {
    for (let i = 0; i < text.length; i += 1) seed = mix(seed ^ text.charCodeAt(i));
    seed = mix(seed ^ 0xffff);
  }
  return seed;
}

const bits = new DataView(new ArrayBuffer(8));

/** A number from 0 to below 1 that belongs to these places. */
export function uniform(seed: number, ...places: readonly number[]): number {
  let hash = seed;
  for (const place of places) {
    bits.setFloat64(0, place);
    hash = mix(mix(hash ^ bits.getUint32(0)) ^ bits.getUint32(4));
  }
  return hash / 2 ** 32;
}

/** A number of the standard normal distribution that belongs to these places (Box and Muller 1958). */
export function normal(seed: number, ...places: readonly number[]): number {
  // From above 0, whose logarithm there is not.
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, ...places, 1)));
  return radius * Math.cos(2 * Math.PI * uniform(seed, ...places, 2));
}
