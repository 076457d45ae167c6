import { isAlidadeError } from '../../shared/errors.ts';
import type { Operation, Space } from '../../store/index.ts';
import { decodeValue, repr, sameValue } from '../encoding/index.ts';
import { nameOf } from '../front.ts';
import { channelOf, indexedPrefix } from '../update.ts';
import type { Item } from './line.ts';

/** A line that was not taken, and why. */
export interface RefusedLine {
  /** From 1. */
  readonly number: number;
  /** `conflict`: the store has something else there that never changes. */
  readonly reason: 'malformed' | 'conflict';
  readonly message: string;
}

type Refuse = (line: RefusedLine) => void;
type Single = Exclude<Item, { type: 'sensor' }>;

interface Samples {
  readonly key: Uint8Array;
  readonly members: Uint8Array[];
  readonly numbers: number[];
}

/** Lines on their way into the store: samples of one sensor go in one step, all writes under way at once. */
export class ImportBatch {
  lines = 0;
  bytes = 0;
  /** The number of the last line. */
  lastLine = 0;
  readonly #singles: { readonly item: Single; readonly number: number }[] = [];
  readonly #samples = new Map<string, Samples>();

  add(item: Item, number: number, sizeBytes: number): void {
    this.lines++;
    this.bytes += sizeBytes;
    this.lastLine = number;
    if (item.type !== 'sensor') {
      this.#singles.push({ item, number });
      return;
    }
    const id = Buffer.from(item.key).toString('latin1');
    const samples = this.#samples.get(id) ?? { key: item.key, members: [], numbers: [] };
    samples.members.push(item.member);
    samples.numbers.push(number);
    this.#samples.set(id, samples);
  }

  /** @throws what the store throws, other than that a key is of another type */
  async write(space: Space, refuse: Refuse): Promise<{ added: number; same: number }> {
    const added = await Promise.all([
      ...this.#singles.map(({ item, number }) => writeSingle(space, item, number, refuse)),
      ...[...this.#samples.values()].map((samples) => writeSamples(space, samples, refuse)),
    ]);
    return {
      added: added.reduce((sum, one) => sum + one.added, 0),
      same: added.reduce((sum, one) => sum + one.same, 0),
    };
  }
}

interface Written {
  readonly added: number;
  readonly same: number;
}
const nothing: Written = { added: 0, same: 0 };

async function writeSamples(
  space: Space,
  { key, members, numbers }: Samples,
  refuse: Refuse,
): Promise<Written> {
  try {
    const { changed } = await space.write({ do: 'add', key, members, notice: { channel: channelOf(key) } });
    return { added: changed, same: members.length - changed };
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_WRONG_KIND')) throw error;
    for (const number of numbers) refuse(conflict(number, `key ${nameOf(key)} is not a sensor in the store`));
    return nothing;
  }
}

async function writeSingle(space: Space, item: Single, number: number, refuse: Refuse): Promise<Written> {
  const { key, encoded } = item;
  try {
    const { found } = await space.write(operationOf(item));
    if (found === undefined) return { added: 1, same: 0 };
    if (isSame(found, encoded)) return { added: 0, same: 1 };
    const name = item.type === 'indexed' ? nameOf(key, readable(item.encodedSubKey)) : nameOf(key);
    refuse(conflict(number, `${name} is ${shown(found)} in the store, not ${shown(encoded)}`));
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_WRONG_KIND')) throw error;
    const type = item.type === 'indexed' ? 'an indexed key' : 'an attribute';
    refuse(conflict(number, `key ${nameOf(key)} is not ${type} in the store`));
  }
  return nothing;
}

function operationOf(item: Single): Operation {
  const { key, encoded: value } = item;
  const channel = channelOf(key);
  if (item.type === 'attribute') return { do: 'set', key, value, onlyIfAbsent: true, notice: { channel } };
  const field = item.encodedSubKey;
  const notice = { channel, prefix: indexedPrefix(field) };
  return { do: 'set-field', key, field, value, onlyIfAbsent: true, notice };
}

function isSame(stored: Uint8Array, fresh: Uint8Array): boolean {
  try {
    return sameValue(stored, fresh);
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE')) return false;
    throw error;
  }
}

function conflict(number: number, message: string): RefusedLine {
  return { number, reason: 'conflict', message };
}

function readable(encoded: Uint8Array): unknown {
  try {
    return decodeValue(encoded, { exact: true });
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE')) return encoded;
    throw error;
  }
}

function shown(encoded: Uint8Array): string {
  return repr(readable(encoded), 60);
}
