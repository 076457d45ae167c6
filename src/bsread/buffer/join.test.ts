import { expect, test } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { Join } from './join.ts';

function joinOf(inputs: number, maxPulses = 100, maxBytes = 1000) {
  const clock = new ManualClock(0);
  const passed: string[] = [];
  const dropped: string[] = [];
  const join = new Join<{ pulseId: bigint; from: string }>({
    inputs,
    latenessMs: 200,
    maxPulses,
    maxBytes,
    sizeOf: () => 10,
    clock,
    onPulse: (members) => passed.push(members.map((member) => member?.from ?? '-').join(' ')),
    onDrop: (reason, input, { pulseId }) => dropped.push(`${reason} ${input} ${pulseId}`),
  });
  const add = (input: number, ...ids: number[]) => {
    for (const id of ids) join.add(input, { pulseId: BigInt(id), from: 'ab'[input] + String(id) });
  };
  return { clock, join, passed, dropped, add };
}

test('members of a pulse go on together, in the order of the inputs, at once', () => {
  const { passed, add } = joinOf(2);
  add(1, 7, 8);
  add(0, 7);
  expect(passed).toEqual(['a7 b7']);
  add(0, 8);
  expect(passed).toEqual(['a7 b7', 'a8 b8']);
});

test('a pulse waits for a missing member as long as it may, and the later ones with it', () => {
  const { clock, passed, add } = joinOf(2);
  add(0, 1);
  clock.advance(150);
  add(0, 2);
  add(1, 2);
  clock.advance(49);
  expect(passed).toEqual([]);
  clock.advance(1);
  expect(passed).toEqual(['a1 -', 'a2 b2']);
});

test('what comes later than that is dropped, and so is a second of the same', () => {
  const { clock, passed, dropped, add } = joinOf(2);
  add(0, 1, 1);
  clock.advance(200);
  add(1, 1);
  add(1, 2);
  add(0, 2);
  expect([passed, dropped]).toEqual([
    ['a1 -', 'a2 b2'],
    ['duplicate 0 1', 'late 1 1'],
  ]);
});

test('pulses go on in their order, however they came', () => {
  const { clock, passed, add } = joinOf(2);
  add(0, 3, 1, 2);
  add(1, 2, 3, 1);
  expect(passed).toEqual(['a1 b1', 'a2 b2', 'a3 b3']);
  expect(clock.timers).toBe(0);
});

test('no more pulses wait than may', () => {
  const { passed, add } = joinOf(2, 2);
  add(0, 1, 2, 3, 4);
  expect(passed).toEqual(['a1 -', 'a2 -']);
});

test('sources that count anew are not late for ever', () => {
  const { passed, dropped, add } = joinOf(2);
  add(0, 1000);
  add(1, 1000);
  for (let id = 0; id < 12; id++) {
    add(0, id);
    add(1, id);
  }
  expect(dropped).toHaveLength(16);
  expect(passed).toEqual(['a1000 b1000', 'a8 b8', 'a9 b9', 'a10 b10', 'a11 b11']);
});

test('at the end everything goes on as it is, and nothing is waited for', () => {
  const { clock, join, passed, add } = joinOf(2);
  add(1, 1, 2);
  join.flush();
  expect([passed, clock.timers, join.waitingPulses]).toEqual([['- b1', '- b2'], 0, 0]);
});

test('what waits is bounded in bytes', () => {
  const { join, add, passed } = joinOf(2, 100, 30);
  add(0, 1, 2, 3);
  expect(join.waitingPulses).toBe(3);
  add(0, 4);
  add(1, 2);
  expect(passed).toEqual(['a1 -', 'a2 b2']);
  expect(join.waitingPulses).toBe(2);
});

test('a clock that is set back holds nothing up', () => {
  const { clock, add, passed } = joinOf(2);
  add(0, 1);
  clock.jump(-3_600_000);
  add(0, 2);
  clock.advance(200);
  expect(passed).toEqual(['a1 -', 'a2 -']);
});
