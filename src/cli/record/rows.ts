import type { RecordedFile, StoredChannel, StoredDefinition, StoredValues } from '../../recording/index.ts';

/** Of an array. */
export type RowItems = ArrayLike<number> | ArrayLike<bigint> | readonly string[];

/** A value of a channel: a scalar, or the items of an array; undefined where there is none. */
export type RowValue = number | bigint | string | boolean | RowItems | undefined;

export interface Row {
  readonly pulseId: bigint;
  /** Nanoseconds of Unix time; undefined where the file does not say. */
  readonly timeNs: bigint | undefined;
  readonly value: RowValue;
  readonly definition: StoredDefinition | undefined;
}

const batchRows = 1000;
/** Large values are read few at a time. */
const batchBytes = 64 * 2 ** 20;

/** The rows of a channel, each with the value that it had at the time: of the definition that held then. */
export function* rowsOf(
  file: RecordedFile,
  channel: StoredChannel,
  from = 0,
  to = channel.rows,
): Generator<Row, void, undefined> {
  const widest = Math.max(1, ...channel.definitions.map(({ rowShape }) => items(rowShape) * 8));
  const step = Math.max(1, Math.min(batchRows, Math.floor(batchBytes / widest)));
  for (let begin = from; begin < to; begin += step) {
    yield* batchOf(file, channel, begin, Math.min(begin + step, to));
  }
}

function* batchOf(file: RecordedFile, channel: StoredChannel, from: number, to: number): Generator<Row> {
  const { path, definitions } = channel;
  const pulseIds = file.values(`${path}/pulse_id`, from, to) ?? [];
  const times = file.values(`${path}/timestamp`, from, to) ?? [];
  const present = file.values(`${path}/is_data_present`, from, to) ?? [];
  const values = new Map<StoredDefinition, StoredValues>();
  for (let row = from; row < to; row++) {
    const at = row - from;
    // What was before a change has no rows from there on.
    const definition = definitions.find(({ rows }) => rows > row);
    const isPresent = Number(present[at] ?? 1) !== 0;
    const time = times[at];
    yield {
      pulseId: BigInt(pulseIds[at] ?? 0),
      timeNs: time === undefined || Number(time) === 0 ? undefined : BigInt(time),
      definition,
      value: isPresent && definition !== undefined ? valueAt(definition, row) : undefined,
    };
  }

  function valueAt(definition: StoredDefinition, row: number): RowValue {
    let read = values.get(definition);
    if (read === undefined) {
      read = file.values(definition.path, from, to) ?? [];
      values.set(definition, read);
    }
    const size = items(definition.rowShape);
    const at = (row - from) * size;
    if (definition.rowShape.length > 0) return part(read, at, at + size);
    const value = read[at];
    return definition.type === 'bool' ? value !== undefined && Number(value) !== 0 : value;
  }
}

function part(values: StoredValues, from: number, to: number): RowItems {
  if (Array.isArray(values)) return values.slice(from, to);
  return (values as Float64Array | BigInt64Array).subarray(from, to);
}

export function items(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
