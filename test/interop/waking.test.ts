/** Each side waits, in Python by threads and by asyncio, and the other side's write wakes it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyBytes } from '../../src/store/index.ts';
import {
  type Current,
  float,
  type TelescopeState,
  TimeoutError,
  tuple,
  type Value,
  type WatchEvent,
} from '../../src/telstate/index.ts';
import { type Described, describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import type { Call } from './python.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.close());
beforeEach(async () => {
  await peers.state.clear();
  // Listeners of an earlier test would be taken for those of the next.
  while ((await peers.server.command('PUBSUB', 'CHANNELS', 'update/*')) !== '*0') await sleep(2);
});

/** The two telescope states that katsdptelstate has on Redis. */
const family = { redis: 'threads', aio: 'asyncio' } as const;
const through = (backend: 'redis' | 'aio', call: Call): Call => ({ ...call, on: { ...call.on, backend } });

/** Resolves when this many connections listen for updates of a key; Redis tells it only when asked. */
async function listening(key: string, count = 1): Promise<void> {
  for (;;) {
    const reply = await peers.server.command('PUBSUB', 'NUMSUB', keyBytes(`update/${key}`));
    if (Number(/:(\d+)$/.exec(reply)?.[1]) >= count) return;
    await sleep(2);
  }
}

/** A sub-key whose encoded form has line feeds and the marks of notices in it. */
const oddSubKey = tuple('a\nb', 3, Uint8Array.of(3, 10));

const beam = { views: [{ name: 'beam' }] };

/** A wait for something that the other side is about to write. */
interface Scenario {
  readonly name: string;
  /** What Python waits for, and what our wait is. */
  readonly wait: Call;
  readonly waitHere: (state: TelescopeState) => Promise<Value | Current>;
  /** Full key on whose updates the waiting side listens. */
  readonly key: string;
  readonly before?: readonly Call[];
  readonly writes: readonly Call[];
  /** What the condition is asked about last, in Python. */
  readonly asked?: readonly unknown[];
  readonly result: unknown;
}

const above5 = (value: Value) => (value as number) > 5;

const scenarios: readonly Scenario[] = [
  {
    name: 'waitKey for an attribute',
    wait: { do: 'wait_key', args: ['key'] },
    waitHere: (state) => state.waitKey('key'),
    key: 'key',
    writes: [{ do: 'set', args: ['key', 'there'] }],
    result: { type: 'attribute', value: 'there' },
  },
  {
    name: 'waitKey for a sensor',
    wait: { do: 'wait_key', args: ['key'] },
    waitHere: (state) => state.waitKey('key'),
    key: 'key',
    writes: [{ do: 'add', args: ['key', 1.5], named: { ts: 12.25 } }],
    result: { type: 'sensor', value: 1.5, timeSeconds: 12.25 },
  },
  {
    name: 'waitKey with a condition on an attribute',
    wait: { do: 'wait_key', args: ['key'], named: { condition: 'is m062' } },
    waitHere: (state) => state.waitKey('key', { condition: (value) => value === 'm062' }),
    key: 'key',
    writes: [{ do: 'set', args: ['key', 'm062'] }],
    asked: ['m062', null],
    result: { type: 'attribute', value: 'm062' },
  },
  {
    name: 'waitKey with a condition on a sample that is not the newest: only its notice tells',
    wait: { do: 'wait_key', args: ['key'], named: { condition: 'above 5' } },
    waitHere: (state) => state.waitKey('key', { condition: above5 }),
    key: 'key',
    before: [{ do: 'add', args: ['key', 1], named: { ts: 100 } }],
    writes: [{ do: 'add', args: ['key', 9], named: { ts: 50 } }],
    asked: [9, float(50)],
    result: { type: 'sensor', value: 9, timeSeconds: 50 },
  },
  {
    name: 'waitKey with a condition on the time',
    wait: { do: 'wait_key', args: ['key'], named: { condition: 'after 100' } },
    waitHere: (state) => state.waitKey('key', { condition: (_, time) => (time ?? 0) > 100 }),
    key: 'key',
    before: [{ do: 'add', args: ['key', 1], named: { ts: 99 } }],
    writes: [
      { do: 'add', args: ['key', 2], named: { ts: 100 } },
      { do: 'add', args: ['key', 3], named: { ts: 100.5 } },
    ],
    asked: [3, float(100.5)],
    result: { type: 'sensor', value: 3, timeSeconds: 100.5 },
  },
  {
    name: 'waitKey with a condition on an indexed key',
    wait: { do: 'wait_key', args: ['key'], named: { condition: 'has two' } },
    waitHere: (state) =>
      state.waitKey('key', { condition: (value) => (value as Map<Value, Value>).size === 2 }),
    key: 'key',
    before: [{ do: 'set_indexed', args: ['key', 'a', 1] }],
    writes: [{ do: 'set_indexed', args: ['key', 'b', 2] }],
    result: {
      type: 'indexed',
      value: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    },
  },
  {
    name: 'waitIndexed for a sub-key, not for others',
    wait: { do: 'wait_indexed', args: ['key', oddSubKey] },
    waitHere: (state) => state.waitIndexed('key', oddSubKey),
    key: 'key',
    writes: [
      { do: 'set_indexed', args: ['key', 'other', 1] },
      { do: 'set_indexed', args: ['key', oddSubKey, 'there'] },
    ],
    result: 'there',
  },
  {
    name: 'waitIndexed with a condition',
    wait: { do: 'wait_indexed', args: ['key', 'm062'], named: { condition: 'above 5' } },
    waitHere: (state) => state.waitIndexed('key', 'm062', { condition: above5 }),
    key: 'key',
    before: [{ do: 'set_indexed', args: ['key', 'm000', 9] }],
    writes: [{ do: 'set_indexed', args: ['key', 'm062', 7] }],
    asked: [7],
    result: 7,
  },
  {
    name: 'waitKey in a view for a key in the root',
    wait: { do: 'wait_key', on: beam, args: ['key'], named: { condition: 'above 5' } },
    waitHere: (state) => state.view('beam').waitKey('key', { condition: above5 }),
    key: 'key',
    writes: [{ do: 'add', args: ['key', 9], named: { ts: 1 } }],
    asked: [9, float(1)],
    result: { type: 'sensor', value: 9, timeSeconds: 1 },
  },
  {
    name: 'waitKey in a view for a key of the view, which hides that in the root',
    wait: { do: 'wait_key', on: beam, args: ['key'], named: { condition: 'above 5' } },
    waitHere: (state) => state.view('beam').waitKey('key', { condition: above5 }),
    key: 'beam_key',
    before: [{ do: 'add', args: ['key', 1], named: { ts: 200 } }],
    writes: [{ do: 'add', on: beam, args: ['key', 9], named: { ts: 1 } }],
    asked: [9, float(1)],
    result: { type: 'sensor', value: 9, timeSeconds: 1 },
  },
  {
    name: 'waitKey for a key that is not UTF-8',
    wait: { do: 'wait_key', args: ['\udcff'] },
    waitHere: (state) => state.waitKey('\udcff'),
    key: '\udcff',
    writes: [{ do: 'set', args: ['\udcff', 1] }],
    result: { type: 'attribute', value: 1 },
  },
];

/** Does here what a call says to Python. */
async function doHere({ do: name, on, args = [], named = {} }: Call): Promise<void> {
  const state = (on?.views ?? []).reduce((of, view) => of.view(view.name), peers.state);
  const [key, first, second] = args as [string, Value, Value];
  if (name === 'set') await state.set(key, first);
  else if (name === 'add') await state.add(key, first, { time: named.ts as number });
  else await state.setIndexed(key, first, second);
}

describe.each(['redis', 'aio'] as const)('Python waits (%s)', (backend) => {
  test.each(scenarios)('$name: our write wakes it', async ({ wait, key, before = [], writes, asked }) => {
    for (const call of before) await doHere(call);
    const waiting = peers.python.all([through(backend, wait)]);
    await listening(key);
    for (const call of writes) await doHere(call);
    const [result] = await waiting;
    if (wait.named === undefined) expect(result).toEqual(['none']);
    if (asked !== undefined) {
      const all = (result as Described)[1] as Described[];
      expect(all.at(-1)).toEqual(['tuple', asked.map(describeValue)]);
    }
    proven(`waking: ${wait.do}, ${family[backend]}`, 'Alidade → Python');
  });

  test('many waiters, each woken by its own write', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `m${String(i).padStart(3, '0')}`);
    const waiting = names.map((name) => peers.python.call('wait_key', [name], { on: { backend } }));
    await Promise.all(names.map((name) => listening(name)));
    await peers.state.addMany(names.map((key) => ({ key, value: 1, timeSeconds: 1 })));
    expect(await Promise.all(waiting)).toEqual(names.map(() => ['none']));
    proven(`waking: wait_key, ${family[backend]}`, 'Alidade → Python', names.length);
  });
});

describe.each(['redis', 'aio'] as const)('waiting here for Python (%s)', (backend) => {
  test.each(scenarios)('$name', async ({ wait, waitHere, key, before = [], writes, result }) => {
    await peers.python.all(before.map((call) => through(backend, call)));
    const waiting = waitHere(peers.state);
    await listening(key);
    await peers.python.all(writes.map((call) => through(backend, call)));
    expect(await waiting).toEqual(result);
    proven(`waking: ${wait.do}, ${family[backend]}`, 'Python → Alidade');
  });

  test('watch gives every update once, in order; what changes nothing is not told', async () => {
    const add = (value: Value, ts: number): Call => ({ do: 'add', args: ['sensor', value], named: { ts } });
    const set: Call = { do: 'set', args: ['attribute', float(1)] };
    const setIndexed: Call = { do: 'set_indexed', args: ['indexed', oddSubKey, 'm062'] };
    const calls = [set, set, setIndexed, setIndexed, add(1, 10), add(1, 10), add(2, 20), add(3, 15)];
    await using watch = await peers.state.watch(['attribute', 'sensor', 'indexed', 'end']);
    await peers.python.all(
      [...calls, { do: 'set', args: ['end', 1] } satisfies Call].map((call) => through(backend, call)),
    );
    const events: WatchEvent[] = [];
    for await (const event of watch) {
      if (event.event === 'update' && event.key === 'end') break;
      events.push(event);
    }
    const update = { event: 'update' } as const;
    expect(events).toEqual([
      { ...update, key: 'attribute', type: 'attribute', value: 1 },
      { ...update, key: 'indexed', type: 'indexed', subKey: oddSubKey, value: 'm062' },
      { ...update, key: 'sensor', type: 'sensor', value: 1, timeSeconds: 10 },
      { ...update, key: 'sensor', type: 'sensor', value: 2, timeSeconds: 20 },
      { ...update, key: 'sensor', type: 'sensor', value: 3, timeSeconds: 15, late: true },
    ]);
    proven(`waking: watch, ${family[backend]}`, 'Python → Alidade', events.length);
  });
});

test('a wait of either that nothing satisfies times out', async () => {
  const { python, state } = peers;
  const theirs = python.errorOf('wait_key', ['key'], { named: { condition: 'above 5', timeout: 3 } });
  const ours = state.waitKey('key', { condition: above5, timeoutMs: 3000 });
  ours.catch(() => undefined);
  // Both listen long before the first of them has waited enough.
  await listening('key', 2);
  await python.call('add', ['key', 1]);
  await state.add('key', 2);
  expect(await theirs).toBe('TimeoutError');
  await expect(ours).rejects.toThrow(TimeoutError);
});

test('what a condition throws about a value of the other side, the wait throws', async () => {
  const { python, state } = peers;
  await state.set('key', 1);
  expect(await python.errorOf('wait_key', ['key'], { named: { condition: 'cannot say' } })).toBe(
    'ZeroDivisionError',
  );
  const condition = () => {
    throw new RangeError('cannot say');
  };
  await expect(state.waitKey('key', { condition })).rejects.toThrow(RangeError);
});
