import type { DatabaseSync } from 'node:sqlite';
import { AlidadeError } from '../../shared/errors.ts';

/** Format of a space file, kept in SQLite's user_version. A newer one is refused, an older one is migrated. */
export const formatVersion = 1;
/** "ALID", in SQLite's application_id: tells our files from other databases. */
const applicationId = 0x414c4944;

/**
 * One space, one file.
 *
 * `keys` has a row for each key; a value stands in it (last, so that reading a kind never touches its pages). The rest of
 * a key stands in the table of its kind under the key's number, which is never used again (AUTOINCREMENT), so that a
 * long series can be forgotten at once and removed bit by bit (`garbage`).
 * `notices` is the ring: one row for each commit that published something. `seq` is the number of its last notice and
 * `total` the bytes of all rows up to it, so that the ring's length in notices and bytes is one subtraction.
 */
const migrations: readonly string[] = [
  `CREATE TABLE keys (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key BLOB NOT NULL UNIQUE,
     kind INTEGER NOT NULL,
     expires INTEGER,
     value BLOB
   );
   CREATE INDEX keys_expires ON keys (expires) WHERE expires IS NOT NULL;
   CREATE TABLE fields (key INTEGER, field BLOB, value BLOB NOT NULL, PRIMARY KEY (key, field)) WITHOUT ROWID;
   CREATE TABLE members (key INTEGER, member BLOB, PRIMARY KEY (key, member)) WITHOUT ROWID;
   CREATE TABLE items (key INTEGER, position INTEGER, item BLOB NOT NULL, PRIMARY KEY (key, position)) WITHOUT ROWID;
   CREATE TABLE garbage (key INTEGER PRIMARY KEY, kind INTEGER NOT NULL);
   CREATE TABLE notices (seq INTEGER PRIMARY KEY, count INTEGER NOT NULL, total INTEGER NOT NULL, notices BLOB NOT NULL);`,
];

/** Numbers of the kinds in the `kind` columns. */
export const kindNumber = { value: 1, hash: 2, series: 3, set: 4, list: 5 } as const;
export type KindNumber = (typeof kindNumber)[keyof typeof kindNumber];
export const kindNames = [undefined, 'value', 'hash', 'series', 'set', 'list'] as const;

/** Whether the file has this program's tables in today's format. @throws ALI_STORE_FORMAT, ALI_STORE_DAMAGED */
export function isCurrent(db: DatabaseSync, location: string): boolean {
  const version = pragma(db, 'user_version');
  if (version > formatVersion) {
    throw new AlidadeError(
      'ALI_STORE_FORMAT',
      `${location} has format ${version}, and this Alidade knows formats up to ${formatVersion}. Install the newer Alidade that wrote it.`,
    );
  }
  if (version > 0 && pragma(db, 'application_id') !== applicationId) {
    throw new AlidadeError('ALI_STORE_DAMAGED', `${location} is an SQLite database of another program`);
  }
  return version === formatVersion;
}

/** Brings the file to today's format, inside one transaction of the caller. */
export function migrate(db: DatabaseSync): void {
  const version = pragma(db, 'user_version');
  if (version === 0 && db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    throw new AlidadeError('ALI_STORE_DAMAGED', 'it is an SQLite database of another program');
  }
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`);
}

export function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row === undefined ? 0 : Object.values(row)[0]);
}
