/** Columns of a plot, and the times that they stand for. */
export interface Columns {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly count: number;
}

/** The column of a time; times outside are in the first or the last. */
export function columnOf(timeSeconds: number, { fromSeconds, toSeconds, count }: Columns): number {
  const place = Math.floor(((timeSeconds - fromSeconds) / (toSeconds - fromSeconds)) * count);
  return place > 0 ? Math.min(count - 1, place) : 0;
}

/** When a column begins; that of `count` is the end of the last one. */
export function columnStart(column: number, { fromSeconds, toSeconds, count }: Columns): number {
  return fromSeconds + ((toSeconds - fromSeconds) * column) / count;
}

/** A length of time. */
export interface Stretch {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}
