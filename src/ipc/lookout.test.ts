import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Lookout } from './lookout.ts';

function lookoutOf(): { lookout: Lookout; wait: (ms: number) => Promise<void> } {
  let nowMs = 0;
  const wait = async (ms: number) => {
    nowMs += ms;
    // Immediates run in the order in which they were asked for: what looks does so in the first of these turns.
    await turn();
    await turn();
  };
  return { lookout: new Lookout(() => nowMs), wait };
}

/** How many sends go by until one is looked out after. */
async function skipped(lookout: Lookout, wait: (ms: number) => Promise<void>): Promise<number> {
  for (let count = 0; ; count++) {
    lookout.sent();
    if (lookout.isAwake) {
      await wait(1);
      return count;
    }
  }
}

test('after a send it looks out until something comes', async () => {
  const { lookout, wait } = lookoutOf();
  expect(lookout.isAwake).toBe(false);
  for (let i = 0; i < 3; i++) {
    lookout.sent();
    await wait(0.05);
    expect(lookout.isAwake).toBe(true);
    lookout.heard();
    expect(lookout.isAwake).toBe(false);
  }
});

test('it ends when nothing comes, and each further send begins it anew', async () => {
  const { lookout, wait } = lookoutOf();
  lookout.sent();
  await wait(0.06);
  lookout.sent();
  await wait(0.06);
  expect(lookout.isAwake).toBe(true);
  await wait(0.06);
  expect(lookout.isAwake).toBe(false);
});

test('it is in vain however often is sent meanwhile', async () => {
  const { lookout, wait } = lookoutOf();
  for (let i = 0; i < 19; i++) {
    lookout.sent();
    await wait(0.05);
    expect(lookout.isAwake).toBe(true);
  }
  lookout.sent();
  await wait(0.06);
  expect(lookout.isAwake).toBe(false);
  expect(await skipped(lookout, wait)).toBe(1);
});

test('what is in vain is tried less often, and at once again when it was not', async () => {
  const { lookout, wait } = lookoutOf();
  const counts: number[] = [];
  for (let i = 0; i < 8; i++) counts.push(await skipped(lookout, wait));
  expect(counts).toEqual([0, 1, 3, 7, 15, 31, 63, 63]);
  for (let i = 0; i < 63; i++) lookout.sent();
  lookout.heard();
  lookout.sent();
  expect(lookout.isAwake).toBe(true);
  lookout.heard();
  expect(await skipped(lookout, wait)).toBe(0);
});
