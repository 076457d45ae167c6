/** Init and the wait for it, and the traps of the reference, on every engine. */
import { expect, test } from 'vitest';
import { keyText } from '../../src/store/index.ts';
import { onEveryEngineOf } from '../support/engines.ts';
import { descriptions, given, memory, textAt } from './robot.ts';

onEveryEngineOf('shm', 'frames', (makePlace) => {
  test('init puts the frames and the flag there in one step, and touches nothing else', async () => {
    await using place = await makePlace();
    const space = await place.open();
    await space.write({ do: 'set', key: 'foreign', value: Buffer.from('x') });
    const shm = memory(space);
    await using flags = await space.subscribe({ channels: ['READY'] });
    const states: unknown[] = [];
    const waiting = (async () => {
      await given(flags.next());
      states.push(await shm.names(), await textAt(space, 'READY'));
    })();
    await shm.init(descriptions, 'READY');
    await waiting;
    expect(states).toEqual([['A__command', 'A__measures', 'A__queue'], 'OK']);
    expect(await textAt(space, 'foreign')).toBe('x');
    await (await shm.dict().fifo('A__queue')).push([1]);
    await shm.init(descriptions, 'READY');
    expect(await (await shm.dict().fifo('A__queue')).pop()).toBeUndefined();
    await shm.init(descriptions.slice(0, 1), undefined, { flush: true });
    expect((await space.keys()).map(keyText)).toEqual(['A__measures']);
  });

  test('waiting for the flag wakes by the notice of init, and by looking where there is none', async () => {
    await using place = await makePlace();
    const space = await place.open();
    const shm = memory(await place.open());
    const waiting = shm.waitForInit('READY', { timeoutMs: 60_000 });
    await memory(space).init(descriptions, 'READY');
    await waiting;
    const silently = shm.waitForInit('OTHER', { timeoutMs: 60_000 });
    await space.write({ do: 'set', key: 'OTHER', value: Buffer.from('1') });
    await silently;
    await space.write({ do: 'set', key: 'EMPTY', value: Buffer.of() });
    await expect(shm.waitForInit('EMPTY', { timeoutMs: 30 })).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
    const aborting = new AbortController();
    const aborted = shm.waitForInit('EMPTY', { signal: aborting.signal });
    aborting.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  });
});
