import type { BatchResult, Condition, NoticeOf, Operation, Outcome } from '../../../src/store/store.ts';
import { plain } from './context.ts';

/** What a key holds, with one character a byte. */
export type Held =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'hash'; readonly fields: ReadonlyMap<string, string> }
  | Items<'series'>
  | Items<'set'>
  | Items<'list'>;

interface Items<K extends string> {
  readonly kind: K;
  readonly items: readonly string[];
}

class WrongKind extends Error {}

/** The store as plain data: slow, obvious, and what the engines are held against. */
export class Model {
  #keys = new Map<string, Held>();
  #told: string[] = [];

  /** What the batch gives, or 'wrong kind'; then nothing has changed. */
  batch(conditions: readonly Condition[], operations: readonly Operation[]): BatchResult | 'wrong kind' {
    const failed = conditions.findIndex((condition) => !this.#holds(condition));
    if (failed >= 0) return { applied: false, failed };
    const before = new Map(this.#keys);
    const told = this.#told.length;
    try {
      return { applied: true, outcomes: operations.map((operation) => this.#do(operation)) };
    } catch (error) {
      if (!(error instanceof WrongKind)) throw error;
      this.#keys = before;
      this.#told.length = told;
      return 'wrong kind';
    }
  }

  held(key: string): Held | undefined {
    return this.#keys.get(key);
  }

  /** All notices so far, as `channel payload`. */
  get told(): readonly string[] {
    return this.#told;
  }

  #holds(condition: Condition): boolean {
    const held = this.#keys.get(text(condition.key));
    const field =
      'field' in condition && held?.kind === 'hash' ? held.fields.get(text(condition.field)) : undefined;
    switch (condition.if) {
      case 'absent':
        return held === undefined;
      case 'equals':
        return held?.kind === 'value' && held.value === text(condition.value);
      case 'field-absent':
        return field === undefined;
      case 'field-equals':
        return field === text(condition.value);
      case 'revision':
        return (held?.kind === 'list' ? held.items.length : 0) === condition.revision;
    }
  }

  #do(operation: Operation): Outcome {
    const key = text(operation.key);
    const notice = operation.notice;
    switch (operation.do) {
      case 'set': {
        const found = operation.onlyIfAbsent === true ? this.#need(key, 'value') : undefined;
        if (found !== undefined) return { changed: 0, found: Buffer.from(found.value, 'latin1') };
        this.#keys.set(key, { kind: 'value', value: text(operation.value) });
        return this.#changed(1, notice, [text(operation.value)]);
      }
      case 'set-field': {
        const fields = new Map(this.#need(key, 'hash')?.fields);
        const found = fields.get(text(operation.field));
        if (found !== undefined && operation.onlyIfAbsent === true) {
          return { changed: 0, found: Buffer.from(found, 'latin1') };
        }
        this.#keys.set(key, {
          kind: 'hash',
          fields: fields.set(text(operation.field), text(operation.value)),
        });
        return this.#changed(1, notice, [text(operation.value)]);
      }
      case 'set-fields': {
        const fields = new Map(this.#need(key, 'hash')?.fields);
        for (const [field, value] of operation.fields) fields.set(text(field), text(value));
        if (fields.size > 0) this.#keys.set(key, { kind: 'hash', fields });
        const names = operation.fields.map(([field]) => text(field));
        return this.#changed(names.length, notice, names);
      }
      case 'delete-field': {
        const fields = new Map(this.#need(key, 'hash')?.fields);
        const changed = fields.delete(text(operation.field)) ? 1 : 0;
        if (fields.size === 0) this.#keys.delete(key);
        else this.#keys.set(key, { kind: 'hash', fields });
        return this.#changed(changed, notice);
      }
      case 'add':
      case 'set-add': {
        const kind = operation.do === 'add' ? 'series' : 'set';
        const items = this.#need(key, kind)?.items ?? [];
        const added = [...new Set(operation.members.map(text))].filter((member) => !items.includes(member));
        this.#keep(key, kind, [...items, ...added].sort());
        return this.#changed(added.length, notice, added);
      }
      case 'set-remove':
        return this.#filter(key, 'set', notice, (item) => !operation.members.map(text).includes(item));
      case 'trim': {
        const { below, keepLast } = operation;
        const count = this.#need(key, 'series')?.items.length ?? 0;
        return this.#filter(
          key,
          'series',
          notice,
          (item, i) =>
            (below === undefined || item >= text(below)) && (keepLast === undefined || i >= count - keepLast),
        );
      }
      case 'push': {
        const items = operation.items.map(text);
        this.#keep(key, 'list', [...(this.#need(key, 'list')?.items ?? []), ...items]);
        return this.#changed(items.length, notice, items);
      }
      case 'pop':
      case 'drain': {
        const items = this.#need(key, 'list')?.items ?? [];
        const taken = operation.do === 'pop' ? items.slice(0, 1) : items;
        this.#keep(key, 'list', items.slice(taken.length));
        const { changed } = this.#changed(taken.length, notice);
        return { changed, items: taken.map((item) => Buffer.from(item, 'latin1')) };
      }
      case 'delete':
        return this.#changed(this.#keys.delete(key) ? 1 : 0, notice);
    }
  }

  #need<K extends Held['kind']>(key: string, kind: K): Extract<Held, { kind: K }> | undefined;
  #need(key: string, kind: Held['kind']): Held | undefined {
    const held = this.#keys.get(key);
    if (held !== undefined && held.kind !== kind) throw new WrongKind();
    return held;
  }

  #keep(key: string, kind: 'series' | 'set' | 'list', items: readonly string[]): void {
    if (items.length === 0) this.#keys.delete(key);
    else this.#keys.set(key, { kind, items } as Held);
  }

  #filter(
    key: string,
    kind: 'series' | 'set',
    notice: NoticeOf | undefined,
    keep: (item: string, i: number) => boolean,
  ): Outcome {
    const before = this.#need(key, kind)?.items ?? [];
    const after = before.filter(keep);
    this.#keep(key, kind, after);
    return this.#changed(before.length - after.length, notice);
  }

  #changed(changed: number, notice: NoticeOf | undefined, written: readonly string[] = ['']): Outcome {
    if (changed === 0 || notice === undefined) return { changed };
    const channel = text(notice.channel);
    if ('payload' in notice) this.#told.push(`${channel} ${text(notice.payload)}`);
    else for (const what of written) this.#told.push(`${channel} ${text(notice.prefix ?? '')}${what}`);
    return { changed };
  }
}

function text(bytes: string | Uint8Array): string {
  return plain(bytes) as string;
}
