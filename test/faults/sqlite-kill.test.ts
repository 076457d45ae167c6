import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Program, runProgram } from '../support/program.ts';

const writer = new URL('./programs/store-writer.ts', import.meta.url);
const kills = 100;
const inFlight = 8;

test('kill -9 of one of two writers in mid-commit, 100 times: every acknowledged add is there, the other goes on', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  await using survivor = runProgram(writer, [url, 'survivor', String(inFlight)]);
  const survivorAcks = new Acks(survivor);
  await survivorAcks.more();

  for (let round = 0; round < kills; round++) {
    const key = `victim ${round}`;
    await using victim = runProgram(writer, [url, key, String(inFlight)]);
    const acks = new Acks(victim);
    await acks.more();
    await sleep(Math.random() * 10);
    victim.child.kill('SIGKILL');
    expect(await victim.ended).toBe('SIGKILL');
    acks.takeAll();
    const there = await space.read({ read: 'count', key });
    // Numbers are acknowledged in order, and each add is in the series at its own place.
    expect(there).toBeGreaterThanOrEqual(acks.count);
    const last = await space.read({ read: 'range', key, reverse: true, limit: 1 });
    expect(last[0] && Number(Buffer.from(last[0]).readBigUInt64BE())).toBe(there - 1);
    // A commit of the other writer after the kill: nothing that the victim held is in its way.
    await survivorAcks.more();
  }

  survivor.child.stdin?.end();
  expect(await survivor.ended, survivor.errors()).toBe(0);
  survivorAcks.takeAll();
  expect(await space.read({ read: 'count', key: 'survivor' })).toBe(survivorAcks.count);
  await store.close();
  using db = new DatabaseSync(join(folder.path, 'state.sqlite'));
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
}, 300_000);

class Acks {
  count = 0;
  #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Waits until more is acknowledged than what was under way when this was called. */
  async more(): Promise<void> {
    this.takeAll();
    for (let i = 0; i <= inFlight; i++) this.#take(await this.#program.line());
  }

  takeAll(): void {
    for (const line of this.#program.lines.splice(0)) this.#take(line);
  }

  #take(line: string): void {
    expect(Number(line)).toBe(this.count);
    this.count++;
  }
}
