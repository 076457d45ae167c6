import { expect, test } from 'vitest';
import { type BufferedPulse, Ring } from './ring.ts';

const pulse = (order: number, wireBytes = 1000): BufferedPulse => ({
  pulseId: BigInt(order),
  order,
  takers: 0,
  pieces: [{ bytes: new Uint8Array(0), start: 0, end: 0 }],
  sizeBytes: wireBytes,
  wireBytes,
});

function ringOf(maxMessages: number, maxBytes = 1e9) {
  const overrun: number[] = [];
  const ring = new Ring(maxMessages, maxBytes, ({ order }) => overrun.push(order));
  const held = () =>
    Array.from({ length: ring.length }, (_, index) => ring.at(ring.first + index)?.order ?? Number.NaN);
  return { ring, overrun, held };
}

test('it keeps the newest, and tells what had to leave', () => {
  const { ring, overrun, held } = ringOf(3);
  for (let order = 0; order < 5; order++) ring.push(pulse(order));
  expect([held(), overrun]).toEqual([
    [2, 3, 4],
    [0, 1],
  ]);
  expect([ring.at(1), ring.at(5)]).toEqual([undefined, undefined]);
});

test('it is bounded in bytes too, but for a single message', () => {
  const { ring, overrun, held } = ringOf(100, 5000);
  for (let order = 0; order < 5; order++) ring.push(pulse(order));
  expect([held(), overrun]).toEqual([
    [2, 3, 4],
    [0, 1],
  ]);
  ring.push(pulse(5, 1e6));
  expect([held(), overrun]).toEqual([[5], [0, 1, 2, 3, 4]]);
  ring.push(pulse(6));
  expect(held()).toEqual([6]);
  expect(ring.sizeBytes).toBe(1640);
});

test('what is put back finds its place; what has no room any more is the oldest', () => {
  const { ring, overrun, held } = ringOf(4);
  for (let order = 0; order < 4; order++) ring.push(pulse(order));
  const [a, b, c] = [ring.shift(), ring.shift(), ring.shift()] as BufferedPulse[];
  ring.putBack([b as BufferedPulse]);
  ring.putBack([a as BufferedPulse, c as BufferedPulse]);
  expect([held(), overrun]).toEqual([[0, 1, 2, 3], []]);
  ring.shift();
  ring.shift();
  ring.push(pulse(4));
  ring.push(pulse(5));
  ring.putBack([a as BufferedPulse, b as BufferedPulse]);
  expect([held(), overrun]).toEqual([
    [2, 3, 4, 5],
    [0, 1],
  ]);
  while (ring.length > 0) ring.shift();
  expect(ring.sizeBytes).toBe(0);
});
