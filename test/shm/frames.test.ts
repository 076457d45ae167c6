/** Frames as applications set and read them, and the traps of the reference, on every engine. */
import { expect, test } from 'vitest';
import { SharedMemory } from '../../src/shm/index.ts';
import { onEveryEngineOf } from '../support/engines.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { descriptions, given, memory, robot, send, textAt } from './robot.ts';

onEveryEngineOf('shm', 'frames', (makePlace) => {
  test('several flushes under way at once are done in their order', async () => {
    await using place = await makePlace();
    const { shm, dict } = await robot(place);
    const queue = await dict.declareToWrite('A__queue');
    const flushes: Promise<void>[] = [];
    for (let n = 1; n <= 200; n++) {
      queue.set({ n });
      flushes.push(dict.flush());
    }
    await Promise.all(flushes);
    expect((await shm.dict().read('A__queue'))?.values.n).toBe(200);
  });

  test('a flush that fails is made good by the next one, unless there is something newer', async () => {
    await using place = await makePlace();
    const space = new FailingSpace(await place.open());
    let now = 10;
    const shm = memory(space, { clock: () => now });
    await shm.init(descriptions);
    const dict = shm.dict();
    const [measures, command] = await dict.declareToWrite(['A__measures', 'A__command']);
    measures.set({ u: 1 });
    command.set({ command: 'old' });
    space.fails = true;
    const flush = dict.flush();
    now = 20;
    command.set({ command: 'new' });
    await expect(flush).rejects.toThrow('no store today');
    space.fails = false;
    expect([measures.isTouched, measures.ts]).toEqual([true, 10]);
    await dict.flush();
    const [m, c] = await dict.read(['A__measures', 'A__command']);
    expect([m?.ts, m?.values.u, c?.ts, c?.values.command]).toEqual([10, 1, 20, 'new']);
  });

  test('ts of the first set after start is the time of that set, and each flush begins anew', async () => {
    await using place = await makePlace();
    const { space } = await robot(place);
    await send(memory(space, { clock: () => 100 }).dict(), 'yesterday');
    let now = 200;
    const dict = memory(space, { clock: () => now }).dict();
    const command = await dict.declareToWrite('A__command');
    command.set({ command: 'a' });
    now = 201;
    command.set({ command: 'b' });
    await dict.flush();
    expect((await dict.read('A__command'))?.ts).toBe(200);
    now = 202;
    command.set({ command: 'c' });
    await dict.flush();
    expect((await dict.read('A__command'))?.ts).toBe(202);
  });

  test('a frame that init left blank was never set, also where its blank sender is not empty', async () => {
    await using place = await makePlace();
    const { dict } = await robot(place);
    expect(await dict.read(['A__command', 'A__measures'])).toEqual([undefined, undefined]);
  });

  test('fields that are not set keep what they have in the store', async () => {
    await using place = await makePlace();
    const { space, dict } = await robot(place);
    const text = '{"ts": 5.5, "sender": "OTHER", "u": 7, "label": "kept"}';
    await space.write({ do: 'set', key: 'A__measures', value: Buffer.from(text) });
    const measures = await dict.declareToWrite('A__measures');
    measures.set({ u: 8, ts: 6 });
    await dict.flush();
    expect(await textAt(space, 'A__measures')).toBe(
      '{"ts": 6.0, "sender": "APP", "u": 8.0, "label": "kept"}',
    );
  });

  test('an expired frame, and one that is not there, read as undefined', async () => {
    await using place = await makePlace();
    const { space, dict } = await robot(place);
    const measures = await dict.declareToWrite('A__measures');
    await dict.declareToRead(['A__measures', 'A__command']);
    measures.set({ u: 1 }, { expireMs: 600_000 });
    await dict.flush();
    expect(await space.read({ read: 'expiry', key: 'A__measures' })).toBeLessThanOrEqual(600_000);
    measures.set({ u: 1 }, { expireMs: 200 });
    await dict.flush();
    await space.write({ do: 'delete', key: 'A__command' });
    await expect.poll(() => dict.next(), { interval: 5 }).toEqual([undefined, undefined]);
    measures.set({ u: 2 });
    await dict.flush();
    expect(await space.read({ read: 'expiry', key: 'A__measures' })).toBeUndefined();
  });

  test('a frame redefined while it is in use is refused with what is wrong; what was added does no harm', async () => {
    await using place = await makePlace();
    const { space, shm, dict } = await robot(place);
    const put = (text: string) => {
      const key = 'A__measures';
      const notice = { channel: key, payload: Buffer.from('available') };
      return space.write({ do: 'set', key, value: Buffer.from(text), notice });
    };
    const codes: string[] = [];
    const onFault = ({ code }: { code: string }) => void codes.push(code);
    await using listener = await shm.dict().listenTo(['A__measures', 'A__command'], { mode: 'any', onFault });
    await put('{"ts": 1.0, "sender": "NEW", "extra": 1, "label": "x", "u": 2.5}');
    const [frame] = await given(listener.next());
    expect([frame?.values.u, frame?.values.label]).toEqual([2.5, 'x']);
    await expect(shm.dict().declareToWrite('A__measures')).rejects.toThrow(
      /fields in the store are extra, label, u/,
    );

    for (const [text, code, message] of [
      ['{"ts": 2.0, "sender": "NEW", "label": "x"}', 'ALI_SHM_LAYOUT', /has no field 'u'/],
      ['{"ts": 3.0, "sender": "NEW", "label": "x", "u": "2"}', 'ALI_SHM_LAYOUT', /u is a text, not a number/],
      ['{"ts": 3.0, "sender": "NEW", "label": "x", "u": null}', 'ALI_SHM_LAYOUT', /u is null, not a number/],
      ['no JSON', 'ALI_DECODE', /not JSON at character 1/],
      ['[1]', 'ALI_DECODE', /holds no frame/],
      ['{"ts": "1", "sender": ""}', 'ALI_DECODE', /holds no frame/],
    ] as const) {
      await put(text);
      await expect(dict.read('A__measures')).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    }
    await send(dict, 'go');
    expect((await given(listener.next())).map((of) => of?.name)).toEqual([undefined, 'A__command']);
    expect(codes.length).toBeGreaterThan(0);
    await using failing = await shm.dict().listenTo(['A__command']);
    await given(failing.next());
    await space.write({
      do: 'set',
      key: 'A__command',
      value: Buffer.from('x'),
      notice: { channel: 'A__command', payload: Buffer.from('available') },
    });
    await expect(failing.next()).rejects.toMatchObject({ code: 'ALI_DECODE' });
  });

  test('without a description a frame is what the store says, read by names and written in its order', async () => {
    await using place = await makePlace();
    const space = await place.open();
    const text = '{"ts": 1.0, "sender": "OLD", "x": 1.0, "n": 12, "cells": [1.0, 2], "none": null}';
    await space.write({ do: 'set', key: 'F', value: Buffer.from(text) });
    const dict = new SharedMemory(space, { appName: 'APP' }).dict();
    const frame = await dict.declareToWrite('F');
    expect(frame.values).toEqual({ x: 1, n: 12, cells: [1, 2], none: null });
    frame.set({ x: 2, none: 'anything', ts: 3 });
    await dict.flush();
    expect(await textAt(space, 'F')).toBe(
      '{"ts": 3.0, "sender": "APP", "x": 2.0, "n": 12, "cells": [1.0, 2], "none": "anything"}',
    );
  });

  test('bad input is refused with one clear error, and nothing is written', async () => {
    await using place = await makePlace();
    const { space, dict } = await robot(place);
    const strict = memory(space, { strict: true }).dict();
    const before = await textAt(space, 'A__measures');
    const measures = await dict.declareToWrite('A__measures');
    const strictMeasures = await strict.declareToWrite('A__measures');
    for (const [work, code, message] of [
      [() => measures.set([1]), 'ALI_USAGE', /A__measures is set by 2 values \(u, label\), not 1/],
      [() => measures.set({ labl: 'x' } as object), 'ALI_USAGE', /no field 'labl'; did you mean 'label'/],
      [() => measures.set({ sender: 'x' } as object), 'ALI_USAGE', /the sender is the application/],
      [
        () => measures.set({ u: 'x' } as object),
        'ALI_ENCODE',
        /A__measures, field u is a text, not a number/,
      ],
      [() => measures.set({ label: 'new', u: null } as object), 'ALI_ENCODE', /null, not a number/],
      [
        () => measures.set([1, 'x'], { ts: Number.NaN }),
        'ALI_USAGE',
        /ts is a time in Unix seconds, not NaN/,
      ],
      [() => measures.set({ u: 1 }, { expireMs: 0 }), 'ALI_USAGE', /expireMs is a positive number .*, not 0/],
      [() => measures.set({ u: 1 }, { expireMs: Number.POSITIVE_INFINITY }), 'ALI_USAGE', /not Infinity/],
      [() => strictMeasures.set({ u: Number.NaN }), 'ALI_ENCODE', /is NaN, which JSON has not/],
      [
        () => dict.frame('A__command'),
        'ALI_NOT_FOUND',
        /A__command was not declared to be written; declared: A__m/,
      ],
      [
        () => dict.declareToWrite('A__mesures' as 'A__measures'),
        'ALI_NOT_FOUND',
        /did you mean 'A__measures'/,
      ],
      [() => dict.listenTo([]), 'ALI_USAGE', /name the frames/],
      [() => memory(space, { appName: '' }), 'ALI_USAGE', /name of the application is empty/],
      [() => memory(space).init([]), 'ALI_USAGE', /no frames to init/],
      [() => memory(space).init(descriptions, 'A__queue'), 'ALI_USAGE', /A__queue is one of the frames/],
      [() => memory(space).init(descriptions, 'a flag'), 'ALI_USAGE', /without spaces/],
    ] as const) {
      const refused = (async () => work())();
      await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    expect([measures.isTouched, measures.values]).toEqual([false, { u: 0, label: '' }]);
    await Promise.all([dict.flush(), strict.flush()]);
    expect(await textAt(space, 'A__measures')).toBe(before);
    measures.set({ u: Number.NaN, ts: 1 });
    await dict.flush();
    expect(await textAt(space, 'A__measures')).toBe('{"ts": 1.0, "sender": "APP", "u": NaN, "label": ""}');
    expect((await dict.read('A__measures'))?.values.u).toBeNaN();
  });

  test('iterating reads again and again, and lets other work of the process come to its turn', async () => {
    await using place = await makePlace();
    const { dict } = await robot(place);
    await dict.declareToRead('A__command');
    setTimeout(() => void send(dict, 'stop'), 1);
    for await (const [command] of dict) if (command !== undefined) break;
  });
});

/** A space whose batches can be made to fail. */
class FailingSpace extends ObservedSpace {
  fails = false;

  override async batch(...args: Parameters<ObservedSpace['batch']>) {
    if (this.fails) throw new Error('no store today');
    return super.batch(...args);
  }
}
