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

const noBytes = new Uint8Array(1).subarray(0, 0);

/** Node.js 22 binds an empty array on an empty buffer as NULL; one on a buffer that has bytes stays an empty BLOB. */
function bindable(parameters: SQLInputValue[]): SQLInputValue[] {
  for (let i = 0; i < parameters.length; i++) {
    const value = parameters[i];
    if (value instanceof Uint8Array && value.length === 0) parameters[i] = noBytes;
  }
  return parameters;
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
      get: (...parameters) => statement.get(...bindable(parameters)) as unknown as Row | undefined,
      all: (...parameters) => statement.all(...bindable(parameters)) as unknown as readonly Row[],
      iterate: (...parameters) => statement.iterate(...bindable(parameters)) as unknown as Iterable<Row>,
      run: (...parameters) => Number(statement.run(...bindable(parameters)).changes),
    };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}
