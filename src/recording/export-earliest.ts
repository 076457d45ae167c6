import { stat } from 'node:fs/promises';
import {
  createEarliestFile,
  type EarliestDataset,
  type EarliestGroup,
  type ReadDataset,
  type ReadGroup,
  type TypeName,
} from '../hdf5/index.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { openRecording } from './open-recording.ts';
import { plainChunk } from './plain-chunk.ts';

export interface EarliestExportOptions {
  /** A recording of Alidade. */
  readonly file: string;
  readonly output: string;
  /** By default all. */
  readonly channels?: readonly string[] | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface EarliestExport {
  readonly channels: number;
  readonly rows: number;
  readonly sizeBytes: number;
}

/** So many bytes of texts are taken at a time. */
const textBatchBytes = 256 * 1024;

/**
 * Copies /general and /data of a recording into a file for old readers: HDF5's oldest form, nothing compressed, all
 * numbers little-endian, as the reference's files are. /recording stays behind: its checksums are those of this file. The
 * copy is there whole or not at all; of a recording that still grows it has the rows that every channel has.
 *
 * @throws ALI_FILE_EXISTS, ALI_NOT_FOUND, ALI_HDF5_DAMAGED, ALI_DISK_FULL, ALI_FILE_NOT_WRITTEN, ALI_FILE_FAILED, and
 * ALI_ABORTED when `signal` says so
 * @example
 * const { rows } = await exportEarliest({ file: 'run.h5', output: 'old.h5' });
 */
export async function exportEarliest(options: EarliestExportOptions): Promise<EarliestExport> {
  const { file, output } = options;
  await assertFree(options);
  await using reader = await openRecording(file);
  const { root } = reader;
  const data = await root.group('data');
  if (data === undefined)
    throw new AlidadeError('ALI_HDF5_DAMAGED', `${file} is no recording: it has no /data`);
  const channels = await channelsOf(data, options);
  const rows = Math.min(
    ...channels.flatMap(({ datasets }) =>
      datasets.filter(({ name }) => !name.startsWith('data(')).map(({ dataset }) => dataset.rows),
    ),
  );
  try {
    await using target = await createEarliestFile(output);
    const copy = new Copy(options, channels, rows);
    copyAttributes(root, target.root);
    await copy.general(await root.group('general'), target.root.group('general'));
    const targetData = target.root.group('data');
    const isWhole = channels.length === data.names.length;
    copyAttributes(data, targetData, isWhole ? [] : ['default']);
    for (const channel of channels) await copy.channel(channel, targetData.group(channel.groupName));
    copy.assertWanted();
    return {
      channels: channels.length,
      rows: channels.length === 0 ? 0 : rows,
      sizeBytes: await target.finish(),
    };
  } catch (cause) {
    if (!isAlidadeError(cause, 'ALI_DISK_FULL')) throw cause;
    const text = `${output}: the disk is full; nothing of the copy is left. Make room, or choose another place`;
    throw new AlidadeError('ALI_DISK_FULL', text, { cause });
  }
}

async function assertFree({ file, output, force }: EarliestExportOptions): Promise<void> {
  const [from, to] = await Promise.all([file, output].map((path) => stat(path).catch(() => undefined)));
  if (to === undefined) return;
  if (force !== true) {
    const text = `${output} is there already; choose another name, or replace it with --force`;
    throw new AlidadeError('ALI_FILE_EXISTS', text);
  }
  if (from?.ino === to.ino && from.dev === to.dev) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${output} is the recording itself; choose another name for the copy`,
    );
  }
}

interface Source {
  readonly groupName: string;
  readonly group: ReadGroup;
  readonly datasets: readonly { readonly name: string; readonly dataset: ReadDataset }[];
}

/** @throws ALI_NOT_FOUND */
async function channelsOf(
  data: ReadGroup,
  { channels: wanted = [], file }: EarliestExportOptions,
): Promise<Source[]> {
  const left = new Set(wanted);
  const known: string[] = [];
  const channels: Source[] = [];
  for (const groupName of data.names) {
    const group = (await data.group(groupName)) as ReadGroup;
    const name = String(group.attributes.get('channel')?.[0] ?? groupName);
    known.push(name);
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    left.delete(name);
    channels.push({ groupName, group, datasets: await datasetsOf(group) });
  }
  for (const name of left) {
    const near = nearestName(name, known);
    const hint = near === undefined ? '' : `; is '${near}' meant?`;
    throw new AlidadeError('ALI_NOT_FOUND', `${file} has no channel '${name}'${hint}`);
  }
  return channels;
}

async function datasetsOf(group: ReadGroup) {
  const datasets: { name: string; dataset: ReadDataset }[] = [];
  for (const name of group.names)
    datasets.push({ name, dataset: (await group.dataset(name)) as ReadDataset });
  return datasets;
}

function copyAttributes(from: ReadGroup, to: EarliestGroup, without: readonly string[] = []): void {
  for (const [name, items] of from.attributes) if (!without.includes(name)) to.attribute(name, items);
}

class Copy {
  readonly #options: EarliestExportOptions;
  readonly #rows: number;
  readonly #totalBytes: number;
  /** By where they stand in the recording: what has several names there has them in the copy. */
  readonly #copied = new Map<number, EarliestDataset>();
  #doneBytes = 0;

  constructor(options: EarliestExportOptions, channels: readonly Source[], rows: number) {
    this.#options = options;
    this.#rows = rows;
    const datasets = new Map(
      channels.flatMap(({ datasets: all }) => all.map(({ dataset }) => [dataset.address, dataset])),
    );
    this.#totalBytes = [...datasets.values()].reduce(
      (sum, dataset) => sum + this.#rowsOf(dataset) * dataset.rowBytes,
      0,
    );
  }

  async general(from: ReadGroup | undefined, to: EarliestGroup): Promise<void> {
    if (from === undefined) return;
    copyAttributes(from, to);
    for (const { name, dataset } of await datasetsOf(from)) await this.#dataset(name, dataset, to);
  }

  async channel({ group, datasets }: Source, to: EarliestGroup): Promise<void> {
    copyAttributes(group, to);
    for (const { name, dataset } of datasets) {
      const copied = this.#copied.get(dataset.address);
      if (copied !== undefined) to.link(name, copied);
      else this.#copied.set(dataset.address, await this.#dataset(name, dataset, to));
    }
  }

  /** @throws ALI_ABORTED */
  assertWanted(): void {
    if (this.#options.signal?.aborted !== true) return;
    throw new AlidadeError(
      'ALI_ABORTED',
      `the export was interrupted; nothing of ${this.#options.output} is left`,
    );
  }

  #rowsOf({ shape, rows }: ReadDataset): number {
    return shape.length === 0 ? 1 : Math.min(rows, this.#rows);
  }

  async #dataset(name: string, from: ReadDataset, group: EarliestGroup): Promise<EarliestDataset> {
    const { attributes, shape, rowBytes } = from;
    const rows = this.#rowsOf(from);
    const type = typeNameOf(from);
    const to = await group.dataset(name, {
      type,
      shape: shape.length === 0 ? [] : [rows, ...shape.slice(1)],
      attributes,
    });
    for await (const block of from.blocks(rows, (chunk) => plainChunk(chunk, from))) {
      this.assertWanted();
      if (block.bytes === undefined) to.skip(block.rows * rowBytes);
      else if (type === 'string') await appendTexts(from, block.bytes, to);
      else await to.append(littleEndian(block.bytes, from));
      this.#doneBytes += block.rows * rowBytes;
      this.#options.onProgress?.(this.#doneBytes, Math.max(this.#totalBytes, this.#doneBytes));
    }
    return to;
  }
}

async function appendTexts(from: ReadDataset, items: Buffer, to: EarliestDataset): Promise<void> {
  let texts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const text of from.texts(items)) {
    const bytes = Buffer.from(text);
    texts.push(bytes);
    sizeBytes += bytes.length;
    if (sizeBytes < textBatchBytes) continue;
    await to.appendTexts(texts);
    texts = [];
    sizeBytes = 0;
  }
  await to.appendTexts(texts);
}

function typeNameOf({ type: { kind, sizeBytes } }: ReadDataset): TypeName {
  if (kind === 'bool' || kind === 'string') return kind;
  if (kind === 'field') return { string: sizeBytes };
  return `${kind}${8 * sizeBytes}` as TypeName;
}

function littleEndian(bytes: Buffer, { type: { isBigEndian, sizeBytes } }: ReadDataset): Buffer {
  if (!isBigEndian || sizeBytes === 1) return bytes;
  if (sizeBytes === 2) return bytes.swap16();
  return sizeBytes === 4 ? bytes.swap32() : bytes.swap64();
}
