import { AlidadeError } from '../shared/errors.ts';
import type { ExactValue } from '../shared/exact-value.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { jsonText } from '../shared/python-text.ts';
import type { Description } from './description.ts';
import { misfit, type Shape, shapeOf } from './shape.ts';
import { writeJson } from './write-json.ts';

/** The fields of a frame in their order, without `ts` and `sender`, and what they hold. */
export class Layout {
  readonly name: string;
  readonly fields: readonly string[];
  /** Whether a description says what the fields hold; else only what the store held is known. */
  readonly isDescribed: boolean;
  /** Blank values where it is described, else what the store held. */
  readonly initial: ReadonlyMap<string, ExactValue>;
  readonly #shapes: readonly Shape[];
  readonly #indexes: ReadonlyMap<string, number>;
  /** What stands before each value in the text of the frame: `, "uBat": `. */
  readonly #heads: readonly string[];

  private constructor(name: string, initial: ReadonlyMap<string, ExactValue>, isDescribed: boolean) {
    const fields = [...initial].filter(([field]) => field !== 'ts' && field !== 'sender');
    this.name = name;
    this.initial = initial;
    this.fields = fields.map(([field]) => field);
    this.isDescribed = isDescribed;
    this.#shapes = fields.map(([, value]) => shapeOf(value));
    this.#indexes = new Map(this.fields.map((field, i) => [field, i]));
    this.#heads = this.fields.map((field) => `, ${jsonText(field)}: `);
  }

  static described({ name, fields }: Description): Layout {
    return new Layout(name, new Map(fields), true);
  }

  /** The layout of what was found in the store. */
  static found(name: string, values: ReadonlyMap<string, ExactValue>): Layout {
    return new Layout(name, values, false);
  }

  /** The shape of a field, where a description says one. */
  described(field: string): Shape | undefined {
    const index = this.#indexes.get(field);
    return this.isDescribed && index !== undefined ? this.#shapes[index] : undefined;
  }

  /** @throws ALI_USAGE where the frame has no such field */
  indexOf(field: string): number {
    const index = this.#indexes.get(field);
    if (index !== undefined) return index;
    const near = nearestName(field, this.fields);
    const hint = near === undefined ? `its fields are ${this.fields.join(', ')}` : `did you mean '${near}'?`;
    throw new AlidadeError('ALI_USAGE', `${this.name} has no field '${field}'; ${hint}`);
  }

  /** @throws ALI_ENCODE */
  valueText(index: number, value: unknown, strict: boolean): string {
    return writeJson(value, this.#shapes[index] as Shape, {
      what: `${this.name}, field ${this.fields[index]}`,
      checked: this.isDescribed,
      strict,
    });
  }

  /** The frame as it is on the wire, from the texts of its fields. */
  text(tsText: string, senderText: string, texts: readonly string[]): string {
    let text = `{"ts": ${tsText}, "sender": ${senderText}`;
    for (let i = 0; i < texts.length; i++) text += (this.#heads[i] as string) + (texts[i] as string);
    return `${text}}`;
  }

  /**
   * @throws ALI_SHM_LAYOUT when a frame that was read lacks one of the described fields, or holds something else in it.
   * Fields that the description has not do no harm.
   */
  assertFits(values: ReadonlyMap<string, ExactValue>): void {
    if (!this.isDescribed) return;
    for (const [i, field] of this.fields.entries()) {
      const value = values.get(field);
      if (value === undefined) throw this.fault(`it has no field '${field}'`);
      const wrong = misfit(value, this.#shapes[i] as Shape, field);
      if (wrong !== undefined) throw this.fault(wrong);
    }
  }

  /** @throws ALI_SHM_LAYOUT when the frame in the store has other fields than this, which a write would replace. */
  assertSame(values: ReadonlyMap<string, ExactValue>): void {
    this.assertFits(values);
    const found = [...values.keys()].filter((field) => field !== 'ts' && field !== 'sender');
    if (found.length === this.fields.length && found.every((field, i) => field === this.fields[i])) return;
    throw this.fault(
      `its fields in the store are ${found.join(', ')}, those described ${this.fields.join(', ')}`,
    );
  }

  fault(what: string): AlidadeError {
    return new AlidadeError(
      'ALI_SHM_LAYOUT',
      `${this.name} is not as described: ${what}. Bring its writer and the description together, then init it again`,
    );
  }
}
