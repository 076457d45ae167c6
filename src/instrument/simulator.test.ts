import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ObservedSpace } from '../../test/support/observed-space.ts';
import { AlidadeError } from '../shared/errors.ts';
import type { BatchResult, Condition, Operation } from '../store/index.ts';
import { openStore } from '../store/index.ts';
import { Float, TelescopeState } from '../telstate/index.ts';
import type { SensorDefinition } from './definition.ts';
import { compileSimulation } from './simulation.ts';
import { Simulator } from './simulator.ts';
import { StoreContact } from './store-contact.ts';

/** A real space whose writes are held back, or fail, until they are let go. */
class HeldSpace extends ObservedSpace {
  held: (() => void)[] | undefined;
  fault: AlidadeError | undefined;

  override async batch(
    conditions: readonly Condition[],
    operations: readonly Operation[],
  ): Promise<BatchResult> {
    const { held } = this;
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
    if (this.fault !== undefined) throw this.fault;
    return super.batch(conditions, operations);
  }
}

async function running(...sources: readonly string[]) {
  const store = await openStore('memory:');
  const space = new HeldSpace(await store.space('state'));
  const state = new TelescopeState(space);
  const sensors = sources.map(
    (source, i): SensorDefinition => ({
      name: `sensor${i}`,
      units: undefined,
      description: undefined,
      simulate: { rateHz: 10, valueAt: compileSimulation(source, `${i}`) },
    }),
  );
  const clock = new ManualClock(1_700_000_000_000);
  const simulator = new Simulator(state, sensors, new StoreContact(clock));
  simulator.start(clock);
  return {
    simulator,
    clock,
    space,
    state,
    [Symbol.asyncDispose]: async () => {
      await simulator.stop();
      await store.close();
    },
  };
}

test('one write a tick, whatever the number of sensors', async () => {
  await using run = await running('1', '2', '3');
  run.clock.advance(500);
  await run.simulator.stop();
  expect(run.space.writes).toBe(5);
  expect(run.simulator.sensors.map(({ written }) => written)).toEqual([5, 5, 5]);
});

test('a store that is slow never has more to do than the writes of a second; the rest is left out and counted', async () => {
  await using run = await running('t', 't');
  run.space.held = [];
  run.clock.advance(60_000);
  await expect.poll(() => run.space.held?.length).toBe(10);
  expect(run.simulator.losses).toEqual({ slow: 2 * (600 - 10), late: 0, failed: 0, unreachable: 0 });
  const waiting = run.space.held;
  run.space.held = undefined;
  for (const letGo of waiting) letGo();
  await expect.poll(() => run.simulator.sensors[0]?.written).toBe(10);
  run.clock.advance(100);
  await run.simulator.stop();
  expect(run.simulator.sensors.map(({ written }) => written)).toEqual([11, 11]);
  expect(await run.state.get('sensor0', { exact: true })).toEqual(new Float(1_700_000_060.1));
});

test('time that the process slept through is counted for every sensor', async () => {
  await using run = await running('1', '2');
  run.clock.jump(1000);
  await run.simulator.stop();
  expect(run.simulator.losses).toEqual({ slow: 0, late: 2 * 9, failed: 0, unreachable: 0 });
});

test('a store that refuses costs these samples and no others, and is quoted', async () => {
  await using run = await running('1');
  run.space.fault = new AlidadeError('ALI_STORE_FULL', 'the disk is full');
  run.clock.advance(200);
  await expect.poll(() => run.simulator.losses.failed).toBe(2);
  expect(run.simulator.lastFault).toBe('the disk is full (ALI_STORE_FULL)');
  run.space.fault = undefined;
  run.clock.advance(100);
  await run.simulator.stop();
  expect(run.simulator.losses).toEqual({ slow: 0, late: 0, failed: 2, unreachable: 0 });
  expect(await run.state.getRange('sensor0', { start: 0 })).toHaveLength(1);
});

test('a sensor that cannot be computed at a time loses its sample; its neighbours do not', async () => {
  await using run = await running('1 / (t - 1700000000.1)', '2', 'None');
  run.clock.advance(200);
  await run.simulator.stop();
  expect(run.simulator.sensors.map(({ written }) => written)).toEqual([1, 2, 0]);
  expect(run.simulator.losses).toEqual({ slow: 0, late: 0, failed: 1, unreachable: 0 });
  expect(run.simulator.lastFault).toMatch(/^sensor0: division by zero/);
});

test('samples that a store cannot take because it is away are not called slow, and the moment is known', async () => {
  await using run = await running('t');
  run.clock.advance(100);
  await expect.poll(() => run.simulator.sensors[0]?.written).toBe(1);
  run.space.held = [];
  run.clock.advance(3000);
  await expect.poll(() => run.space.held?.length).toBe(10);
  expect(run.simulator.losses).toMatchObject({ slow: 20, unreachable: 0 });
  const waiting = run.space.held;
  run.space.held = undefined;
  run.space.fault = new AlidadeError('ALI_STORE_UNREACHABLE', 'no answer');
  for (const letGo of waiting) letGo();
  await expect.poll(() => run.simulator.losses.unreachable).toBe(30);
  expect(run.simulator.losses).toEqual({ slow: 0, late: 0, failed: 0, unreachable: 30 });
  expect(run.simulator.lastLossSeconds).toBe(1_700_000_003.1);

  // What was left out while it was known to be away stays so when it is back.
  run.space.fault = undefined;
  run.space.held = [];
  run.clock.advance(2000);
  await expect.poll(() => run.space.held?.length).toBe(10);
  const again = run.space.held;
  run.space.held = undefined;
  for (const letGo of again) letGo();
  await run.simulator.stop();
  expect(run.simulator.losses).toEqual({ slow: 0, late: 0, failed: 0, unreachable: 40 });
  expect(run.simulator.lastFault).toBe('no answer (ALI_STORE_UNREACHABLE)');
});
