import type { Item, Items, TypeName } from './type-name.ts';

/** A file that grows. Readers may open it at any moment, with h5py, h5dump or whatever else stands on libhdf5. */
export interface Hdf5File extends AsyncDisposable {
  readonly root: Group;

  /**
   * Resolves when every row, object and attribute added before the call is on the disk and in sight of readers. It is
   * called by itself every `commitIntervalMs`.
   *
   * @throws ALI_DISK_FULL, ALI_FILE_FAILED: from then on every call fails with it; the file keeps what was committed
   */
  commit(): Promise<void>;

  /**
   * Commits, gives back the space reserved ahead, and closes. Calling it again gives the same promise.
   *
   * @throws as {@link commit}; the file is closed all the same
   */
  close(): Promise<void>;
}

/** An object of the file: it has a path, such as `/run/counts`, and attributes. */
export interface Hdf5Object {
  readonly path: string;

  /**
   * Adds an attribute. Without `options.type` the value tells it: text `string`, truth values `bool`, numbers
   * `float64`, bigints `int64`, typed arrays their own. An array gives an attribute of one dimension, or of
   * `options.shape`.
   *
   * @throws ALI_HDF5_REFUSED when the name is taken or not possible, or the value has more than about 64 kB
   *
   * @example
   * file.root.attribute('title', 'Flats, second night');
   * file.root.attribute('gain', [1.5, 2.5, 3], { type: 'float32' });
   */
  attribute(name: string, value: Items, options?: ValueOptions): void;
}

export interface Group extends Hdf5Object {
  /** Adds a group. @throws ALI_HDF5_REFUSED when the name is taken or not possible (empty, `.`, with `/` or NUL) */
  group(name: string): Group;

  /**
   * Adds a dataset that grows by rows.
   *
   * @throws ALI_HDF5_REFUSED when the name is taken or not possible, or the options do not go together: a chunk of
   * 4 GiB or more, a second dimension without limit, a fill value that is not of the type, texts under a
   * filter that takes ready-made chunks
   *
   * @example
   * const counts = file.root.dataset('counts', { type: 'uint32', attributes: { unit: 'ADU' } });
   * const images = file.root.dataset('images', { type: 'uint16', shape: [512, 1024], chunkRows: 1 });
   */
  dataset(name: string, options: DatasetOptions): Dataset;

  /**
   * Adds a dataset of a fixed size: one item, or an array of one dimension or of `options.shape`. The type is told as
   * for attributes.
   *
   * @throws ALI_HDF5_REFUSED when the name is taken or not possible, or the value does not fit type and shape
   *
   * @example
   * file.root.fixed('mask', new Uint8Array(4096), { shape: [64, 64], attributes: { unit: '1' } });
   */
  fixed(name: string, value: Items, options?: ValueOptions & { attributes?: Attributes }): Hdf5Object;

  /**
   * Gives an object of the file one more name (a hard link): readers find it in both places.
   *
   * @throws ALI_HDF5_REFUSED when the name is taken or not possible, or the object is of another file or holds the group
   *
   * @example
   * const pulses = file.root.dataset('pulse_id', { type: 'int64' });
   * file.root.group('camera').link('pulse_id', pulses);
   */
  link(name: string, object: Hdf5Object): void;

  /**
   * Puts a new dataset in the place of `name`. The object that stood there keeps the name `keptAs`, which the disk has
   * before it loses the other one; without `keptAs` it is gone for readers, and its space with it.
   *
   * @throws ALI_HDF5_REFUSED when there is no `name`, or `keptAs` is taken or not possible; else as {@link dataset}
   *
   * @example
   * file.root.dataset('data', { type: 'int32' });
   * const data = file.root.supersede('data', { type: 'float64' }, 'data(1)');
   */
  supersede(name: string, options: DatasetOptions, keptAs?: string): Dataset;
}

/** A dataset that grows by rows. */
export interface Dataset extends Hdf5Object {
  /** Rows appended so far, also those that are not committed yet. */
  readonly rows: number;

  /**
   * Appends one row or several: as many items as whole rows have, as one typed array of the dataset's own type, as an
   * array, or as a bare item. The values are copied.
   *
   * @returns undefined while the writer keeps up, and else a promise to wait for: until it resolves, more than
   * `bufferBytes` wait for the disk. `await dataset.append(…)` does right in both cases.
   * @throws ALI_HDF5_REFUSED when the items do not fill whole rows or are not of the type, when the filter takes
   * ready-made chunks only, or after a last chunk that was not full; ALI_HDF5_CLOSED; what
   * {@link Hdf5File.commit} throws, once it did
   *
   * @example
   * const counts = file.root.dataset('counts', { type: 'uint32' });
   * await counts.append([17, 18, 19]);
   */
  append(rows: Items): Promise<void> | undefined;

  /**
   * Appends rows as they are to stand in the file: bytes of the dataset's type, in its byte order. They are copied, unless
   * `options.borrow` says that they do not change any more.
   *
   * @throws ALI_HDF5_REFUSED when they do not fill whole rows, or the dataset is one of `string`; else as {@link append}
   *
   * @example
   * const counts = file.root.dataset('counts', { type: 'uint16be' });
   * await counts.appendBytes(Uint8Array.of(1, 0, 1, 1)); // 256, 257
   */
  appendBytes(bytes: Uint8Array, options?: BytesOptions): Promise<void> | undefined;

  /**
   * Adds rows that hold the fill value. Of a chunk that has no other rows there is nothing in the file.
   *
   * @throws ALI_HDF5_REFUSED when the filter takes ready-made chunks and the rows are not whole chunks; else as
   * {@link append}
   *
   * @example
   * const images = file.root.dataset('images', { type: 'uint16', shape: [512, 1024], chunkRows: 1 });
   * await images.skip(100);
   */
  skip(rows: number): Promise<void> | undefined;

  /**
   * Appends a chunk as it is to stand in the file: encoded by the dataset's filter, or, where `filterMask` is 1, not.
   * The bytes are not copied and must not change any more.
   *
   * @throws ALI_HDF5_REFUSED when rows that do not fill a chunk were appended before, or the bytes cannot be such a
   * chunk, or the dataset is one of `string`; else as {@link append}
   *
   * @example
   * const frames = file.root.dataset('frames', { type: 'uint16', shape: [512, 512], chunkRows: 1, filter: 'lz4' });
   * await frames.appendChunk(bytes);
   */
  appendChunk(bytes: Uint8Array, options?: ChunkOptions): Promise<void> | undefined;
}

export type Attributes = Readonly<Record<string, Items>>;

export interface ValueOptions {
  readonly type?: TypeName;
  /** Sizes of the dimensions; none for one item. */
  readonly shape?: readonly number[];
}

export interface DatasetOptions {
  readonly type: TypeName;
  /** Sizes of the dimensions of a row: none (the default) for one item, `[512, 1024]` for an image. */
  readonly shape?: readonly number[];
  /** Rows in one chunk, by default as many as take 64 KiB. With deflate the one being filled is kept in memory. */
  readonly chunkRows?: number;
  /** `none` by default. */
  readonly filter?: Filter;
  /** What readers find in rows that were never written; zero by default. */
  readonly fillValue?: Item;
  readonly attributes?: Attributes;
}

/**
 * How chunks are encoded. `bitshuffle-lz4` (32008) and `lz4` (32004) take ready-made chunks; readers need their plugins
 * (Debian: hdf5-filter-plugin; Python: hdf5plugin).
 */
export type Filter = 'none' | 'deflate' | { readonly deflate: number } | 'bitshuffle-lz4' | 'lz4';

export interface BytesOptions {
  /** Whether the bytes, which must not change any more, are written from where they are. Better for rows of kilobytes. */
  readonly borrow?: boolean;
}

export interface ChunkOptions {
  /** Rows in the chunk when it is the last one and not full. Its bytes stand for a full chunk nevertheless. */
  readonly rows?: number;
  /** 1 when the bytes are not encoded by the filter. */
  readonly filterMask?: number;
  /** Called when the bytes were written and are not needed any more, so that their memory can be used again. */
  readonly onWritten?: () => void;
}

export interface CreateOptions {
  /** Replaces a file that is there; readers of the old one keep it. */
  readonly overwrite?: boolean;
  /** 1000 by default; 0 commits only when {@link Hdf5File.commit} is called. */
  readonly commitIntervalMs?: number;
  /** How much may wait for the disk before `append` asks to be waited for; 64 MiB by default. */
  readonly bufferBytes?: number;
}
