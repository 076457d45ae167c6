import { type Columns, columnOf, columnStart, type Stretch } from './columns.ts';

/** A state, and when a sensor was in it. */
export interface StateLane {
  readonly name: string;
  readonly stretches: readonly Stretch[];
}

/** States with a lane of their own; all others share one more. */
export const maxStates = 12;
const otherStates = 'other states';
const maxNameLength = 200;

interface Column {
  /** When the first and the last sample of any kind were. */
  firstTime: number;
  lastTime: number;
  /** Which states occurred, as bits. */
  seen: number;
  /** The state at the end; undefined where the last sample was none. */
  last: number | undefined;
}

/**
 * The states of one sensor, reduced to what a plot of so many columns can show. A state lasts until the next sample,
 * or, before a gap, for one median interval.
 */
export class StateLanes {
  readonly #columns: Columns;
  readonly #cells: (Column | undefined)[];
  readonly #indexes = new Map<string, number>();

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#cells = new Array<Column | undefined>(columns.count).fill(undefined);
  }

  /** There is a sample at this time, of whatever kind. */
  note(timeSeconds: number): void {
    const place = columnOf(timeSeconds, this.#columns);
    const cell = this.#cells[place];
    if (cell !== undefined) cell.lastTime = timeSeconds;
    else this.#cells[place] = { firstTime: timeSeconds, lastTime: timeSeconds, seen: 0, last: undefined };
  }

  /** The sample that was noted is a state. */
  add(timeSeconds: number, name: string): void {
    const cell = this.#cells[columnOf(timeSeconds, this.#columns)];
    if (cell === undefined) return;
    const index = this.#indexOf(name.slice(0, maxNameLength));
    cell.seen |= 1 << index;
    cell.last = index;
  }

  /** The sample that was noted is no state: the one before it is over. */
  end(timeSeconds: number): void {
    const cell = this.#cells[columnOf(timeSeconds, this.#columns)];
    if (cell !== undefined) cell.last = undefined;
  }

  gaps(gapSeconds: number): Stretch[] {
    const filled = this.#filled();
    return filled.flatMap(({ cell: { lastTime } }, i) => {
      const next = filled[i + 1]?.cell.firstTime;
      return next !== undefined && next - lastTime > gapSeconds
        ? [{ fromSeconds: lastTime, toSeconds: next }]
        : [];
    });
  }

  lanes(gapSeconds: number, medianSeconds: number): StateLane[] {
    const names = [...this.#indexes.keys()];
    const lanes = names.map((): Stretch[] => []);
    const filled = this.#filled();
    for (const [i, { cell, place }] of filled.entries()) {
      const isMixed = (cell.seen & (cell.seen - 1)) !== 0;
      const within = isMixed
        ? { fromSeconds: columnStart(place, this.#columns), toSeconds: columnStart(place + 1, this.#columns) }
        : { fromSeconds: cell.firstTime, toSeconds: cell.lastTime };
      for (const [index, lane] of lanes.entries()) if (cell.seen & (1 << index)) append(lane, within);
      if (cell.last === undefined) continue;
      const next = filled[i + 1]?.cell.firstTime;
      const isHeld = next !== undefined && next - cell.lastTime <= gapSeconds;
      const toSeconds = isHeld
        ? next
        : Math.min(cell.lastTime + medianSeconds, next ?? this.#columns.toSeconds);
      append(lanes[cell.last] ?? [], { fromSeconds: cell.lastTime, toSeconds });
    }
    const named = names.map((name, i) => ({ name, stretches: lanes[i] ?? [] }));
    // True above false, whichever came first.
    return names.every((name) => name === 'true' || name === 'false')
      ? named.sort((a, b) => (a.name < b.name ? 1 : -1))
      : named;
  }

  #filled(): { readonly cell: Column; readonly place: number }[] {
    return this.#cells.flatMap((cell, place) => (cell === undefined ? [] : [{ cell, place }]));
  }

  #indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.#indexes.size;
    if (index > maxStates) return maxStates;
    this.#indexes.set(index === maxStates ? otherStates : name, index);
    return index;
  }
}

function append(lane: Stretch[], { fromSeconds, toSeconds }: Stretch): void {
  const before = lane.at(-1);
  if (before === undefined || fromSeconds > before.toSeconds) lane.push({ fromSeconds, toSeconds });
  else if (toSeconds > before.toSeconds) {
    lane[lane.length - 1] = { fromSeconds: before.fromSeconds, toSeconds };
  }
}
