import type { ChannelDefinition } from '../bsread/index.ts';
import type { Dataset, DatasetOptions, Group } from '../hdf5/index.ts';
import { isAlidadeError } from '../shared/errors.ts';
import type { Block } from './block.ts';
import { Column } from './column.ts';
import { CompressedValues } from './compressed-values.ts';
import { declaredForm, type Form, unknownForm } from './form.ts';
import { attributeText } from './group-name.ts';
import type { PlannedChannel } from './header-plan.ts';
import { type PlainValue, plainValue } from './plain-value.ts';
import type { MakeDataset, ValueStorage } from './value-storage.ts';
import { SmallValues, type Values } from './values.ts';

/** As the reference has it: `data(1)` to `data(99)`. */
const mostChanges = 99;

/** Why a value that came is not in the file. */
export type LostReason = 'undecodable' | 'too-large' | 'too-many-changes';

export interface ChannelPlace {
  /** The group /data, in which `groupName` is free. */
  readonly data: Group;
  readonly groupName: string;
  /** Of all channels. */
  readonly pulseIds: Dataset;
  /** That the channel came with first. */
  readonly definition: ChannelDefinition;
  readonly block: Block;
  readonly storage: ValueStorage;
  /** Called when it has its first value. */
  readonly onFirstValue: (channel: RecordedChannel) => void;
}

/** A channel in the file: a group with the values, and for each row whether there is one, and of when. */
export class RecordedChannel {
  readonly name: string;
  readonly group: Group;
  readonly present: Column;
  readonly timestamps: Column;
  /** Of the values now. */
  form: Form;
  values: Values;
  /** What values were before they changed their form. */
  readonly superseded: Values[] = [];
  presentRows = 0;
  readonly lost = new Map<LostReason, number>();
  /** Why the first of those that could not be decoded could not. */
  fault: string | undefined;
  readonly #block: Block;
  readonly #storage: ValueStorage;
  readonly #onFirstValue: (channel: RecordedChannel) => void;
  hasValues = false;

  constructor({ data, groupName, pulseIds, definition, block, storage, onFirstValue }: ChannelPlace) {
    this.name = definition.name;
    this.#block = block;
    this.#storage = storage;
    this.#onFirstValue = onFirstValue;
    this.group = data.group(groupName);
    if (groupName !== this.name) this.group.attribute('channel', attributeText(this.name));
    this.form = declaredForm(definition) ?? unknownForm;
    this.values = this.#firstValues(definition, block.flushedRows + block.rows);
    this.group.link('pulse_id', pulseIds);
    this.present = this.#column('is_data_present', 'uint8', 1);
    this.timestamps = this.#column('timestamp', 'int64', 8, { units: 'ns' });
  }

  /**
   * Keeps the value of a row.
   *
   * @returns whether it was kept; where it was not, that is counted
   */
  put(at: number, row: number, frame: Uint8Array, { definition, declaredKey }: PlannedChannel): boolean {
    if (declaredKey === this.form.key && this.hasValues && this.#putFrame(row, frame, definition))
      return true;
    let value: PlainValue | undefined;
    try {
      value = plainValue(frame, definition);
    } catch (error) {
      return this.#lose(error);
    }
    if (value === undefined) return false;
    if (
      (value.form.key !== this.form.key || !this.hasValues) &&
      !this.#begin(value.form, definition, at, row)
    ) {
      return false;
    }
    if (this.#putFrame(row, frame, definition)) return true;
    this.#block.hold(this.values.put(at, row, value, definition));
    return true;
  }

  /** Hands on all rows up to `rowEnd`. */
  flush(blockRows: number, rowEnd: number): void {
    this.#block.hold(this.values.flush(blockRows, rowEnd));
    this.#block.hold(this.present.flush(blockRows));
    this.#block.hold(this.timestamps.flush(blockRows));
  }

  grow(capacityRows: number): void {
    this.present.grow(capacityRows);
    this.timestamps.grow(capacityRows);
    if (this.values instanceof SmallValues) this.values.column.grow(capacityRows);
  }

  /** Keeps a compressed frame as it came. @returns false where that cannot be: perhaps it is only unusual */
  #putFrame(row: number, frame: Uint8Array, definition: ChannelDefinition): boolean {
    if (!(this.values instanceof CompressedValues) || !this.values.takes(definition)) return false;
    try {
      this.values.putFrame(row, frame);
      return true;
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_DECODE')) throw error;
      return false;
    }
  }

  /** The first value of a form. @returns whether there is a dataset for it */
  #begin(form: Form, definition: ChannelDefinition, at: number, row: number): boolean {
    if (form.key !== this.form.key) {
      if (this.superseded.length >= mostChanges) return this.#count('too-many-changes');
      const keptAs = this.hasValues ? `data(${this.superseded.length + 1})` : undefined;
      try {
        const before = this.values;
        const values = this.#newValues(form, definition, row, (options) =>
          this.group.supersede('data', options, keptAs),
        );
        this.#block.hold(before.flush(at, row));
        if (this.hasValues) this.superseded.push(before);
        this.values = values;
        this.form = form;
      } catch (error) {
        if (!isAlidadeError(error, 'ALI_HDF5_REFUSED')) throw error;
        this.fault ??= error.message;
        return this.#count('too-large');
      }
    }
    if (!this.hasValues) {
      this.#describe(form);
      this.#onFirstValue(this);
    }
    this.hasValues = true;
    return true;
  }

  /** What viewers go by: NeXus. */
  #describe({ rowShape }: Form): void {
    this.group.attribute('NX_class', 'NXdata');
    this.group.attribute('signal', 'data');
    this.group.attribute('axes', ['pulse_id', ...rowShape.map(() => '.')]);
  }

  /** Of what the definition declares; where it cannot be had, of scalars, until a value comes. */
  #firstValues(definition: ChannelDefinition, row: number): Values {
    const make = (options: DatasetOptions) => this.group.dataset('data', options);
    try {
      return this.#newValues(this.form, definition, row, make);
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_HDF5_REFUSED')) throw error;
      this.form = unknownForm;
      return this.#newValues(this.form, definition, row, make);
    }
  }

  #newValues(form: Form, definition: ChannelDefinition, firstRow: number, make: MakeDataset): Values {
    const onUndecodable = (row: number, reason: string) => {
      this.present.bytes[row - this.#block.flushedRows] = 0;
      this.presentRows--;
      this.fault ??= reason;
      this.#count('undecodable');
    };
    return this.#storage.newValues({ form, definition, block: this.#block, firstRow, make, onUndecodable });
  }

  #column(name: string, type: 'uint8' | 'int64', rowBytes: number, attributes = {}): Column {
    const { flushedRows, chunkRows, capacityRows } = this.#block;
    const dataset = this.group.dataset(name, { type, chunkRows, attributes });
    dataset.skip(flushedRows);
    return new Column(dataset, rowBytes, capacityRows);
  }

  #lose(error: unknown): false {
    if (!isAlidadeError(error, 'ALI_DECODE')) throw error;
    this.fault ??= error.message;
    return this.#count('undecodable');
  }

  #count(reason: LostReason): false {
    this.lost.set(reason, (this.lost.get(reason) ?? 0) + 1);
    return false;
  }
}
