import { type Columns, columnOf, type Stretch } from './columns.ts';
import { Intervals } from './intervals.ts';
import { type StateLane, StateLanes } from './state-lanes.ts';

/** A sample as a plot sees it: a number, or the name of a state (text, true or false). */
export type Reading = number | string;

/** A point of a line; `breaks` says that the line is not drawn from the point before it. */
export interface Point {
  readonly timeSeconds: number;
  readonly value: number;
  readonly breaks: boolean;
}

/** How many median intervals without a sample are a gap. */
export const gapFactor = 5;

export interface ReducedOptions {
  /** What is finer than they cannot be seen. */
  readonly columns: Columns;
  /** From how long on an interval is a gap; default {@link gapFactor} times the median interval. */
  readonly gapSeconds?: number | undefined;
}

/** The samples of one column: the first, the smallest, the largest and the last, each with its time. */
interface Column {
  firstTime: number;
  first: number;
  lastTime: number;
  last: number;
  minTime: number;
  min: number;
  maxTime: number;
  max: number;
  /** Whether something that is no number came between the last one before and the first one here. */
  isBroken: boolean;
}

/**
 * The samples of one sensor reduced to what a plot of so many columns can show, in memory that depends on the columns
 * only. Of the numbers in a column the first, smallest, largest and last stay, so that the drawn line covers the very
 * same pixels and no spike is lost; of states each one that occurred in it.
 */
export class Reduced {
  count = 0;
  /** Samples that are numbers, and finite. */
  numbers = 0;
  /** Text, true and false. */
  states = 0;
  /** Numbers that are infinite or not a number: the line is broken there. */
  notFinite = 0;
  /** Lists, arrays and the like, and what cannot be decoded: not drawn. */
  readonly others = new Map<string, number>();
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  firstSeconds = Number.NaN;
  lastSeconds = Number.NaN;
  readonly #intervals = new Intervals();
  readonly #options: ReducedOptions;
  readonly #columns: (Column | undefined)[];
  readonly #lanes: StateLanes;
  #isBroken = false;

  constructor(options: ReducedOptions) {
    this.#options = options;
    this.#columns = new Array<Column | undefined>(options.columns.count).fill(undefined);
    this.#lanes = new StateLanes(options.columns);
  }

  /** Takes the next sample, in the order of time. */
  add(timeSeconds: number, reading: Reading): void {
    this.#note(timeSeconds);
    if (typeof reading === 'string') {
      this.states++;
      this.#isBroken = true;
      this.#lanes.add(timeSeconds, reading);
    } else if (Number.isFinite(reading)) {
      this.numbers++;
      this.#addNumber(timeSeconds, reading);
    } else {
      this.notFinite++;
      this.#isBroken = true;
    }
  }

  /** Takes a sample that cannot be drawn. */
  addOther(timeSeconds: number, kind: string): void {
    this.#note(timeSeconds);
    this.others.set(kind, (this.others.get(kind) ?? 0) + 1);
    this.#isBroken = true;
    this.#lanes.end(timeSeconds);
  }

  get medianSeconds(): number | undefined {
    return this.#intervals.medianSeconds;
  }

  /** An interval that is longer is a gap. */
  get gapSeconds(): number {
    const median = this.medianSeconds;
    return this.#options.gapSeconds ?? (median === undefined ? Number.POSITIVE_INFINITY : gapFactor * median);
  }

  /** The line through the numbers, with at most four points a column. */
  points(): Point[] {
    const { gapSeconds } = this;
    const points: Point[] = [];
    let before = Number.NaN;
    for (const column of this.#columns) {
      if (column === undefined) continue;
      const breaks = column.isBroken || !(column.firstTime - before <= gapSeconds);
      let last: Point | undefined;
      for (const [timeSeconds, value] of inOrder(column)) {
        if (last?.timeSeconds === timeSeconds && last.value === value) continue;
        last = { timeSeconds, value, breaks: last === undefined && breaks };
        points.push(last);
      }
      before = column.lastTime;
    }
    return points;
  }

  /** The states in the order in which they appeared; of booleans true first. */
  stateLanes(): StateLane[] {
    return this.#lanes.lanes(this.gapSeconds, this.medianSeconds ?? 0);
  }

  /** The gaps that show: those between samples of different columns. */
  gaps(): Stretch[] {
    return this.#lanes.gaps(this.gapSeconds);
  }

  #note(timeSeconds: number): void {
    if (this.count > 0) this.#intervals.add(timeSeconds - this.lastSeconds);
    else this.firstSeconds = timeSeconds;
    this.lastSeconds = timeSeconds;
    this.count++;
    this.#lanes.note(timeSeconds);
  }

  #addNumber(time: number, value: number): void {
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    const place = columnOf(time, this.#options.columns);
    const column = this.#columns[place];
    if (column === undefined) {
      this.#columns[place] = {
        ...{ firstTime: time, first: value, lastTime: time, last: value },
        ...{ minTime: time, min: value, maxTime: time, max: value, isBroken: this.#isBroken },
      };
    } else {
      column.lastTime = time;
      column.last = value;
      if (value < column.min) {
        column.min = value;
        column.minTime = time;
      }
      if (value > column.max) {
        column.max = value;
        column.maxTime = time;
      }
    }
    this.#isBroken = false;
  }
}

function inOrder(column: Column): [number, number][] {
  const inner: [number, number][] = [
    [column.minTime, column.min],
    [column.maxTime, column.max],
  ];
  inner.sort(([a], [b]) => a - b);
  return [[column.firstTime, column.first], ...inner, [column.lastTime, column.last]];
}
