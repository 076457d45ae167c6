import type { DatasetOptions, Item, Items } from '../../../src/hdf5/index.ts';
import { encode } from './encode.ts';
import type { FileModel } from './file-model.ts';
import type { Random } from './random.ts';
import { randomItem, randomName, typeNames } from './random-items.ts';

const rowShapes: readonly (readonly number[])[] = [[], [], [], [1], [3], [2, 5], [7, 3, 2], [300]];

/** Adds a group, a dataset, a fixed value or an attribute somewhere. */
export function addSomething(model: FileModel, random: Random, number: number): void {
  const parent = random.pick(model.groups);
  const name = randomName(random, number);
  const what = random.whole(0, 9);
  if (what < 1) model.group(parent, name);
  else if (what < 2) addFixed(model, random, parent, name);
  else if (what < 6) addAttribute(model, random, random.pick([...model.groups, ...model.datasets]), name);
  else model.dataset(parent, name, randomOptions(random));
}

function addFixed(model: FileModel, random: Random, parent: string, name: string): void {
  const type = random.pick(typeNames);
  const shape = random.pick([[], [], [1], [4], [2, 3]]);
  const count = shape.reduce((product, size) => product * size, 1);
  model.fixed(parent, name, type, randomItems(random, type, count), shape);
}

function addAttribute(model: FileModel, random: Random, path: string, name: string): void {
  const type = random.pick(typeNames);
  const value = random.chance(0.6) ? randomItem(random, type) : randomItems(random, type, random.whole(1, 5));
  // h5repack cuts the names of attributes at 255 bytes.
  model.attribute(path, name.replace(/n{200,}/, 'long'), type, value);
}

function randomOptions(random: Random): DatasetOptions {
  const type = random.pick(typeNames);
  return {
    type,
    shape: random.pick(rowShapes),
    // Of the smallest, the extensible array gets many elements.
    chunkRows: random.pick([1, 1, 2, 3, 16, 100]),
    filter: random.pick(['none', 'none', 'deflate', { deflate: 9 }] as const),
    ...(random.chance(0.3) && type !== 'string' && { fillValue: randomItem(random, type) }),
  };
}

/** Appends some rows to one of the datasets, as plain items, as a typed array or as bytes, or skips some. */
export async function appendSome(model: FileModel, random: Random, mostRows: number): Promise<void> {
  if (model.datasets.length === 0) return;
  const path = random.pick(model.datasets);
  const { type, shape = [] } = model.optionsOf(path);
  const rowItems = shape.reduce((product, size) => product * size, 1);
  if (random.chance(0.2) && (await appendReady(model, random, path, rowItems))) return;
  if (random.chance(0.15)) return void (await model.skip(path, random.whole(1, 3 * mostRows)));
  const items = randomItems(random, type, random.whole(1, mostRows) * rowItems);
  if (type !== 'string' && random.chance(0.2)) {
    return void (await model.appendBytes(path, items, random.chance(0.7)));
  }
  await model.append(path, items, random.chance(0.5) ? asTyped(type, items) : items);
}

/** Appends a ready-made chunk where one may follow; one that is not encoded. */
async function appendReady(
  model: FileModel,
  random: Random,
  path: string,
  rowItems: number,
): Promise<boolean> {
  const { type, chunkRows = 1, filter } = model.optionsOf(path);
  if (type === 'string' || model.rowsOf(path) % chunkRows !== 0) return false;
  const chunk = encode(type, randomItems(random, type, chunkRows * rowItems));
  await model.appendChunk(path, chunk, chunk, chunkRows, filter === 'none' ? {} : { filterMask: 1 });
  return true;
}

function randomItems(random: Random, type: DatasetOptions['type'], count: number): Item[] {
  return Array.from({ length: count }, () => randomItem(random, type));
}

function asTyped(type: DatasetOptions['type'], items: readonly Item[]): Items {
  switch (typeof type === 'string' ? type.replace('be', '') : '') {
    case 'int8':
      return Int8Array.from(items as number[]);
    case 'uint8':
      return Uint8Array.from(items as number[]);
    case 'int16':
      return Int16Array.from(items as number[]);
    case 'uint16':
      return Uint16Array.from(items as number[]);
    case 'int32':
      return Int32Array.from(items as number[]);
    case 'uint32':
      return Uint32Array.from(items as number[]);
    case 'int64':
      return BigInt64Array.from(items as bigint[]);
    case 'uint64':
      return BigUint64Array.from(items as bigint[]);
    case 'float32':
      return Float32Array.from(items as number[]);
    case 'float64':
      return Float64Array.from(items as number[]);
    default:
      return items;
  }
}

/** Adds and appends in turn, with commits between. */
export async function fill(
  model: FileModel,
  random: Random,
  { steps, mostRows, commit }: { steps: number; mostRows: number; commit: () => Promise<void> },
): Promise<void> {
  for (let step = 0; step < steps; step++) {
    if (step < 4 || random.chance(0.2)) addSomething(model, random, step);
    else if (random.chance(0.15)) await commit();
    else await appendSome(model, random, mostRows);
  }
}
