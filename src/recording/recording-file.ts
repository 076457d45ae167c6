import type { ChannelDefinition, DataHeader, PulseMessage } from '../bsread/index.ts';
import type { Group, Hdf5File } from '../hdf5/index.ts';
import { Block } from './block.ts';
import { Column } from './column.ts';
import { groupName } from './group-name.ts';
import { type HeaderPlan, type PlannedChannel, planHeader } from './header-plan.ts';
import { RecordedChannel } from './recorded-channel.ts';
import { textWithoutNul } from './text.ts';
import { TimestampWords } from './timestamp-words.ts';
import { type StorageOptions, ValueStorage } from './value-storage.ts';
import { SmallValues } from './values.ts';

/** More channels than any stream has; each costs memory and space, so that names that change with each message end here. */
const mostChannels = 65_536;

export interface RecordingFileOptions extends StorageOptions {
  readonly chunkRows: number;
  readonly general: Readonly<Record<string, string>>;
  readonly isWanted: (channel: string) => boolean;
}

/**
 * The file of a recording, as the reference lays it out: /general, and in /data a group for each channel with `data`,
 * `pulse_id` and `is_data_present`. Each message is a row of every channel. What is ours stands in /recording; the
 * pulse ids are one dataset there, that every channel has a link to.
 */
export class RecordingFile {
  readonly hdf5: Hdf5File;
  /** The group /recording. */
  readonly own: Group;
  readonly channels: RecordedChannel[] = [];
  /** Values of channels that stand in one header twice, and of those beyond the most. */
  readonly lostValues = { repeated: 0, 'too-many-channels': 0 };
  readonly #data: Group;
  readonly #block: Block;
  readonly #storage: ValueStorage;
  readonly #pulseIds: Column;
  readonly #times: Column;
  readonly #byName = new Map<string, RecordedChannel>();
  readonly #groupNames = new Set<string>();
  readonly #isWanted: (channel: string) => boolean;
  readonly #words = new TimestampWords();
  readonly #plans = new WeakMap<DataHeader, HeaderPlan>();
  /** What who writes waits for, while something waits for frames to be decoded. */
  #decoded: PromiseWithResolvers<void> | undefined;
  #isPlotted = false;

  constructor(hdf5: Hdf5File, options: RecordingFileOptions) {
    const { chunkRows, general, isWanted } = options;
    this.hdf5 = hdf5;
    this.#storage = new ValueStorage(options);
    this.#isWanted = isWanted;
    this.#block = new Block(chunkRows);
    const { root } = hdf5;
    root.attribute('NX_class', 'NXroot');
    root.attribute('default', 'data');
    const generalGroup = root.group('general');
    const taken = new Set<string>();
    for (const [name, value] of Object.entries(general)) {
      const text = textWithoutNul(value);
      const inFile = groupName(name, (each) => taken.has(each));
      taken.add(inFile);
      generalGroup.fixed(inFile, text, { type: { string: Math.max(1, Buffer.byteLength(text)) } });
    }
    this.#data = root.group('data');
    this.#data.attribute('NX_class', 'NXentry');
    this.own = root.group('recording');
    this.#pulseIds = this.#column('pulse_id', {});
    this.#times = this.#column('global_timestamp', { units: 'ns' });
  }

  /** Messages written, also those not yet on the disk. */
  get rows(): number {
    return this.#block.flushedRows + this.#block.rows;
  }

  /** Compressed values that nothing has decoded. */
  get unverified(): number {
    return this.#storage.verifier?.unverified ?? 0;
  }

  get pulseIdChecksum(): number {
    return this.#pulseIds.checksum;
  }

  /**
   * Adds a row.
   *
   * @param isGiven whether nobody else has the frames, so that their memory may be freed
   * @returns a promise to wait for before the next one, where the disk does not keep up; it never rejects
   * @throws what the file threw, also since the last call
   */
  write(message: PulseMessage, isGiven: boolean): Promise<void> | undefined {
    const block = this.#block;
    block.isGiven = isGiven;
    block.assertUsable();
    if (block.rows === block.capacityRows) this.#grow();
    let plan = this.#plans.get(message.dataHeader);
    if (plan === undefined) {
      plan = planHeader(message.dataHeader, (definition) => this.#channel(definition));
      this.#plans.set(message.dataHeader, plan);
    }
    const at = block.rows;
    this.#pulseIds.view.setBigInt64(8 * at, BigInt.asIntN(64, message.pulseId), true);
    this.#pulseIds.isUsed = true;
    if (message.globalTimestampNs !== undefined) {
      this.#times.view.setBigInt64(8 * at, BigInt.asIntN(64, message.globalTimestampNs), true);
      this.#times.isUsed = true;
    }
    const { frames } = message;
    for (const planned of plan.channels) this.#put(at, planned, frames);
    for (const index of plan.repeatedFrames) {
      if ((frames[index] as Uint8Array).length > 0) this.lostValues.repeated++;
    }
    block.rows++;
    if (block.rows < block.chunkRows) return this.#decoded?.promise ?? block.takeWaiting();
    if (this.#storage.verifier?.isBusy === true) return this.#flushWhenDecoded();
    this.flush();
    return block.takeWaiting();
  }

  /**
   * Does what waits for frames that are being decoded, as soon as there are none and before another message is written:
   * at once where there are none now. Until then who writes is asked to wait, or that would never be.
   */
  whenDecoded<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { verifier } = this.#storage;
      const actOnce = () => {
        this.#decoded?.resolve();
        this.#decoded = undefined;
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      if (verifier?.isBusy !== true) return actOnce();
      this.#decoded ??= Promise.withResolvers();
      verifier.whenIdle(actOnce);
    });
  }

  async close(): Promise<void> {
    await this.#storage.verifier?.close();
  }

  /** Hands on all rows to the file; only {@link whenDecoded}, as frames that cannot be decoded change their rows. */
  flush(): void {
    this.#block.assertUsable();
    const { rows } = this.#block;
    if (rows === 0) return;
    for (const channel of this.channels) channel.flush(rows, this.rows);
    this.#block.hold(this.#pulseIds.flush(rows));
    this.#block.hold(this.#times.flush(rows));
    this.#block.flushedRows += rows;
    this.#block.rows = 0;
  }

  #put(at: number, planned: PlannedChannel, frames: readonly Uint8Array[]): void {
    const { channel, frameIndex, copiedBytes, isBigEndian } = planned;
    const frame = frames[frameIndex] as Uint8Array;
    const { length } = frame;
    if (length === 0) return;
    const { values } = channel;
    if (
      length === copiedBytes &&
      channel.hasValues &&
      channel.form.key === planned.declaredKey &&
      values instanceof SmallValues &&
      values.isBigEndian === isBigEndian
    ) {
      const { column } = values;
      const { bytes } = column;
      for (let i = 0, to = at * length; i < length; i++, to++) bytes[to] = frame[i] as number;
      column.isUsed = true;
    } else if (!channel.put(at, this.rows, frame, planned)) return;
    const { present, timestamps } = channel;
    present.bytes[at] = 1;
    present.isUsed = true;
    channel.presentRows++;
    const time = frames[frameIndex + 1];
    if (time === undefined || time.length === 0) return;
    const words = this.#words;
    words.read(time, isBigEndian);
    timestamps.view.setInt32(8 * at, words.low, true);
    timestamps.view.setInt32(8 * at + 4, words.high, true);
    timestamps.isUsed = true;
  }

  #channel(definition: ChannelDefinition): RecordedChannel | undefined {
    const { name } = definition;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (!this.#isWanted(name)) return undefined;
    if (this.channels.length >= mostChannels) {
      this.lostValues['too-many-channels']++;
      return undefined;
    }
    const inFile = groupName(name, (taken) => this.#groupNames.has(taken));
    const channel = new RecordedChannel({
      data: this.#data,
      groupName: inFile,
      pulseIds: this.#pulseIds.dataset,
      definition,
      block: this.#block,
      storage: this.#storage,
      onFirstValue: (first) => this.#plotAtOnce(first),
    });
    this.channels.push(channel);
    this.#byName.set(name, channel);
    this.#groupNames.add(inFile);
    return channel;
  }

  #column(name: string, attributes: Readonly<Record<string, string>>): Column {
    const { chunkRows, capacityRows } = this.#block;
    const dataset = this.own.dataset(name, { type: 'int64', chunkRows, attributes });
    return new Column(dataset, 8, capacityRows);
  }

  /** What viewers draw when they open the file: the first channel that has numbers. */
  #plotAtOnce({ form, group }: RecordedChannel): void {
    if (this.#isPlotted || form.type === 'string') return;
    this.#isPlotted = true;
    this.#data.attribute('default', group.path.slice('/data/'.length));
  }

  /** Never rejects: nobody may be waiting for it. */
  #flushWhenDecoded(): Promise<void> {
    return this.whenDecoded(() => this.flush()).catch((error: unknown) => {
      this.#block.failure ??= error;
    });
  }

  /** Beyond a chunk only where somebody writes without waiting. */
  #grow(): void {
    const { rows, chunkRows } = this.#block;
    const capacityRows = rows < chunkRows ? Math.min(4 * rows, chunkRows) : 2 * rows;
    this.#block.capacityRows = capacityRows;
    for (const channel of this.channels) channel.grow(capacityRows);
    this.#pulseIds.grow(capacityRows);
    this.#times.grow(capacityRows);
  }
}
