import { compileGlob } from '../glob.ts';
import { keyBytes } from '../key.ts';
import type { Bound, Entry, Field, Kind, Read, ReadResults, ResultOf } from '../store.ts';
import { kindNames, kindNumber } from './schema.ts';
import type { Statement, Statements } from './statements.ts';

type Bytes = Uint8Array;
const unlimited = -1;

/**
 * The reads of a space on one connection. Every read is one statement, and so one snapshot by itself, but for the
 * `entry` of a hash; {@link readAll} makes one snapshot of several.
 */
export class Reads {
  #sql: Statements;
  #now: () => number;
  #kind: Statement;
  #value: Statement;
  #entry: Statement;
  #field: Statement;

  constructor(sql: Statements, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    const live = '(expires IS NULL OR expires > ?)';
    this.#kind = sql.of(`SELECT kind FROM keys WHERE key = ? AND ${live}`);
    this.#value = sql.of(`SELECT value FROM keys WHERE key = ? AND kind = ${kindNumber.value} AND ${live}`);
    this.#entry = sql.of(
      `SELECT kind, CASE kind
         WHEN ${kindNumber.value} THEN value
         WHEN ${kindNumber.series} THEN (SELECT member FROM members WHERE members.key = keys.id ORDER BY member DESC LIMIT 1)
       END FROM keys WHERE key = ? AND ${live}`,
    );
    this.#field = sql.of(`SELECT value FROM fields WHERE key = ${idOf('hash')} AND field = ?`);
  }

  read<R extends Read>(read: R): ReadResults[R['read']];
  read(read: Read): ReadResults[Read['read']] {
    const key = keyBytes(read.key);
    switch (read.read) {
      case 'kind':
        return kindNames[this.#kind.get(key, this.#now())?.[0] as 1] as Kind | undefined;
      case 'value':
        return this.#value.get(key, this.#now())?.[0] as Bytes | undefined;
      case 'entry':
        return this.#readEntry(key);
      case 'field':
        return this.#field.get(key, keyBytes(read.field))?.[0] as Bytes | undefined;
      case 'fields':
        return this.#fieldsOf(key);
      case 'range':
        return this.#range(key, read.min, read.max, read.limit, read.reverse ?? false);
      case 'count':
        return this.#count(key, read.min, read.max);
      case 'members':
        return column(
          this.#sql.of(`SELECT member FROM members WHERE key = ${idOf('set')} ORDER BY member`).all(key),
        );
      case 'expiry':
        return this.#expiry(key);
      case 'length':
        return this.#sql.of(lengthOf(idOf('list'))).get(key, key)?.[0] as number;
      case 'items':
        return column(
          this.#sql
            .of(`SELECT item FROM items WHERE key = ${idOf('list')} ORDER BY position LIMIT ? OFFSET ?`)
            .all(key, read.limit ?? unlimited, read.start ?? 0),
        );
    }
  }

  readAll<const R extends readonly Read[]>(reads: R): { [I in keyof R]: ResultOf<R[I]> } {
    const all = () => reads.map((read) => this.read(read)) as unknown as { [I in keyof R]: ResultOf<R[I]> };
    if (reads.length === 1) return all();
    this.#sql.of('BEGIN').run();
    try {
      return all();
    } finally {
      this.#sql.of('COMMIT').run();
    }
  }

  keys(glob: Uint8Array): Bytes[] {
    const { prefix, matches } = compileGlob(glob);
    const end = successor(prefix);
    const rows = this.#sql
      .of(
        `SELECT key FROM keys WHERE key >= ?${end === undefined ? '' : ' AND key < ?'} AND (expires IS NULL OR expires > ?) ORDER BY key`,
      )
      .iterate(...(end === undefined ? [prefix] : [prefix, end]), this.#now());
    const keys: Bytes[] = [];
    for (const row of rows) {
      const key = row[0] as Bytes;
      if (matches(key)) keys.push(key);
    }
    return keys;
  }

  #readEntry(key: Bytes, again = true): Entry | undefined {
    const row = this.#entry.get(key, this.#now());
    if (row === undefined) return undefined;
    switch (row[0]) {
      case kindNumber.value:
        return { kind: 'value', value: row[1] as Bytes };
      case kindNumber.series:
        return { kind: 'series', last: row[1] as Bytes };
      case kindNumber.hash: {
        const fields = this.#fieldsOf(key);
        // A hash always has fields: none means that the key was deleted or became another kind since the first statement.
        return fields.length > 0 || !again ? { kind: 'hash', fields } : this.#readEntry(key, false);
      }
      default:
        return { kind: row[0] === kindNumber.set ? 'set' : 'list' };
    }
  }

  #expiry(key: Bytes): number | undefined {
    const nowMs = this.#now();
    const row = this.#sql.of('SELECT expires FROM keys WHERE key = ? AND expires > ?').get(key, nowMs);
    return row === undefined ? undefined : (row[0] as number) - nowMs;
  }

  #fieldsOf(key: Bytes): Field[] {
    return this.#sql
      .of(`SELECT field, value FROM fields WHERE key = ${idOf('hash')}`)
      .all(key) as unknown as Field[];
  }

  #range(
    key: Bytes,
    min: Bound | undefined,
    max: Bound | undefined,
    limit: number | undefined,
    reverse: boolean,
  ): Bytes[] {
    const sql = `SELECT member FROM members WHERE key = ${idOf('series')}${between(min, max)} ORDER BY member ${reverse ? 'DESC' : 'ASC'} LIMIT ?`;
    return column(this.#sql.of(sql).all(key, ...ends(min, max), limit ?? unlimited));
  }

  #count(key: Bytes, min: Bound | undefined, max: Bound | undefined): number {
    const sql = `SELECT count(*) FROM members WHERE key = ${idOf('series')}${between(min, max)}`;
    return this.#sql.of(sql).get(key, ...ends(min, max))?.[0] as number;
  }
}

/** SQL for the number of the key given as the next parameter, if it is of this kind. Only values expire. */
function idOf(kind: 'hash' | 'series' | 'set' | 'list'): string {
  return `(SELECT id FROM keys WHERE key = ? AND kind = ${kindNumber[kind]})`;
}

/** Items stand one after the other: they come in at the end and go at the beginning. */
export function lengthOf(id: string): string {
  const end = (which: string) => `(SELECT ${which}(position) FROM items WHERE key = ${id})`;
  return `SELECT coalesce(${end('max')} - ${end('min')} + 1, 0)`;
}

function between(min: Bound | undefined, max: Bound | undefined): string {
  const low = min === undefined ? '' : ` AND member ${min.inclusive ? '>=' : '>'} ?`;
  const high = max === undefined ? '' : ` AND member ${max.inclusive ? '<=' : '<'} ?`;
  return low + high;
}

function ends(min: Bound | undefined, max: Bound | undefined): Bytes[] {
  return [min, max].flatMap((bound) => (bound === undefined ? [] : [bound.at]));
}

function column(rows: readonly (readonly unknown[])[]): Bytes[] {
  return rows.map((row) => row[0] as Bytes);
}

/** The first byte string after all that begin with `prefix`; undefined where there is none. */
export function successor(prefix: Bytes): Bytes | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return undefined;
  const next = new Uint8Array(prefix.subarray(0, last + 1));
  next[last] = (next[last] as number) + 1;
  return next;
}
