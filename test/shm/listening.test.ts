/** Listening to frames, and the traps of the reference, on every engine. */
import { expect, test } from 'vitest';
import { type Frame, parseDescriptions, SharedMemory } from '../../src/shm/index.ts';
import type { Space } from '../../src/store/index.ts';
import { onEveryEngineOf } from '../support/engines.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { noticesUntilNow } from './recorded.ts';
import { descriptions, given, memory, robot, send, textAt } from './robot.ts';

onEveryEngineOf('shm', 'frames', (makePlace) => {
  test('a grouped flush is one step with one notice for each frame that was set', async () => {
    await using place = await makePlace();
    const { dict } = await robot(place);
    const space = await place.open();
    await using listener = await space.subscribe({ patterns: ['*'] });
    const [measures, command] = await dict.declareToWrite(['A__measures', 'A__command', 'A__queue']);
    measures.set([12, 'é']);
    command.set({ command: 'go', ts: 5 });
    await dict.flush();
    await dict.flush();
    expect(await noticesUntilNow(listener, space)).toEqual([
      ['A__measures', 'available'],
      ['A__command', 'available'],
    ]);
    expect(await textAt(space, 'A__command')).toBe('{"ts": 5.0, "sender": "APP", "command": "go"}');
    expect(await textAt(space, 'A__measures')).toMatch(
      /^\{"ts": \d+\.\d+, "sender": "APP", "u": 12\.0, "label": "\\u00e9"\}$/,
    );
    expect(await textAt(space, 'A__queue')).toBe('{"ts": 0.0, "sender": "", "n": 0}');
  });

  test('listening begins with the frames as they are, and misses nothing that is written from then on', async () => {
    await using place = await makePlace();
    const { shm, dict } = await robot(place);
    await send(dict, 'before');
    await using listener = await shm.dict().listenTo(['A__command']);
    expect((await given(listener.next()))[0]?.values.command).toBe('before');
    await send(dict, 'after');
    expect((await given(listener.next()))[0]?.values.command).toBe('after');
  });

  test('a command that was there when it was declared is not obeyed again; one since then is', async () => {
    await using place = await makePlace();
    const { shm, dict } = await robot(place);
    await send(dict, 'yesterday');
    const reader = shm.dict();
    await reader.declareToListen('A__command');
    await send(dict, 'between');
    await using listener = await reader.listenTo(['A__command'], { from: 'declared' });
    expect((await given(listener.next()))[0]?.values.command).toBe('between');
    await using none = await shm.dict().listenTo(['A__command'], { from: 'declared' });
    await send(dict, 'now');
    expect((await given(none.next()))[0]?.values.command).toBe('now');
  });

  test('a group is given when its first member, any or all of them were written', async () => {
    await using place = await makePlace();
    const { shm, dict } = await robot(place);
    const names = ['A__measures', 'A__command'] as const;
    const [measures, command] = await dict.declareToWrite(names);
    const reader = shm.dict();
    await using first = await reader.listenTo(names);
    await using any = await reader.listenTo(names, { mode: 'any' });
    await using all = await reader.listenTo(names, { mode: 'all' });
    const values = (
      frames: readonly [Frame<{ u: number }> | undefined, Frame<{ command: string }> | undefined],
    ) => [frames[0]?.values.u, frames[1]?.values.command];
    command.set({ command: 'a' });
    await dict.flush();
    expect(values(await given(any.next()))).toEqual([undefined, 'a']);
    measures.set({ u: 1 });
    await dict.flush();
    expect(values(await given(first.next()))).toEqual([1, 'a']);
    expect(values(await given(any.next()))).toEqual([1, 'a']);
    expect(values(await given(all.next()))).toEqual([1, 'a']);
    measures.set({ u: 2 });
    await dict.flush();
    expect(values(await given(any.next()))).toEqual([2, 'a']);
    command.set({ command: 'b' });
    await dict.flush();
    expect(values(await given(all.next()))).toEqual([2, 'b']);
    expect(values(await given(first.next()))).toEqual([2, 'b']);
  });

  test('listening that was cut off from the store goes on with the latest value', async () => {
    await using place = await makePlace();
    const { dict } = await robot(place);
    const space = new ObservedSpace(await place.open());
    await using listener = await memory(space).dict().listenTo(['A__command']);
    const next = listener.next();
    await space.listening();
    space.cut();
    for (const command of ['a', 'b', 'c']) await send(dict, command);
    space.heal('reconnected');
    expect((await given(next))[0]?.values.command).toBe('c');
    const later = listener.next();
    await send(dict, 'd');
    expect((await given(later))[0]?.values.command).toBe('d');
  });

  test('other notices on the channel, and notices without news, give nothing', async () => {
    await using place = await makePlace();
    const { space, shm, dict } = await robot(place);
    await send(dict, 'a');
    await using listener = await shm.dict().listenTo(['A__command'], { from: 'declared' });
    for (const payload of ['other text', 'available', 'availables', '']) {
      const notice = { channel: 'A__command', payload: Buffer.from(payload) };
      await space.write({ do: 'set', key: 'elsewhere', value: Buffer.from(payload), notice });
    }
    await send(dict, 'b');
    expect((await given(listener.next()))[0]?.values.command).toBe('b');
  });

  test('listening that is given up before it has begun ends at once, and leaves nothing open', async () => {
    await using place = await makePlace();
    const giving = new AbortController();
    const space = new InterruptedSpace(await place.open(), () => giving.abort());
    const shm = memory(space);
    await shm.init(descriptions);
    const early = { signal: AbortSignal.abort() };
    const ends = [await shm.dict().listenTo(['A__command'], early), await shm.listenToMatching('*', early)];
    for (const listener of ends) expect(await listener.next()).toEqual({ done: true, value: undefined });
    const listener = await shm.dict().listenTo(['A__command'], { signal: giving.signal });
    expect(await listener.next()).toEqual({ done: true, value: undefined });
    expect(space.openSubscriptions).toBe(0);
  });

  test('what is no text is told as any fault, and the listening goes on', async () => {
    await using place = await makePlace();
    const { space, shm, dict } = await robot(place);
    const faults: string[] = [];
    const onFault = ({ message }: Error) => void faults.push(message);
    await using group = await shm.dict().listenTo(['A__command'], { onFault });
    await using matching = await shm.listenToMatching('A__c*', { onFault });
    const next = [group.next(), matching.next()];
    await space.write({
      do: 'set',
      key: 'A__command',
      value: Uint8Array.of(0xff),
      notice: { channel: 'A__command', payload: Buffer.from('available') },
    });
    await expect.poll(() => faults).toEqual(Array(2).fill('the frame A__command is not UTF-8'));
    await space.write({ do: 'delete', key: 'A__command' });
    await send(dict, 'go');
    for (const each of next) {
      expect([await given<unknown>(each)].flat()).toMatchObject([{ values: { command: 'go' } }]);
    }
  });

  test('listening to a pattern gives the frame that was written, also one that is new', async () => {
    await using place = await makePlace();
    const { space, shm, dict } = await robot(place);
    await using listener = await shm.listenToMatching('[AB]__*');
    await send(dict, 'a');
    expect((await given(listener.next())).values).toEqual({ command: 'a' });
    const later = parseDescriptions(
      '{"B__new": [["ts", 0.0], ["sender", ""], ["x", 0]], "C__other": [["ts", 0.0], ["sender", ""], ["x", 0]]}',
      'b',
    );
    await shm.init(later);
    const other = new SharedMemory(space, { appName: 'B' }).dict();
    const [mine, foreign] = await other.declareToWrite(['B__new', 'C__other']);
    foreign?.set({ x: 1 });
    mine?.set({ x: 2 });
    await other.flush();
    expect((await given(listener.next())).text).toMatch(/^\{"ts": [\d.]+, "sender": "B", "x": 2\}$/);
    await using current = await shm.listenToMatching('A*', { from: 'current' });
    expect((await given(current.next())).name).toBe('A__command');
  });

  test('closing ends every listener, in the midst of waiting, and closes the log', async () => {
    await using place = await makePlace();
    const log = { closed: 0, add: () => undefined, close: async () => void log.closed++ };
    const space = new ObservedSpace(await place.open());
    const shm = memory(space, { log });
    await shm.init(descriptions);
    const dict = shm.dict();
    const signal = new AbortController();
    const listeners = [
      await dict.listenTo(['A__command']),
      await dict.listenTo(['A__command', 'A__measures'], { mode: 'all' }),
      await dict.listenTo(['A__measures'], { signal: signal.signal }),
      await shm.listenToMatching('*'),
    ];
    const ends = listeners.map((listener) => listener.next());
    await space.listening(4);
    signal.abort();
    expect(await ends[2]).toEqual({ done: true, value: undefined });
    expect(space.openSubscriptions).toBe(3);
    await shm.close();
    expect(await Promise.all(ends)).toEqual(ends.map(() => ({ done: true, value: undefined })));
    expect([space.openSubscriptions, log.closed]).toEqual([0, 1]);
  });
});

/** A space in which something else happens while it subscribes. */
class InterruptedSpace extends ObservedSpace {
  readonly #interrupt: () => void;

  constructor(space: Space, interrupt: () => void) {
    super(space);
    this.#interrupt = interrupt;
  }

  override async subscribe(...args: Parameters<ObservedSpace['subscribe']>) {
    const subscription = await super.subscribe(...args);
    this.#interrupt();
    return subscription;
  }
}
