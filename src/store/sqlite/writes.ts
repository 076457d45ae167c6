import { AlidadeError } from '../../shared/errors.ts';
import { keyText } from '../key.ts';
import type { PlainCondition, PlainOperation } from '../normalize.ts';
import type { BatchResult, Outcome } from '../store.ts';
import { type NoticeSink, publish, publishRemoval } from './notice-sink.ts';
import { lengthOf } from './reads.ts';
import { type KindNumber, kindNames, kindNumber } from './schema.ts';
import type { Statements } from './statements.ts';

type Bytes = Uint8Array;

export interface PlainBatch {
  readonly conditions: readonly PlainCondition[];
  readonly operations: Iterable<PlainOperation> & { readonly length: number };
}

type WithMembers = Extract<PlainOperation, { readonly members: readonly Bytes[] }>;

interface KeyRow {
  readonly id: number;
  readonly kind: KindNumber;
}

const cachedKeys = 50_000;
/** Rows of a key that are removed within a write; the rest is garbage, collected later bit by bit. */
const removedAtOnce = 2_000;

/**
 * The writes of a space on one connection. The caller opens and commits the transaction, which may hold many batches.
 * Nobody else changes the file between two commits of ours unless {@link forgetKeys} is called.
 */
export class Writes {
  #sql: Statements;
  #now: () => number;
  #keys = new Map<string, KeyRow>();
  #garbage = true;

  constructor(sql: Statements, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** Must be called when another connection has committed, or when a transaction was rolled back. */
  forgetKeys(): void {
    this.#keys.clear();
    this.#garbage = true;
  }

  /**
   * Applies one batch, or nothing of it.
   *
   * @throws ALI_WRONG_KIND, and the batch is undone. Any other error leaves the transaction to be rolled back.
   */
  apply(batch: PlainBatch, sink: NoticeSink): BatchResult {
    const failed = batch.conditions.findIndex((condition) => !this.#holds(condition));
    if (failed >= 0) return { applied: false, failed };
    const [only] = batch.operations.length === 1 ? batch.operations : [];
    // A single operation meets the wrong kind before it writes, so it needs no savepoint.
    if (only !== undefined) return { applied: true, outcomes: [this.#do(only, sink)] };
    const { mark } = sink;
    this.#sql.of('SAVEPOINT batch').run();
    try {
      const outcomes = Array.from(batch.operations, (operation) => this.#do(operation, sink));
      this.#sql.of('RELEASE batch').run();
      return { applied: true, outcomes };
    } catch (error) {
      sink.rewind(mark);
      this.forgetKeys();
      this.#sql.of('ROLLBACK TO batch').run();
      this.#sql.of('RELEASE batch').run();
      throw error;
    }
  }

  clear(): void {
    this.forgetKeys();
    this.#sql
      .of(`INSERT INTO garbage (key, kind) SELECT id, kind FROM keys WHERE kind <> ${kindNumber.value}`)
      .run();
    this.#sql.of('DELETE FROM keys').run();
  }

  /** Removes up to `limit` rows of forgotten keys and expired values; true when more is left. */
  collect(limit: number): boolean {
    const now = this.#now();
    const expired = this.#sql
      .of('SELECT key FROM keys WHERE expires <= ? ORDER BY expires LIMIT ?')
      .all(now, limit);
    for (const row of expired) this.#remove(row[0] as Bytes);
    const isFull = expired.length === limit;
    const next = this.#garbage ? this.#sql.of('SELECT key, kind FROM garbage LIMIT 1').get() : undefined;
    this.#garbage = next !== undefined;
    if (next === undefined) return isFull;
    const [id, kind] = next as readonly [number, KindNumber];
    if (this.#removeRows(id, kind, limit) < limit) this.#sql.of('DELETE FROM garbage WHERE key = ?').run(id);
    return true;
  }

  #holds(condition: PlainCondition): boolean {
    const { key } = condition;
    const row = this.#find(key);
    switch (condition.if) {
      case 'absent':
        return row === undefined;
      case 'equals':
        return row?.kind === kindNumber.value && equal(this.#valueOf(row.id), condition.value);
      case 'field-absent':
        return row?.kind !== kindNumber.hash || this.#fieldOf(row.id, condition.field) === undefined;
      case 'field-equals':
        return (
          row?.kind === kindNumber.hash && equal(this.#fieldOf(row.id, condition.field), condition.value)
        );
      case 'revision': {
        if (row?.kind !== kindNumber.list) return condition.revision === 0;
        const count = this.#sql.of(lengthOf('?')).get(row.id, row.id)?.[0];
        return count === condition.revision;
      }
    }
  }

  #do(operation: PlainOperation, sink: NoticeSink): Outcome {
    const { key } = operation;
    switch (operation.do) {
      case 'set':
        return this.#set(operation, sink);
      case 'set-field':
        return this.#setField(operation, sink);
      case 'set-fields':
        return this.#setFields(operation, sink);
      case 'delete-field': {
        const row = this.#findKind(key, kindNumber.hash);
        if (row === undefined) return { changed: 0 };
        const changed = this.#sql
          .of('DELETE FROM fields WHERE key = ? AND field = ?')
          .run(row.id, operation.field);
        return this.#removed(operation, row, changed, sink);
      }
      case 'add':
      case 'set-add': {
        const kind = operation.do === 'add' ? 'series' : 'set';
        const found = this.#findKind(key, kindNumber[kind]);
        if (operation.members.length === 0) return { changed: 0 };
        const { id } = found ?? this.#make(key, kindNumber[kind], null, null);
        const insert = this.#sql.of('INSERT OR IGNORE INTO members (key, member) VALUES (?, ?)');
        let changed = 0;
        for (const bytes of operation.members) {
          if (insert.run(id, bytes) === 0) continue;
          changed++;
          publish(sink, operation.notice, { kind, key, bytes }, changed === 1);
        }
        return { changed };
      }
      case 'set-remove': {
        const row = this.#findKind(key, kindNumber.set);
        if (row === undefined) return { changed: 0 };
        const remove = this.#sql.of('DELETE FROM members WHERE key = ? AND member = ?');
        const gone = operation.members.filter((member) => remove.run(row.id, member) > 0);
        return this.#removed(operation, row, gone.length, sink);
      }
      case 'trim': {
        const row = this.#findKind(key, kindNumber.series);
        if (row === undefined) return { changed: 0 };
        return this.#removed(operation, row, this.#trim(row.id, operation.below, operation.keepLast), sink);
      }
      case 'push':
        return this.#push(operation, sink);
      case 'pop':
      case 'drain':
        return this.#take(operation, sink);
      case 'delete': {
        const changed = this.#remove(key) ? 1 : 0;
        if (changed > 0) publishRemoval(sink, operation.notice);
        return { changed };
      }
    }
  }

  #set(operation: PlainOperation & { do: 'set' }, sink: NoticeSink): Outcome {
    const { key, value, notice } = operation;
    const row = this.#find(key);
    if (row !== undefined && operation.onlyIfAbsent) {
      if (row.kind !== kindNumber.value) throw wrongKind(key, row.kind, kindNumber.value);
      return { changed: 0, found: this.#valueOf(row.id) };
    }
    const expires = operation.expireMs === undefined ? null : this.#now() + operation.expireMs;
    if (row?.kind === kindNumber.value) {
      this.#sql.of('UPDATE keys SET value = ?, expires = ? WHERE id = ?').run(value, expires, row.id);
    } else {
      if (row !== undefined) this.#remove(key);
      this.#make(key, kindNumber.value, value, expires);
    }
    // A value that expires is looked up afresh each time.
    if (expires !== null) this.#keys.delete(latin1(key));
    publish(sink, notice, { kind: 'value', key, bytes: value });
    return { changed: 1 };
  }

  #setField(operation: PlainOperation & { do: 'set-field' }, sink: NoticeSink): Outcome {
    const { key, field, value, notice } = operation;
    const { id } = this.#findKind(key, kindNumber.hash) ?? this.#make(key, kindNumber.hash, null, null);
    if (operation.onlyIfAbsent) {
      const sql = 'INSERT OR IGNORE INTO fields (key, field, value) VALUES (?, ?, ?)';
      if (this.#sql.of(sql).run(id, field, value) === 0) {
        return { changed: 0, found: this.#fieldOf(id, field) };
      }
    } else {
      this.#sql
        .of('INSERT OR REPLACE INTO fields (key, field, value) VALUES (?, ?, ?)')
        .run(id, field, value);
    }
    publish(sink, notice, { kind: 'hash', key, field, bytes: value });
    return { changed: 1 };
  }

  #setFields({ key, members, notice }: WithMembers, sink: NoticeSink): Outcome {
    const found = this.#findKind(key, kindNumber.hash);
    if (members.length === 0) return { changed: 0 };
    const { id } = found ?? this.#make(key, kindNumber.hash, null, null);
    const replace = this.#sql.of('INSERT OR REPLACE INTO fields (key, field, value) VALUES (?, ?, ?)');
    for (let i = 0; i < members.length; i += 2) {
      const field = members[i] as Bytes;
      replace.run(id, field, members[i + 1] as Bytes);
      if (notice === undefined) continue;
      if ('prefix' in notice) sink.payload(notice.channel, Buffer.concat([notice.prefix, field]));
      else if (i === 0) sink.payload(notice.channel, notice.payload);
    }
    return { changed: members.length / 2 };
  }

  #push(operation: WithMembers, sink: NoticeSink): Outcome {
    const { key, members } = operation;
    const found = this.#findKind(key, kindNumber.list);
    if (members.length === 0) return { changed: 0 };
    const { id } = found ?? this.#make(key, kindNumber.list, null, null);
    const last = this.#sql.of('SELECT max(position) FROM items WHERE key = ?').get(id)?.[0] as number | null;
    const insert = this.#sql.of('INSERT INTO items (key, position, item) VALUES (?, ?, ?)');
    members.forEach((bytes, i) => {
      insert.run(id, (last ?? 0) + 1 + i, bytes);
      publish(sink, operation.notice, { kind: 'list', key, bytes }, i === 0);
    });
    return { changed: members.length };
  }

  #take(operation: PlainOperation & { do: 'pop' | 'drain' | 'delete' }, sink: NoticeSink): Outcome {
    const row = this.#findKind(operation.key, kindNumber.list);
    if (row === undefined) return { changed: 0, items: [] };
    const limit = operation.do === 'pop' ? 1 : -1;
    const rows = this.#sql
      .of('SELECT item, position FROM items WHERE key = ? ORDER BY position LIMIT ?')
      .all(row.id, limit);
    this.#sql.of('DELETE FROM items WHERE key = ? AND position <= ?').run(row.id, rows.at(-1)?.[1] as number);
    const items = rows.map((item) => item[0] as Bytes);
    return { ...this.#removed(operation, row, items.length, sink), items };
  }

  #trim(id: number, below: Bytes | undefined, keepLast: number | undefined): number {
    let changed = 0;
    if (below !== undefined) {
      changed += this.#sql.of('DELETE FROM members WHERE key = ? AND member < ?').run(id, below);
    }
    if (keepLast !== undefined) {
      const first = this.#sql
        .of('SELECT member FROM members WHERE key = ? ORDER BY member DESC LIMIT 1 OFFSET ?')
        .get(id, Math.max(0, keepLast));
      if (first !== undefined) {
        changed += this.#sql
          .of('DELETE FROM members WHERE key = ? AND member <= ?')
          .run(id, first[0] as Bytes);
      }
    }
    return changed;
  }

  /** What follows a removal of part of a key: a key with nothing left is gone. */
  #removed(operation: PlainOperation, row: KeyRow, changed: number, sink: NoticeSink): Outcome {
    if (changed === 0) return { changed };
    if (this.#sql.of(`SELECT 1 FROM ${tableOf(row.kind)} WHERE key = ? LIMIT 1`).get(row.id) === undefined) {
      this.#keys.delete(latin1(operation.key));
      this.#sql.of('DELETE FROM keys WHERE id = ?').run(row.id);
    }
    publishRemoval(sink, operation.notice);
    return { changed };
  }

  #find(key: Bytes): KeyRow | undefined {
    const name = latin1(key);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const found = this.#sql.of('SELECT id, kind, expires FROM keys WHERE key = ?').get(key);
    if (found === undefined) return undefined;
    const [id, kind, expires] = found as readonly [number, KindNumber, number | null];
    if (expires !== null && expires <= this.#now()) {
      this.#sql.of('DELETE FROM keys WHERE id = ?').run(id);
      return undefined;
    }
    const row = { id, kind };
    if (expires === null) this.#remember(name, row);
    return row;
  }

  #findKind(key: Bytes, kind: KindNumber): KeyRow | undefined {
    const row = this.#find(key);
    if (row !== undefined && row.kind !== kind) throw wrongKind(key, row.kind, kind);
    return row;
  }

  #make(key: Bytes, kind: KindNumber, value: Bytes | null, expires: number | null): KeyRow {
    const inserted = this.#sql
      .of('INSERT INTO keys (key, kind, value, expires) VALUES (?, ?, ?, ?) RETURNING id')
      .get(key, kind, value, expires);
    const row = { id: inserted?.[0] as number, kind };
    this.#remember(latin1(key), row);
    return row;
  }

  #remember(name: string, row: KeyRow): void {
    if (this.#keys.size >= cachedKeys) this.#keys.clear();
    this.#keys.set(name, row);
  }

  /** Deletes a key at once; what is left of a long one is garbage. */
  #remove(key: Bytes): boolean {
    const found = this.#sql.of('SELECT id, kind, expires FROM keys WHERE key = ?').get(key);
    if (found === undefined) return false;
    const [id, kind, expires] = found as readonly [number, KindNumber, number | null];
    this.#keys.delete(latin1(key));
    this.#sql.of('DELETE FROM keys WHERE id = ?').run(id);
    if (kind !== kindNumber.value && this.#removeRows(id, kind, removedAtOnce) >= removedAtOnce) {
      this.#sql.of('INSERT INTO garbage (key, kind) VALUES (?, ?)').run(id, kind);
      this.#garbage = true;
    }
    return expires === null || expires > this.#now();
  }

  #removeRows(id: number, kind: KindNumber, limit: number): number {
    const table = tableOf(kind);
    const part = { fields: 'field', members: 'member', items: 'position' }[table];
    return this.#sql
      .of(
        `DELETE FROM ${table} WHERE key = ?1 AND ${part} IN (SELECT ${part} FROM ${table} WHERE key = ?1 LIMIT ?2)`,
      )
      .run(id, limit);
  }

  #valueOf(id: number): Bytes {
    return this.#sql.of('SELECT value FROM keys WHERE id = ?').get(id)?.[0] as Bytes;
  }

  #fieldOf(id: number, field: Bytes): Bytes | undefined {
    return this.#sql.of('SELECT value FROM fields WHERE key = ? AND field = ?').get(id, field)?.[0] as
      | Bytes
      | undefined;
  }
}

function tableOf(kind: KindNumber): 'fields' | 'members' | 'items' {
  return kind === kindNumber.hash ? 'fields' : kind === kindNumber.list ? 'items' : 'members';
}

function wrongKind(key: Bytes, found: KindNumber, wanted: KindNumber): AlidadeError {
  return new AlidadeError(
    'ALI_WRONG_KIND',
    `key ${JSON.stringify(keyText(key))} holds a ${kindNames[found]}, not a ${kindNames[wanted]}; nothing was written`,
  );
}

function equal(a: Bytes | undefined, b: Bytes): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

function latin1(key: Bytes): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
