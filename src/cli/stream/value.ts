import type { Channel, ChannelValue } from '../../bsread/index.ts';

/** What a value is in JSON: nested lists in NumPy's order of dimensions, null where there is none. */
export function jsonValue(channel: Channel): unknown {
  const value = channel.value();
  if (value === undefined) return null;
  if (typeof value !== 'object') return jsonItem(value, channel.definition.type === 'bool');
  const isBool = channel.definition.type === 'bool';
  const items = Array.from(value as ArrayLike<number | bigint>, (item) => jsonItem(item, isBool));
  return nested(items, channel.shape);
}

/** As in `alidade state`: JSON has no NaN and no infinity. */
function jsonItem(value: number | bigint | boolean | string, isBool: boolean): unknown {
  if (isBool && typeof value === 'number') return value !== 0;
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return { $float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
}

function nested(items: unknown[], shape: readonly number[]): unknown[] {
  let all = items;
  for (const size of shape.slice(1).reverse()) {
    all = Array.from({ length: all.length / size }, (_, row) => all.slice(row * size, (row + 1) * size));
  }
  return all;
}

const shownItems = 4;

/** A value in a table: scalars as they are, of arrays the first items, the shape, and the range. */
export function shownValue(channel: Channel): string {
  const value = channel.value();
  if (value === undefined) return channel.state === 'missing' ? '-' : `undecodable: ${channel.fault}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return shownItem(value);
  const items = value as ArrayLike<number | bigint>;
  const first = Array.from({ length: Math.min(shownItems, items.length) }, (_, at) =>
    shownItem(items[at] as number | bigint),
  );
  const more = items.length > shownItems ? ' …' : '';
  const [least, most] = rangeOf(items);
  return `[${first.join(' ')}${more}]  ${shownItem(least)} to ${shownItem(most)}`;
}

function shownItem(value: Exclude<ChannelValue, object> | string): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(8)));
}

/** The least and the greatest item. */
export function rangeOf(items: ArrayLike<number | bigint>): [number | bigint, number | bigint] {
  let least = items[0] ?? 0;
  let most = least;
  for (let at = 1; at < items.length; at++) {
    const item = items[at] as number | bigint;
    if (item < least || Number.isNaN(least)) least = item;
    if (item > most || Number.isNaN(most)) most = item;
  }
  return [least, most];
}

/** `float64`, `uint16 1280x1024` (the fastest dimension first, as people say it of a camera), `string`. */
export function shownType(channel: Channel): string {
  const { definition } = channel;
  const type = definition.type ?? String(definition.raw.type);
  const shape = definition.shape ?? [];
  const size = shape.length === 0 || (shape.length === 1 && shape[0] === 1) ? '' : ` ${shape.join('x')}`;
  return `${type}${size}`;
}
