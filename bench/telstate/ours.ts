import type { TelescopeState } from '../../src/telstate/index.ts';
import type { Rate } from '../peer.ts';

async function timed(count: number, work: () => Promise<void>): Promise<Rate> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMicroseconds: (user + system) / count };
}

/** `count` steps with `inFlight` of them under way. */
function inFlight(count: number, atOnce: number, step: (i: number) => Promise<unknown>): Promise<Rate> {
  let next = 0;
  const lane = async () => {
    while (next < count) await step(next++);
  };
  return timed(count, async () => {
    await Promise.all(Array.from({ length: atOnce }, lane));
  });
}

let clock = 1e9;

export function adds(state: TelescopeState, key: string, count: number, atOnce: number): Promise<Rate> {
  return inFlight(count, atOnce, () => state.add(key, clock + 0.5, { time: clock++ }));
}

export function gets(state: TelescopeState, key: string, count: number, atOnce: number): Promise<Rate> {
  return inFlight(count, atOnce, () => state.get(key));
}

export function ranges(state: TelescopeState, key: string, count: number): Promise<Rate> {
  return inFlight(count, 1, () => state.getRange(key, { start: 0 }));
}

/** `count` samples in batches of `each`, two of them under way: one is encoded while the other is written. */
export async function bulkAdds(
  state: TelescopeState,
  key: string,
  count: number,
  each: number,
): Promise<Rate> {
  const { perSecond, cpuMicroseconds } = await inFlight(count / each, 2, () =>
    state.addMany(key, samples(each)),
  );
  return { perSecond: perSecond * each, cpuMicroseconds: cpuMicroseconds / each };
}

function* samples(count: number) {
  for (let i = 0; i < count; i++) yield { value: clock + 0.5, timeSeconds: clock++ };
}

/** Milliseconds of each of `count` adds, one after the other. */
export async function singleAdds(state: TelescopeState, key: string, count: number): Promise<number[]> {
  const delaysMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await state.add(key, 0.5, { time: clock++ });
    delaysMs.push(performance.now() - start);
  }
  return delaysMs;
}
