/** FIFOs, as the reference meant them, on every engine. */
import { expect, test } from 'vitest';
import { fifoKey } from '../../src/shm/index.ts';
import { onEveryEngineOf } from '../support/engines.ts';
import { memory, robot } from './robot.ts';

onEveryEngineOf('shm', 'frames', (makePlace) => {
  test('a FIFO gives each frame once, in order, to whoever comes, and nothing when it is empty', async () => {
    await using place = await makePlace();
    await robot(place);
    const writers = await Promise.all(
      ['P', 'Q'].map(async (appName) => memory(await place.open(), { appName })),
    );
    const reader = await memory(await place.open())
      .dict()
      .fifo('A__queue');
    expect(await reader.pop()).toBeUndefined();
    expect(await reader.drain()).toEqual([]);
    await Promise.all(
      writers.map(async (writer) => {
        const fifo = await writer.dict().fifo('A__queue');
        for (let n = 0; n < 50; n++) await fifo.push({ n });
      }),
    );
    const other = await memory(await place.open())
      .dict()
      .fifo('A__queue');
    const popped = await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 ? reader : other).pop()));
    const drained = await reader.drain();
    for (const sender of ['P', 'Q']) {
      const rest = drained.filter((frame) => frame.sender === sender).map((frame) => frame.values.n);
      expect(rest).toEqual(rest.toSorted((a, b) => a - b));
    }
    const all = [...popped.filter((frame) => frame !== undefined), ...drained];
    const bySender = Map.groupBy(all, (frame) => frame.sender);
    const inOrder = Array.from({ length: 50 }, (_, n) => n);
    const numbers = (sender: string) => bySender.get(sender)?.map((frame) => frame.values.n);
    expect(numbers('P')?.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(numbers('Q')?.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(new Set(all.map(({ text }) => text)).size).toBe(100);
    expect(await reader.pop()).toBeUndefined();
  });

  test('what is no frame in a FIFO is taken off, told and counted', async () => {
    await using place = await makePlace();
    const { space, dict } = await robot(place);
    const faults: string[] = [];
    const fifo = await dict.fifo('A__queue', { onFault: ({ code }) => faults.push(code) });
    const items = ['x', '{"ts": 1, "sender": "P"}', '{"ts": 1, "sender": "P", "n": 1}', '\xff'].map((item) =>
      Buffer.from(item, 'latin1'),
    );
    await space.write({ do: 'push', key: fifoKey('A__queue'), items });
    expect((await fifo.pop())?.values).toEqual({ n: 1 });
    expect(await fifo.drain()).toEqual([]);
    expect([faults, fifo.malformed]).toEqual([['ALI_DECODE', 'ALI_SHM_LAYOUT', 'ALI_DECODE'], 3]);
  });

  test('what waits in a FIFO can be taken also when its frame has expired', async () => {
    await using place = await makePlace();
    await robot(place);
    const space = await place.open();
    const fifo = await memory(space, { descriptions: undefined }).dict().fifo('A__queue');
    await fifo.push({ n: 1 });
    await fifo.push({ n: 2 });
    await space.write({ do: 'delete', key: 'A__queue' });
    const late = await memory(space, { descriptions: undefined }).dict().fifo('A__queue');
    expect((await late.pop())?.values.n).toBe(1);
    await late.push({ n: 3 });
    expect((await late.drain()).map((frame) => frame.values.n)).toEqual([2, 3]);
    await expect(memory(space, { descriptions: undefined }).dict().fifo('A__queue')).rejects.toMatchObject({
      code: 'ALI_NOT_FOUND',
    });
  });
});
