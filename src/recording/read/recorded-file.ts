import type { Dataset, Entity, File, Group } from 'h5wasm/node';
import { AlidadeError } from '../../shared/errors.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import { assertHdf5, type Hdf5Library, hdf5Library, reading } from './hdf5-library.ts';
import { attributesOf, filtersOf, type StoredObject, typeOf } from './stored-object.ts';

/** Numbers, one after the other in C order; booleans as 0 and 1. Or texts. */
export type StoredValues = ArrayLike<number> | ArrayLike<bigint> | readonly string[];

/** Of groups in groups. */
const mostDepth = 64;

/** One dataset of values of a channel: a change of type or shape begins a new one. */
export interface StoredDefinition {
  /** `data`, or `data(1)` and so on of what was before. */
  readonly name: string;
  readonly path: string;
  readonly type: string;
  /** Of one row, slowest dimension first; `[]` of a scalar. */
  readonly rowShape: readonly number[];
  readonly rows: number;
  readonly filters: readonly string[];
}

export interface StoredChannel {
  readonly name: string;
  /** The path of its group. */
  readonly path: string;
  readonly rows: number;
  /** Rows that have a value. */
  readonly present: number;
  /** The newest last. */
  readonly definitions: readonly StoredDefinition[];
}

/**
 * A recording that is read, ours or the reference's, also while it is being written: then as far as it was committed when
 * it was opened. Everything is read through libhdf5, so files with other filters can be read too.
 *
 * @example
 * using file = await RecordedFile.open('run.h5');
 * for (const { name, rows, present } of file.channels()) console.log(name, rows, present);
 * const { definitions, path } = file.channel('SIN');
 * const pulses = file.values(`${path}/pulse_id`, 0, 100);
 */
export class RecordedFile implements Disposable {
  readonly path: string;
  readonly #library: Hdf5Library;
  readonly #file: File;
  readonly #texts = new Map<string, readonly string[]>();

  private constructor(path: string, library: Hdf5Library) {
    this.path = path;
    this.#library = library;
    this.#file = reading(path, () => new library.File(path, 'r'));
  }

  /** @throws ALI_NOT_FOUND, ALI_DECODE */
  static async open(path: string): Promise<RecordedFile> {
    assertHdf5(path);
    return new RecordedFile(path, await hdf5Library());
  }

  /** Everything in the file, each group before what is in it. */
  tree(): StoredObject[] {
    return reading(this.path, () => [
      { path: '/', kind: 'group', attributes: attributesOf(this.#file) },
      ...this.#below(this.#file, ''),
    ]);
  }

  /** What /general says, by name. */
  general(): Record<string, string> {
    return reading(this.path, () => {
      const general = this.#file.get('general');
      if (!(general instanceof this.#library.Group)) return {};
      return Object.fromEntries(
        general.keys().flatMap((name) => {
          const entry = general.get(name);
          return entry instanceof this.#library.Dataset ? [[name, String(entry.value)]] : [];
        }),
      );
    });
  }

  /** The value of a dataset without dimensions; undefined where there is none. */
  scalar(path: string): unknown {
    return reading(this.path, () => {
      const dataset = this.#entity(path);
      return dataset instanceof this.#library.Dataset ? (dataset.value ?? undefined) : undefined;
    });
  }

  /** Attributes of an object; none where there is no such object. */
  attributes(path: string): Record<string, unknown> {
    return reading(this.path, () => {
      const entity = this.#entity(path);
      return entity === undefined ? {} : attributesOf(entity);
    });
  }

  channels(): StoredChannel[] {
    return reading(this.path, () => {
      const data = this.#file.get('data');
      if (!(data instanceof this.#library.Group)) return [];
      return this.#channelsIn(data, '/data', '');
    });
  }

  /** @throws ALI_NOT_FOUND */
  channel(name: string): StoredChannel {
    // Of thousands of channels it takes seconds to look at all.
    const direct = reading(this.path, () => this.#channelAt(`/data/${name}`, name));
    if (direct !== undefined) return direct;
    const channels = this.channels();
    const found = channels.find((channel) => channel.name === name);
    if (found !== undefined) return found;
    const near = nearestName(
      name,
      channels.map((channel) => channel.name),
    );
    const hint = near === undefined ? '' : `; is '${near}' meant?`;
    throw new AlidadeError('ALI_NOT_FOUND', `${this.path} has no channel '${name}'${hint}`);
  }

  /** The values of rows `from` to before `to` of a dataset; undefined where there is no such dataset. */
  values(path: string, from: number, to: number): StoredValues | undefined {
    return reading(this.path, () => {
      const dataset = this.#entity(path);
      if (!(dataset instanceof this.#library.Dataset)) return undefined;
      const [rows = 0, ...rest] = dataset.shape ?? [];
      const end = Math.min(to, rows);
      if (end <= from || rest.includes(0)) return [];
      if (typeOf(dataset) === 'string') {
        const size = rest.reduce((product, length) => product * length, 1);
        return this.#textsOf(dataset).slice(from * size, end * size);
      }
      return dataset.slice([[from, end]]) as StoredValues;
    });
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The library reads a part of a dataset of texts into memory that is not its own, so all are read, once. */
  #textsOf(dataset: Dataset): readonly string[] {
    const known = this.#texts.get(dataset.path);
    if (known !== undefined) return known;
    const { value } = dataset;
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    this.#texts.set(dataset.path, texts);
    return texts;
  }

  #entity(path: string): Entity | undefined {
    try {
      return this.#file.get(path) ?? undefined;
    } catch (error) {
      // The library does not tell what is not there from what is damaged.
      const end = path.lastIndexOf('/');
      const parent = end <= 0 ? this.#file : this.#entity(path.slice(0, end));
      const isThere = parent instanceof this.#library.Group && parent.keys().includes(path.slice(end + 1));
      if (isThere) throw error;
      return undefined;
    }
  }

  #below(group: Group, path: string): StoredObject[] {
    assertShallow(path);
    return group.keys().flatMap((name): StoredObject[] => {
      const entity = group.get(name) as Entity;
      const own = { path: `${path}/${name}`, attributes: attributesOf(entity) };
      if (entity instanceof this.#library.Group) {
        return [{ ...own, kind: 'group' }, ...this.#below(entity, own.path)];
      }
      if (!(entity instanceof this.#library.Dataset)) return [{ ...own, kind: 'other' }];
      const shape = entity.shape ?? [];
      return [{ ...own, kind: 'dataset', type: typeOf(entity), shape, filters: filtersOf(entity) }];
    });
  }

  /** The reference makes groups of the slashes in a name; ours does not, and says the name in an attribute. */
  #channelsIn(group: Group, path: string, prefix: string): StoredChannel[] {
    assertShallow(path);
    return group.keys().flatMap((name): StoredChannel[] => {
      const entity = group.get(name);
      if (!(entity instanceof this.#library.Group)) return [];
      const own = `${path}/${name}`;
      const inner = this.#channelsIn(entity, own, `${prefix}${name}/`);
      if (!entity.keys().includes('pulse_id')) return inner;
      const { channel } = attributesOf(entity);
      return [this.#channelOf(entity, own, typeof channel === 'string' ? channel : prefix + name), ...inner];
    });
  }

  #channelAt(path: string, name: string): StoredChannel | undefined {
    const group = this.#entity(path);
    if (!(group instanceof this.#library.Group) || !group.keys().includes('pulse_id')) return undefined;
    return 'channel' in group.attrs ? undefined : this.#channelOf(group, path, name);
  }

  #channelOf(group: Group, path: string, name: string): StoredChannel {
    const datasets = group.keys().filter((key) => /^data(?:\(\d+\))?$/.test(key));
    const age = (key: string) => Number(/\d+/.exec(key)?.[0] ?? Number.POSITIVE_INFINITY);
    const definitions = datasets
      .sort((one, other) => age(one) - age(other))
      .map((key) => definitionOf(group.get(key) as Dataset, key, `${path}/${key}`));
    const [rows = 0] = (group.get('pulse_id') as Dataset).shape ?? [];
    const isPresent = this.values(`${path}/is_data_present`, 0, rows) ?? [];
    let present = 0;
    for (let row = 0; row < isPresent.length; row++) if (Number(isPresent[row]) !== 0) present++;
    return { name, path, rows, present, definitions };
  }
}

/** A link may lead back to a group that it is in; then there is no end to it. */
function assertShallow(path: string): void {
  if (path.split('/').length <= mostDepth) return;
  throw new AlidadeError('ALI_DECODE', `groups lie more than ${mostDepth} deep in each other, or in a ring`);
}

function definitionOf(dataset: Dataset, name: string, path: string): StoredDefinition {
  const [rows = 0, ...rest] = dataset.shape ?? [];
  const rowShape = rest.length === 1 && rest[0] === 1 ? [] : rest;
  return { name, path, type: typeOf(dataset), rowShape, rows, filters: filtersOf(dataset) };
}
