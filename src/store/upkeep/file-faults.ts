import type { DatabaseSync } from 'node:sqlite';
import { kindNames, kindNumber } from '../sqlite/schema.ts';
import { Statements } from '../sqlite/statements.ts';

/** What a look at the file of a space found. */
export interface FileCheck {
  /** Each fault in a sentence; none where all is well. */
  readonly faults: readonly string[];
  readonly keys: number;
  /** Keys by their kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Fields, members and items. */
  readonly elements: number;
}

const maxFaults = 10;

/** Parts of keys, the tables they stand in, and the kinds whose they are. */
const parts = [
  { table: 'fields', of: [kindNumber.hash] },
  { table: 'members', of: [kindNumber.series, kindNumber.set] },
  { table: 'items', of: [kindNumber.list] },
] as const;

/**
 * Looks for what SQLite finds wrong in a file, and for what this program never writes. All as of one moment; the whole
 * file is read. With `quick` SQLite's own look leaves the indexes out.
 */
export function faultsOf(db: DatabaseSync, quick: boolean): FileCheck {
  const sql = new Statements(db);
  const damage = sql
    .of(`PRAGMA ${quick ? 'quick_check' : 'integrity_check'}(${maxFaults})`)
    .all()
    .map(([said]) => String(said))
    .filter((said) => said !== 'ok');
  // What it would find in a damaged file says nothing.
  if (damage.length > 0) return { faults: damage, keys: 0, kinds: {}, elements: 0 };
  db.exec('BEGIN');
  try {
    return { faults: [...keyFaults(sql), ...noticeFaults(sql)].slice(0, maxFaults), ...counts(sql) };
  } finally {
    db.exec('COMMIT');
  }
}

function keyFaults(sql: Statements): string[] {
  const count = (query: string) => Number(sql.of(query).get()?.[0] ?? 0);
  const faults: string[] = [];
  const add = (many: number, what: string) => {
    if (many > 0) faults.push(`${many} ${what}`);
  };
  const known = Object.values(kindNumber).join(', ');
  add(count(`SELECT count(*) FROM keys WHERE kind NOT IN (${known})`), 'keys of an unknown kind');
  add(
    count(`SELECT count(*) FROM keys WHERE kind = ${kindNumber.value} AND value IS NULL`),
    'values that are missing',
  );
  add(
    count(
      `SELECT count(*) FROM keys WHERE kind <> ${kindNumber.value} AND (value IS NOT NULL OR expires IS NOT NULL)`,
    ),
    'keys that are no values and have one, or expire',
  );
  add(
    count('SELECT count(*) FROM garbage JOIN keys ON keys.id = garbage.key'),
    'keys that are to be collected and are in use',
  );
  for (const { table, of } of parts) {
    const kinds = of.join(', ');
    const names = of.map((kind) => kindNames[kind]).join(' or ');
    add(
      count(
        `SELECT count(*) FROM keys WHERE kind IN (${kinds}) AND NOT EXISTS (SELECT 1 FROM ${table} WHERE ${table}.key = keys.id)`,
      ),
      `keys that are a ${names} and hold nothing`,
    );
    // From one number to the next: the rows between are passed over.
    add(
      count(
        `WITH RECURSIVE number(id) AS (
           SELECT min(key) FROM ${table}
           UNION ALL SELECT (SELECT min(key) FROM ${table} WHERE key > id) FROM number WHERE id IS NOT NULL
         ) SELECT count(*) FROM number WHERE id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.id = number.id AND kind IN (${kinds}))
           AND NOT EXISTS (SELECT 1 FROM garbage WHERE garbage.key = number.id)`,
      ),
      `keys that are gone and left ${table} behind`,
    );
  }
  return faults;
}

/** Numbers and lengths of the ring of notices grow by what each row holds. */
function noticeFaults(sql: Statements): string[] {
  const wrong = sql
    .of(
      `SELECT count(*) FROM (
         SELECT seq - lag(seq) OVER rows AS more, total - lag(total) OVER rows AS bytes, count, length(notices) AS size
         FROM notices WINDOW rows AS (ORDER BY seq)
       ) WHERE more <> count OR bytes <> size`,
    )
    .get()?.[0];
  return wrong === 0 ? [] : [`${wrong} rows of notices that do not follow on the one before`];
}

function counts(sql: Statements): Omit<FileCheck, 'faults'> {
  const rows = sql.of('SELECT kind, count(*) FROM keys GROUP BY kind ORDER BY kind').all();
  const kinds = rows.map(([kind, many]) => [kindNames[kind as 1] ?? 'other', many as number] as const);
  const elements = parts.map(({ table }) => sql.of(`SELECT count(*) FROM ${table}`).get()?.[0] as number);
  return {
    keys: kinds.reduce((sum, [, many]) => sum + many, 0),
    kinds: Object.fromEntries(kinds),
    elements: elements.reduce((sum, many) => sum + many, 0),
  };
}
