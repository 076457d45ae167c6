import { zipHigh, zipLow } from './bit-rows.ts';

function zip2Low(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function zip2High(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function zip4Low(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}

function zip4High(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}

function zip8Low(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}

function zip8High(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

/** Byte planes, one after the other, into elements of more than one byte. */
export function planesToElements(planes: usize, elements: usize, elementBytes: usize, target: usize): void {
  let done: usize = 0;
  if (elementBytes === 2) {
    for (; done + 16 <= elements; done += 16) {
      const a = v128.load(planes + done);
      const b = v128.load(planes + elements + done);
      v128.store(target, zipLow(a, b), 0);
      v128.store(target, zipHigh(a, b), 16);
      target += 32;
    }
  } else if (elementBytes === 4) {
    for (; done + 16 <= elements; done += 16) {
      const at = planes + done;
      const a = v128.load(at);
      const b = v128.load(at + elements);
      const c = v128.load(at + 2 * elements);
      const d = v128.load(at + 3 * elements);
      const abLow = zipLow(a, b);
      const abHigh = zipHigh(a, b);
      const cdLow = zipLow(c, d);
      const cdHigh = zipHigh(c, d);
      v128.store(target, zip2Low(abLow, cdLow), 0);
      v128.store(target, zip2High(abLow, cdLow), 16);
      v128.store(target, zip2Low(abHigh, cdHigh), 32);
      v128.store(target, zip2High(abHigh, cdHigh), 48);
      target += 64;
    }
  } else if (elementBytes === 8) {
    for (; done + 16 <= elements; done += 16) {
      const at = planes + done;
      const a = v128.load(at);
      const b = v128.load(at + elements);
      const c = v128.load(at + 2 * elements);
      const d = v128.load(at + 3 * elements);
      const e = v128.load(at + 4 * elements);
      const f = v128.load(at + 5 * elements);
      const g = v128.load(at + 6 * elements);
      const h = v128.load(at + 7 * elements);
      storeEight(zipLow(a, b), zipLow(c, d), zipLow(e, f), zipLow(g, h), target);
      storeEight(zipHigh(a, b), zipHigh(c, d), zipHigh(e, f), zipHigh(g, h), target + 64);
      target += 128;
    }
  }
  for (; done < elements; done++) {
    for (let byte: usize = 0; byte < elementBytes; byte++) {
      store<u8>(target++, load<u8>(planes + byte * elements + done));
    }
  }
}

/** Eight elements of eight bytes from their bytes 0 and 1, 2 and 3, 4 and 5, 6 and 7. */
function storeEight(ab: v128, cd: v128, ef: v128, gh: v128, target: usize): void {
  const low = zip2Low(ab, cd);
  const high = zip2High(ab, cd);
  const low2 = zip2Low(ef, gh);
  const high2 = zip2High(ef, gh);
  v128.store(target, zip4Low(low, low2), 0);
  v128.store(target, zip4High(low, low2), 16);
  v128.store(target, zip4Low(high, high2), 32);
  v128.store(target, zip4High(high, high2), 48);
}

/** Elements of more than one byte into byte planes, one after the other. */
export function elementsToPlanes(source: usize, elements: usize, elementBytes: usize, planes: usize): void {
  let done: usize = 0;
  if (elementBytes === 2) {
    for (; done + 16 <= elements; done += 16) {
      const a = v128.load(source, 0);
      const b = v128.load(source, 16);
      v128.store(
        planes + done,
        v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
      );
      v128.store(
        planes + elements + done,
        v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31),
      );
      source += 32;
    }
  } else if (elementBytes === 4) {
    for (; done + 16 <= elements; done += 16) {
      const a = groupFour(v128.load(source, 0));
      const b = groupFour(v128.load(source, 16));
      const c = groupFour(v128.load(source, 32));
      const d = groupFour(v128.load(source, 48));
      const abLow = zip4Low(a, b);
      const abHigh = zip4High(a, b);
      const cdLow = zip4Low(c, d);
      const cdHigh = zip4High(c, d);
      const at = planes + done;
      v128.store(at, zip8Low(abLow, cdLow));
      v128.store(at + elements, zip8High(abLow, cdLow));
      v128.store(at + 2 * elements, zip8Low(abHigh, cdHigh));
      v128.store(at + 3 * elements, zip8High(abHigh, cdHigh));
      source += 64;
    }
  } else if (elementBytes === 8) {
    for (; done + 16 <= elements; done += 16) {
      const a = groupTwo(v128.load(source, 0));
      const b = groupTwo(v128.load(source, 16));
      const c = groupTwo(v128.load(source, 32));
      const d = groupTwo(v128.load(source, 48));
      const e = groupTwo(v128.load(source, 64));
      const f = groupTwo(v128.load(source, 80));
      const g = groupTwo(v128.load(source, 96));
      const h = groupTwo(v128.load(source, 112));
      storeFourPlanes(zip2Low(a, b), zip2Low(c, d), zip2Low(e, f), zip2Low(g, h), planes + done, elements);
      const upper = planes + 4 * elements + done;
      storeFourPlanes(zip2High(a, b), zip2High(c, d), zip2High(e, f), zip2High(g, h), upper, elements);
      source += 128;
    }
  }
  for (; done < elements; done++) {
    for (let byte: usize = 0; byte < elementBytes; byte++) {
      store<u8>(planes + byte * elements + done, load<u8>(source++));
    }
  }
}

/** Four elements of four bytes: their first bytes, their second bytes, … */
function groupFour(a: v128): v128 {
  return v128.shuffle<u8>(a, a, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

/** Two elements of eight bytes: their first bytes, their second bytes, … */
function groupTwo(a: v128): v128 {
  return v128.shuffle<u8>(a, a, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Four planes of sixteen elements, from what four elements each have in these planes. */
function storeFourPlanes(ab: v128, cd: v128, ef: v128, gh: v128, planes: usize, elements: usize): void {
  const low = zip4Low(ab, cd);
  const high = zip4High(ab, cd);
  const low2 = zip4Low(ef, gh);
  const high2 = zip4High(ef, gh);
  v128.store(planes, zip8Low(low, low2));
  v128.store(planes + elements, zip8High(low, low2));
  v128.store(planes + 2 * elements, zip8Low(high, high2));
  v128.store(planes + 3 * elements, zip8High(high, high2));
}
