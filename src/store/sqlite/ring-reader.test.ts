import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { Router } from '../router.ts';
import { Commits } from './commits.ts';
import { Reads } from './reads.ts';
import { RingReader } from './ring-reader.ts';
import { migrate } from './schema.ts';
import { type Statement, Statements } from './statements.ts';

const busyRecovery = Object.assign(new Error('database is locked'), { errcode: 261 });

/** A ring on a database in memory, whose next `busy` reads find that another process recovers the file. */
function ring(folder: string) {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  const commits = new Commits(db, 'here');
  const state = { busy: 0 };
  const whenFree = (): void => {
    if (state.busy-- > 0) throw busyRecovery;
  };
  class BusyStatements extends Statements {
    override of(sql: string): Statement {
      const statement = super.of(sql);
      return {
        ...statement,
        get: (...parameters) => {
          whenFree();
          return statement.get(...parameters);
        },
        all: (...parameters) => {
          whenFree();
          return statement.all(...parameters);
        },
      };
    }
  }
  const sql = new BusyStatements(db);
  const router = new Router(() => {});
  const reader = new RingReader(sql, new Reads(sql, Date.now), router, {
    location: 'here',
    bells: { folder, name: 'state' },
  });
  const tell = (text: string): void => {
    const [key, value] = [Buffer.from('k'), Buffer.from(text)];
    const notice = { channel: Buffer.from('c'), payload: value };
    const set = { do: 'set', key, value, notice, expireMs: undefined, onlyIfAbsent: false } as const;
    commits.commit([{ durable: true, batch: { conditions: [], operations: [set] } }]);
  };
  return { state, router, reader, tell, close: () => db.close() };
}

test('a file that another process recovers delays notices, and ends no subscription', async () => {
  using folder = temporaryFolder();
  const { state, router, reader, tell, close } = ring(folder.path);
  await reader.start();
  const subscription = router.add({ channels: ['c'] }, {});
  tell('1');
  state.busy = 3;
  reader.poll();
  const event = (await subscription.next()).value;
  expect(event.event === 'notice' && Buffer.from(event.payload).toString()).toBe('1');
  await reader.stop();
  close();
});

test('a start that failed is tried again', async () => {
  using folder = temporaryFolder();
  const { state, reader, close } = ring(folder.path);
  state.busy = 1;
  await expect(reader.start()).rejects.toBe(busyRecovery);
  await reader.start();
  expect(reader.running).toBe(true);
  await reader.stop();
  close();
});
