import { crc32 } from 'node:zlib';
import type { Item, ReadDataset, ReadGroup } from '../hdf5/index.ts';
import { AlidadeError, isAlidadeError, messageOf } from '../shared/errors.ts';
import { committedLine, numberOf } from './committed-line.ts';
import { openRecording } from './open-recording.ts';
import { mostSmallBytes } from './value-storage.ts';

/** What a file says of itself, and whether it is so. */
export interface Verification {
  /** Whether it was closed well and nothing is wrong. */
  readonly isWhole: boolean;
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
  /** Why the recording ended; undefined when its writer was killed, or still writes. */
  readonly ending: string | undefined;
  readonly received: number;
  /** Rows that are whole in every channel. */
  readonly written: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly channels: number;
}

/** Whole chunks, where these are of the usual size. */
const rowsAtATime = 100_000;
const leastTexts = 1000;
/** More would not be read. */
const mostProblems = 100;

/**
 * Checks a recording against its own ledger and checksums: reads all of it once. Of one whose writer was killed the
 * checksums are not there; it must hold the rows that it says were committed.
 *
 * @throws ALI_NOT_FOUND when there is no such file; ALI_HDF5_DAMAGED when it is no recording at all
 * @example
 * const { isWhole, problems } = await verifyRecording('run.h5');
 * if (!isWhole) console.error(problems.join('\n'));
 */
export async function verifyRecording(file: string): Promise<Verification> {
  await using reader = await openRecording(file);
  const own = await reader.root.group('recording');
  const data = await reader.root.group('data');
  if (own === undefined || data === undefined) {
    throw new AlidadeError('ALI_HDF5_DAMAGED', `${file} is no recording: it has no group /recording`);
  }
  return await new Check(own, data).run();
}

class Check {
  readonly #own: ReadGroup;
  readonly #data: ReadGroup;
  readonly #problems: string[] = [];

  constructor(own: ReadGroup, data: ReadGroup) {
    this.#own = own;
    this.#data = data;
  }

  async run(): Promise<Verification> {
    const attributes = this.#own.attributes;
    const ending = attributes.get('ending')?.[0];
    const isClosed = typeof ending === 'string';
    const { received, written } = isClosed
      ? {
          received: numberOf(attributes.get('received')?.[0]),
          written: numberOf(attributes.get('written')?.[0]),
        }
      : await committedLine(this.#own, this.#data);
    const dropped = await this.#dropped();
    if (!isClosed)
      this.#add(`it was not closed: its writer was killed, or still writes; ${written} messages are whole`);
    const sum = Object.values(dropped).reduce((total, count) => total + count, written);
    if (isClosed && sum !== received) {
      this.#add(`the ledger does not add up: ${received} received, ${sum} written and dropped`);
    }
    await this.#attempt('/recording/pulse_id', async () => {
      const pulses = await this.#own.dataset('pulse_id');
      await this.#checkRows(
        '/recording/pulse_id',
        pulses,
        written,
        isClosed,
        attributes.get('pulse_id_crc32')?.[0],
      );
    });
    const table = isClosed ? await this.#table() : undefined;
    for (const [place, name] of this.#data.names.entries()) {
      await this.#attempt(`/data/${name}`, () => this.#checkChannel(name, written, table, place));
    }
    return {
      isWhole: this.#problems.length === 0,
      problems: this.#problems,
      ending: isClosed ? ending : undefined,
      received,
      written,
      dropped,
      channels: this.#data.names.length,
    };
  }

  async #checkChannel(name: string, written: number, table: Table | undefined, place: number): Promise<void> {
    const at = `/data/${name}`;
    const group = await this.#data.group(name);
    const [present, times, data] = [
      await group?.dataset('is_data_present'),
      await group?.dataset('timestamp'),
      await group?.dataset('data'),
    ];
    const isClosed = table !== undefined;
    if (isClosed && table.group[place] !== name) this.#add(`${at} is not in the ledger`);
    const atFlags = `${at}/is_data_present`;
    if (!this.#hasRows(atFlags, present, written, isClosed) || group === undefined) return;
    const flags = await present.bytes(0, present.rows);
    if (isClosed) this.#compare(atFlags, crc32(flags), table.is_data_present_crc32[place]);
    await this.#checkRows(`${at}/timestamp`, times, written, isClosed, table?.timestamp_crc32[place]);
    const count = flags.reduce((total, flag) => total + flag, 0);
    if (isClosed && count !== numberOf(table.present[place])) {
      this.#add(`${at} has ${count} values, and the ledger says ${table.present[place]}`);
    }
    await this.#checkValues(`${at}/data`, data, flags, written, isClosed, table?.data_crc32[place]);
    for (const [i, path] of (table?.superseded ?? []).entries()) {
      if (typeof path !== 'string' || !path.startsWith(`${name}/data(`)) continue;
      const before = await group.dataset(path.slice(name.length + 1));
      await this.#checkValues(
        `/data/${path}`,
        before,
        flags,
        before?.rows ?? 0,
        true,
        table?.superseded_crc32[i],
      );
    }
  }

  async #checkRows(
    path: string,
    dataset: ReadDataset | undefined,
    written: number,
    isClosed: boolean,
    checksum: Item | undefined,
  ): Promise<void> {
    if (!this.#hasRows(path, dataset, written, isClosed)) return;
    let found = 0;
    for (let row = 0; row < dataset.rows; row += rowsAtATime) {
      found = crc32(await dataset.bytes(row, rowsAtATime), found);
    }
    if (isClosed) this.#compare(path, found, checksum);
  }

  async #checkValues(
    path: string,
    dataset: ReadDataset | undefined,
    flags: Uint8Array,
    written: number,
    isClosed: boolean,
    checksum: Item | undefined,
  ): Promise<void> {
    if (!this.#hasRows(path, dataset, written, isClosed)) return;
    const isText = dataset.type.kind === 'string';
    const found = await (isText ? textsChecksum(dataset) : valuesChecksum(dataset, flags));
    if (isClosed) this.#compare(path, found, checksum);
  }

  #hasRows(
    path: string,
    dataset: ReadDataset | undefined,
    written: number,
    isClosed: boolean,
  ): dataset is ReadDataset {
    if (dataset === undefined) this.#add(`${path} is missing`);
    else if (isClosed ? dataset.rows !== written : dataset.rows < written) {
      this.#add(`${path} has ${dataset.rows} rows of ${written}`);
    }
    return dataset !== undefined;
  }

  #compare(path: string, found: number, said: Item | undefined): void {
    if (numberOf(said) !== found) this.#add(`${path} does not hold what was written: its checksum is wrong`);
  }

  async #dropped(): Promise<Record<string, number>> {
    const reasons = (await (await this.#own.dataset('dropped_reasons'))?.items()) ?? [];
    const counts = (await (await this.#own.dataset('dropped_messages'))?.items()) ?? [];
    return Object.fromEntries(reasons.map((reason, i) => [String(reason), numberOf(counts[i])]));
  }

  async #table(): Promise<Table> {
    const group = await this.#own.group('channels');
    const column = async (name: string) => (await (await group?.dataset(name))?.items()) ?? [];
    return {
      group: await column('group'),
      present: await column('present'),
      is_data_present_crc32: await column('is_data_present_crc32'),
      timestamp_crc32: await column('timestamp_crc32'),
      data_crc32: await column('data_crc32'),
      superseded: await column('superseded'),
      superseded_crc32: await column('superseded_crc32'),
    };
  }

  /** What cannot be read is one more thing that is wrong. */
  async #attempt(path: string, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_HDF5_DAMAGED')) throw error;
      this.#add(`${path}: ${messageOf(error)}`);
    }
  }

  #add(problem: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push(problem);
  }
}

/** What the ledger says of channels, in their order; of datasets that others took the place of, by their path in /data. */
type Table = Readonly<
  Record<
    | 'group'
    | 'present'
    | 'is_data_present_crc32'
    | 'timestamp_crc32'
    | 'data_crc32'
    | 'superseded'
    | 'superseded_crc32',
    readonly Item[]
  >
>;

/** As `Values` makes it. */
async function valuesChecksum(dataset: ReadDataset, flags: Uint8Array): Promise<number> {
  const rowBytes = dataset.shape.slice(1).reduce((product, size) => product * size, dataset.type.sizeBytes);
  const firstRow = numberOf(dataset.attributes.get('first_row')?.[0] ?? 0);
  const isSmall = dataset.filter === undefined && rowBytes <= mostSmallBytes;
  let checksum = 0;
  for await (const { firstRow: start, rows, bytes } of dataset.chunks()) {
    if (bytes === undefined) {
      if (isSmall) checksum = crc32(new Uint8Array(rows * rowBytes), checksum);
    } else if (isSmall) checksum = crc32(bytes.subarray(0, rows * rowBytes), checksum);
    else if (dataset.filter !== undefined) checksum = crc32(bytes, checksum);
    else {
      for (let row = 0; row < rows; row++) {
        if (start + row < firstRow || flags[start + row] !== 1) continue;
        checksum = crc32(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), checksum);
      }
    }
  }
  return checksum;
}

async function textsChecksum(dataset: ReadDataset): Promise<number> {
  const rows = Math.max(leastTexts, dataset.chunkRows ?? 1);
  let checksum = 0;
  for (let row = 0; row < dataset.rows; row += rows) {
    for (const text of await dataset.items(row, Math.min(rows, dataset.rows - row)))
      checksum = crc32(`${text}\0`, checksum);
  }
  return checksum;
}
