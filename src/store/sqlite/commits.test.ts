import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Commits, type Task } from './commits.ts';
import { migrate } from './schema.ts';

test('the ring of notices stays within its bytes, however large a notice is', () => {
  using db = new DatabaseSync(':memory:');
  migrate(db);
  const commits = new Commits(db, 'here');
  const key = Buffer.from('k');
  const payload = Buffer.alloc(1024 * 1024);
  const notice = { channel: key, payload };
  const set = { do: 'set', key, value: key, notice, expireMs: undefined, onlyIfAbsent: false } as const;
  const task: Task = { durable: false, batch: { conditions: [], operations: [set] } };
  let mostMiB = 0;
  for (let i = 0; i < 120; i++) {
    commits.commit([task]);
    const bytes = db.prepare('SELECT sum(length(notices)) AS bytes FROM notices').get()?.bytes;
    mostMiB = Math.max(mostMiB, Number(bytes) / 1024 / 1024);
  }
  expect(mostMiB).toBeGreaterThan(60);
  expect(mostMiB).toBeLessThan(84);
});

test('values that expired are collected to the last, without another write', () => {
  using db = new DatabaseSync(':memory:');
  migrate(db);
  const insert = db.prepare('INSERT INTO keys (key, kind, expires, value) VALUES (?, 1, 1, ?)');
  for (let i = 0; i < 5_000; i++) insert.run(Buffer.from(`k${i}`), Buffer.from('v'));
  const commits = new Commits(db, 'here');
  for (let turns = 0; commits.collect(); turns++) expect(turns).toBeLessThan(10);
  expect(db.prepare('SELECT count(*) AS keys FROM keys').get()).toEqual({ keys: 0 });
});
