/** What SimpleSHM did, recorded call by call, done again on every engine. */
import { expect, test } from 'vitest';
import { Frame, fifoKey, SharedMemory, type SharedMemoryOptions } from '../../src/shm/index.ts';
import { keyText, type Space } from '../../src/store/index.ts';
import { onEveryEngineOf } from '../support/engines.ts';
import {
  asRecorded,
  contentOf,
  descriptions,
  differences,
  judge,
  judged,
  noticesUntilNow,
  recordedContent,
  recordedNotices,
  scenario,
  scenarioNames,
} from './recorded.ts';

/** Recorded calls of a scenario, by what they say. */
function recorded(name: string): (call: string) => Readonly<Record<string, unknown>> {
  const { notes } = scenario(name);
  return (call) => {
    const found = notes.filter((note) => String(note.call ?? note.listen ?? note.note).startsWith(call));
    if (found[0] === undefined) throw new Error(`${name} has no call ${call}`);
    return found[0];
  };
}

onEveryEngineOf('shm', 'frames', (makePlace) => {
  test('all recorded scenarios, one after the other', async () => {
    await using place = await makePlace();
    const space = await place.open();
    const other = await place.open();
    await using listener = await other.subscribe({ patterns: ['*'] });
    const run = { space, descriptions };
    const done: string[] = [];
    for (const [name, play] of Object.entries(plays)) {
      await play(run);
      judge(`${name}: content`, await contentOf(other), recordedContent(scenario(name)));
      judge(`${name}: notices`, await noticesUntilNow(listener, other), recordedNotices(scenario(name)));
      done.push(name);
    }
    expect(done).toEqual(scenarioNames);
    expect([...judged]).toEqual(expect.arrayContaining(differences.map((of) => of.case)));
  });
});

interface Run {
  readonly space: Space;
}

/** Frames with a clock that the recorded times are put into. */
function memory({ space }: Run, appName: string, options: SharedMemoryOptions = {}) {
  const clock = { now: 0 };
  const shm = new SharedMemory(space, { appName, descriptions, clock: () => clock.now, ...options });
  return { clock, shm, dict: shm.dict() };
}

const plays: Readonly<Record<string, (run: Run) => Promise<void>>> = {
  async blank_and_init(run) {
    const { shm } = memory(run, 'INIT');
    await run.space.write({ do: 'set', key: 'left over', value: Buffer.from('x') });
    await shm.init(descriptions, 'SPARTAN_INIT', { flush: true });
  },

  async set_write_log(run) {
    const call = recorded('set_write_log');
    const rows = new Map<string, string>();
    const log = {
      add: (name: string, _sender: string, json: string) => void rows.set(name, json),
      close: async () => undefined,
    };
    const { clock, shm, dict } = memory(run, 'APP', { log });
    await shm.waitForInit('SPARTAN_INIT', { timeoutMs: 0 });
    const names = ['BATTERY__command', 'BATTERY__measures', 'PUPITRE__joyleft'] as const;
    const [command, measures, joy] = await dict.declareToWrite(names);
    const now = (name: string) => asRecorded(new Frame(name, rows.get(name) ?? ''));

    clock.now = 1400000000.25;
    command.set(['acknowledge'], { ts: 123.5 });
    judge('by position, with ts', now('BATTERY__command'), call('cmd.set(').trame);
    command.set({ command: 'go', ts: 123.5 });
    judge('by field, with ts', now('BATTERY__command'), call("cmd.set(command='go'").trame);
    clock.now = 1400000000.75;
    measures.set([12.5, null, 'batterie é "q", x', [1, 2]]);
    judge('by position', now('BATTERY__measures'), call('mes.set(12.5').trame);
    clock.now = 1400000001.0;
    const unknown = { axe_horizontal: 3, bouton: true, unknown: 9 };
    judge(
      'an unknown field',
      outcomeOf(() => joy.set(unknown, { expireMs: 30_000 })),
      'accepted',
    );
    joy.set({ axe_horizontal: 3, bouton: true }, { expireMs: 30_000 });
    judge('by field, with expiry', now('PUPITRE__joyleft'), call('joy.set(').trame);

    await dict.write();
    const after = call('dd.write()').after as { type: string; fields: [string, unknown][] }[];
    for (const [i, frame] of [command, measures, joy].entries()) {
      judge(
        `${frame.name}: values after writing`,
        frame.values,
        Object.fromEntries(after[i]?.fields.slice(2) ?? []),
      );
      judge(`${frame.name}: ts after writing`, frame.ts, after[i]?.fields[0]?.[1]);
    }
    await dict.write();

    clock.now = 1400000001.25;
    measures.set([13.0, 20, 'x', []]);
    await dict.write();
    const inRedis = call("mes.set(13.0,20,'x',[])").in_redis;
    judge('in the store', await textAt(run.space, 'BATTERY__measures'), inRedis);

    clock.now = 1400000001.5;
    measures.set([14.0, 21, 'y', []]);
    await dict.write();
    judge('ts of a single write', now('BATTERY__measures')?.fields[0]?.[1], call('mes.set(...)').ts_after);
    clock.now = 1400000001.75;
    measures.set([15.0, 22, 'z', []]);
    const renewed = now('BATTERY__measures')?.fields[0]?.[1];
    judge('ts of the next single write', renewed, call('mes.set; write_data again').ts_after);
    // The rest goes on from what was recorded.
    measures.set([15.0, 22, 'z', []], { ts: 1400000001.5 });
    await dict.write();

    judge(
      'a wrong number of values',
      outcomeOf(() => measures.set([1, 2])) === 'accepted',
      !call('mes.set(1,2)').raised_inside,
    );
    const nowhere = await outcomeOfAsync(shm.dict().declareToRead('NOPE'));
    judge('a frame that is nowhere', nowhere === 'accepted', !call("fetch_new_data('NOPE')").raised_inside);
  },

  async read_datas(run) {
    const call = recorded('read_datas');
    const { dict } = memory(run, 'READER');
    await dict.declareToRead(['BATTERY__command', 'BATTERY__measures', 'PROP__fifo']);
    judge('next', (await dict.next()).map(asRecorded), call('next(dd)').result);
    judge('read', asRecorded(await dict.read('BATTERY__command')), call('read_data(first)').result);
  },

  async listen_to(run) {
    const call = recorded('listen_to');
    const writer = memory(run, 'W');
    const command = await writer.dict.declareToWrite('BATTERY__command');
    const { shm, dict } = memory(run, 'L');
    const write = async (ts: number, text: string) => {
      // Other programs may say other things on the same channel.
      const key = 'beside';
      const notice = { channel: 'BATTERY__command', payload: Buffer.from('other text') };
      await run.space.write({ do: 'set', key, value: Buffer.of(), notice });
      await run.space.write({ do: 'delete', key });
      command.set({ command: text, ts });
      await writer.dict.flush();
    };
    const names = ['BATTERY__command', 'BATTERY__measures'] as const;
    await using two = await dict.listenTo(names, { from: 'declared' });
    await write(123.5, 'c_two names');
    judge('two names', (await two.next()).value?.map(asRecorded), call('two names').yielded);
    await two.close();

    await using one = await shm.dict().listenTo(['BATTERY__command'], { from: 'declared' });
    await write(1400000002.5, 'c_one name');
    judge('one name', (await one.next()).value?.map(asRecorded), call('one name').yielded);

    await using matching = await shm.listenToMatching('BATTERY__*');
    await write(1400000002.75, 'c_pattern BATTERY__*');
    judge('a pattern', asRecorded((await matching.next()).value), call('pattern BATTERY__*').yielded);
  },

  async fifo_as_shipped(run) {
    const call = recorded('fifo_as_shipped');
    const declared = await outcomeOfAsync(memory(run, 'F').dict.fifo('PROP__fifo'));
    judge('declaring a FIFO', declared === 'accepted', !call('declare_fifos').raised_inside);
  },

  async fifo_repaired(run) {
    const call = recorded('fifo_repaired');
    const { clock, dict } = memory(run, 'F');
    const fifo = await dict.fifo('PROP__fifo');
    clock.now = 1400000003.0;
    const first = await outcomeOfAsync(fifo.push({ n: 1 }));
    judge('a push onto a frame that init left', first === 'accepted', !call('push(1)').raised_inside);
    await fifo.drain();
    for (let n = 0; n < 4; n++) {
      await fifo.push([n]);
      clock.now += 0.25;
    }
    const items = await run.space.read({ read: 'items', key: fifoKey('PROP__fifo') });
    judge('the list', items.map(keyText), call('push 0..3').list_in_redis);
    judge('pop', asRecorded(await fifo.pop()), call('pop()').result);
    judge('drain', (await fifo.drain()).map(asRecorded), call('drain()').result);
    judge('drain of an empty FIFO', (await fifo.drain()).map(asRecorded), call('drain() empty').result);
    const empty = await outcomeOfAsync(fifo.pop());
    judge('pop of an empty FIFO', empty === 'accepted', !call('pop() on empty').raised_inside);
  },
};

function outcomeOf(work: () => void): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

async function outcomeOfAsync(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

async function textAt(space: Space, key: string): Promise<string> {
  return keyText((await space.read({ read: 'value', key })) ?? Buffer.of());
}
