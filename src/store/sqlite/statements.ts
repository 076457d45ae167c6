import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';

type Row = readonly SQLOutputValue[];

/** A prepared statement that gives rows as arrays, which costs half of what objects do. */
export interface Statement {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): readonly Row[];
  iterate(...parameters: SQLInputValue[]): Iterable<Row>;
  /** Number of rows changed. */
  run(...parameters: SQLInputValue[]): number;
}

/** Prepares each SQL text once, at its first use. */
export class Statements {
  #db: DatabaseSync;
  #prepared = new Map<string, Statement>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  of(sql: string): Statement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    // setReturnArrays changes what get() and all() give; their types in @types/node do not follow it.
    const prepared: Statement = {
      get: (...parameters) => statement.get(...parameters) as unknown as Row | undefined,
      all: (...parameters) => statement.all(...parameters) as unknown as readonly Row[],
      iterate: (...parameters) => statement.iterate(...parameters) as unknown as Iterable<Row>,
      run: (...parameters) => Number(statement.run(...parameters).changes),
    };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}
