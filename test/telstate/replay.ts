import { EventEmitter, once } from 'node:events';
import { isAlidadeError } from '../../src/shared/errors.ts';
import type { Space } from '../../src/store/index.ts';
import { loadSnapshot } from '../../src/store/rdb/index.ts';
import { float, type ReadOptions, TelescopeState, tuple, type Value } from '../../src/telstate/index.ts';
import type { ObservedSpace } from '../support/observed-space.ts';
import { canonical, hexOf, type Scenario, type Tagged, type TraceOp, untagged } from './trace.ts';

/** Which of our codes stands for an exception of the reference. */
const codes: Record<string, string> = {
  KeyError: 'ALI_NOT_FOUND',
  AttributeError: 'ALI_NOT_FOUND',
  ImmutableKeyError: 'ALI_IMMUTABLE',
  InvalidTimestampError: 'ALI_TIMESTAMP',
  DecodeError: 'ALI_DECODE',
  TypeError: 'ALI_ENCODE',
  ResponseError: 'ALI_WRONG_KIND',
  TimeoutError: 'ALI_TIMEOUT',
  CancelledError: 'ALI_ABORTED',
};

type Views = Record<string, TelescopeState>;
type Condition = (value: Value, timeSeconds?: number) => boolean;

/** What another client did while an operation waited, told by the recorded notices. */
const meanwhile: Record<string, (other: TelescopeState, judged: () => Promise<unknown>) => Promise<void>> = {
  's07_wait_key 3': (other) => other.add('wk', 5, { time: 3 }),
  's07_wait_key 4': async (other) => {
    await other.add('wk', 6, { time: 10 });
    await other.add('wk', 7, { time: 11 });
    await other.add('wk', 8, { time: 12 });
  },
  's07_wait_key 6': (other) => other.set('immwk', 'v'),
  's07_wait_key 7': async (other, judged) => {
    const first = judged();
    await other.setIndexed('ixwk', 'a', 1);
    await first;
    await other.setIndexed('ixwk', 'b', 2);
  },
  's08_wait_indexed 1': async (other) => {
    await other.setIndexed('wi0', 'other', 0);
    await other.setIndexed('wi0', 'sub', { x: 1 });
  },
  's08_wait_indexed 4': (other) => other.add('mut0', 1, { time: 1 }),
  's09_aio 13': (other) => other.add('later', 9, { time: 1 }),
  's09_aio 14': (other) => other.setIndexed('li', 's', 9),
};

const conditions: Record<string, Condition> = {
  'value >= 8': (value) => Number(value) >= 8,
  'len(value) >= 2': (value) => value instanceof Map && value.size >= 2,
  "value == {'x': 1}": (value) => canonical(value) === canonical(new Map([['x', 1]])),
};

/** Does again what a scenario recorded. */
export class Replay {
  readonly scenario: Scenario;
  readonly #observed: ObservedSpace;
  readonly #other: TelescopeState;
  readonly #space: Space;
  readonly #views: Views;
  #calls: string[] = [];
  #judged = new EventEmitter();

  /** `observed` is the space of the client; `other` that of other clients on the same place. */
  constructor(scenario: Scenario, observed: ObservedSpace, other: Space) {
    this.scenario = scenario;
    this.#observed = observed;
    this.#space = other;
    this.#other = new TelescopeState(other);
    const ts = new TelescopeState(observed);
    const vw = ts.view('cb');
    const v2 = vw.view('inner');
    this.#views = {
      ts,
      vw,
      v2,
      ex: v2.view('only', { exclusive: true }),
      ns: ts.view('nosep', { addSeparator: false }),
      tr: ts.view('trail_'),
      em: ts.view(''),
      bytes_view: ts.view(Buffer.from('by')),
      root_of_v2: v2.root(),
    };
  }

  /** Resolves to a description of how it differs from the recording, or undefined. */
  async step(index: number): Promise<string | undefined> {
    const op = this.scenario.ops[index] as TraceOp;
    if (op.op === undefined) return this.#between(op);
    const expected =
      op.error === undefined ? this.#expected(op) : `error ${codes[op.error.class] ?? op.error.class}`;
    let found: string;
    let message = '';
    try {
      found = await this.#do(op, `${this.scenario.name} ${index}`);
    } catch (error) {
      if (!isAlidadeError(error)) throw error;
      found = `error ${error.code}`;
      message = error.message;
    }
    if (found !== expected) return `expected ${expected}, found ${found} ${message}`;
    return op.error === undefined ? undefined : compareMessages(op.error, message);
  }

  async #between(op: TraceOp): Promise<string | undefined> {
    const views = (op as { views?: Record<string, string[] | string> }).views;
    if (views !== undefined) {
      const found = Object.fromEntries(Object.entries(this.#views).map(([k, v]) => [k, v.prefixes]));
      const ours = { ...found, join: TelescopeState.join('a', 'b', 'c') };
      const sorted = (o: object) => JSON.stringify(Object.entries(o).sort());
      return sorted(ours) === sorted(views) ? undefined : `views ${JSON.stringify(ours)}`;
    }
    if (op.condition_calls !== undefined) {
      const expected = op.condition_calls.map(([value, time]) => call(untagged(value), timeOf(time)));
      const found = this.#calls.splice(0);
      return JSON.stringify(found) === JSON.stringify(expected) ? undefined : `calls ${found}`;
    }
    const [, command, key = '', text = ''] = /^raw (SET|RPUSH) (\S+) (\S+) /.exec(op.note ?? '') ?? [];
    if (command === 'SET') await this.#space.write({ do: 'set', key, value: Buffer.from(text, 'hex') });
    if (command === 'RPUSH') await this.#space.write({ do: 'push', key, items: [Buffer.from(text)] });
    return undefined;
  }

  #expected({ op, result, kwargs }: TraceOp): string {
    if (result === undefined) throw new Error('neither result nor error');
    const isAbsent = result.t === 'none';
    switch (op) {
      case 'in':
      case 'exists':
      case 'is_immutable':
        return String(result.v);
      case 'key_type':
        return isAbsent ? 'none' : String(result.v);
      case 'keys':
        return JSON.stringify((untagged(result) as string[]).map(visible));
      case 'load_from_file':
        return String(result.v);
      case 'get':
        if (kwargs?.return_encoded !== undefined && result.t === 'dict') {
          const pairs = result.v as [Tagged, Tagged][];
          return pairs
            .map(([k, v]) => `${k.hex}=${v.hex}`)
            .sort()
            .join();
        }
        return canonical(untagged(result));
      default:
        return canonical(untagged(result));
    }
  }

  async #do({ object, op, args = [], kwargs = {} }: TraceOp, id: string): Promise<string> {
    const ts = this.#views[object] as TelescopeState;
    const arg = (i: number) => untagged(args[i] as Tagged);
    const key = args[0] === undefined ? '' : (arg(0) as string | Uint8Array);
    const options: ReadOptions = { exact: true, encoded: kwargs.return_encoded?.v === true };
    const none = canonical(null);
    switch (op) {
      case 'add':
        if (kwargs.immutable?.v === true) await ts.set(key, arg(1));
        else await ts.add(key, arg(1), { time: numberOf(kwargs.ts) });
        return none;
      case 'set':
      case '[]=':
      case 'setattr':
        await ts.set(key, arg(1));
        return none;
      case 'set_indexed':
        await ts.setIndexed(key, arg(1), arg(2));
        return none;
      case '[]':
      case 'getattr':
        return canonical(await ts.getOrThrow(key, { exact: true }));
      case 'get': {
        const found: unknown = await ts.get(key, { ...options, default: args.length > 1 ? arg(1) : null });
        if (!options.encoded || found instanceof Uint8Array) return canonical(found);
        return (found as [Uint8Array, Uint8Array][])
          .map(([k, v]) => `${hexOf(k)}=${hexOf(v)}`)
          .sort()
          .join();
      }
      case 'get_indexed':
        return canonical(
          await ts.getIndexed(key, arg(1), { ...options, default: args.length > 2 ? arg(2) : null }),
        );
      case 'get_range': {
        const samples = await ts.getRange(key, {
          ...options,
          start: numberOf(kwargs.st),
          end: numberOf(kwargs.et),
          includePrevious: kwargs.include_previous?.v as boolean | undefined,
          includeEnd: kwargs.include_end?.v as boolean | undefined,
        });
        return canonical(samples.map(({ value, timeSeconds }) => tuple(value, float(timeSeconds))));
      }
      case 'in':
      case 'exists':
        return String(await ts.exists(key));
      case 'is_immutable':
        return String((await ts.keyType(key)) === 'attribute');
      case 'key_type': {
        const names = { attribute: 'IMMUTABLE', sensor: 'MUTABLE', indexed: 'INDEXED', undefined: 'none' };
        return names[`${await ts.keyType(key)}`];
      }
      case 'keys':
        return JSON.stringify(
          (await ts.keys(...args.map((filter) => untagged(filter) as string))).map(visible),
        );
      case 'delete':
        await ts.delete(key);
        return none;
      case 'clear':
        await ts.clear();
        return none;
      case 'load_from_file': {
        const file = Buffer.from(this.scenario.ops.find((o) => o.rdb_hex)?.rdb_hex ?? '', 'hex');
        return String((await loadSnapshot(this.#observed, file)).keys);
      }
      case 'wait_key': {
        await this.#wait(id, (rest) => ts.waitKey(key, rest), args[1], kwargs);
        return none;
      }
      case 'wait_indexed': {
        const subKey = arg(1);
        await this.#wait(id, (rest) => ts.waitIndexed(key, subKey, rest), args[2], kwargs);
        return none;
      }
      default:
        return `no operation '${op}'`;
    }
  }

  async #wait(
    id: string,
    wait: (options: object) => Promise<unknown>,
    condition: Tagged | undefined,
    kwargs: Readonly<Record<string, Tagged>>,
  ): Promise<void> {
    const judge = condition === undefined ? undefined : conditions[condition.note as string];
    const timeout = numberOf(kwargs.timeout);
    const waiting = wait({
      exact: true,
      timeoutMs: timeout === undefined ? undefined : timeout * 1000,
      signal: kwargs.cancel_future?.t === 'done_future' ? AbortSignal.abort() : undefined,
      condition:
        judge &&
        ((value: Value, timeSeconds?: number) => {
          this.#calls.push(call(value, timeSeconds));
          this.#judged.emit('call');
          return judge(value, timeSeconds);
        }),
    });
    const act = meanwhile[id];
    if (act !== undefined) {
      await this.#observed.listening();
      await act(this.#other, () => once(this.#judged, 'call'));
    }
    await waiting;
  }
}

const call = (value: Value, timeSeconds?: number): string => `${canonical(value)}@${timeSeconds}`;

function timeOf(tagged: Tagged): number | undefined {
  return tagged.t === 'none' ? undefined : numberOf(tagged);
}

/** Texts stay texts: we do not take them for times. */
function numberOf(tagged: Tagged | undefined): number | undefined {
  if (tagged === undefined || tagged.t === 'none') return undefined;
  return tagged.t === 'str' ? (tagged.v as unknown as number) : Number(untagged(tagged));
}

/** Messages are compared loosely: names of methods and options are ours. */
function compareMessages(error: { class: string; message: string }, ours: string): string | undefined {
  const strict = ['ImmutableKeyError', 'InvalidTimestampError', 'TimeoutError', 'CancelledError'];
  if (error.message === '' || !strict.includes(error.class)) return undefined;
  const expected = error.message
    .replace('get_range', 'getRange')
    .replace('wait_indexed', 'waitIndexed')
    .replace(/ after ([\d.]+)s$/, ' after $1 s')
    .replace(
      /failed to decode the previous value to compare: .*/s,
      'failed to decode the previous value to compare',
    );
  return ours.startsWith(expected) ? undefined : `message '${ours}' instead of '${expected}'`;
}

/** A text whose lone surrogates can be seen. */
const visible = (text: string): string => JSON.stringify(text);
