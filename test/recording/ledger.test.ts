/** What was received is written or dropped, and what is written is in the file, whatever happens meanwhile. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recording, verifyRecording } from '../../src/recording/index.ts';
import { Random } from '../hdf5/support/random.ts';
import { temporaryFolder } from '../support/folder.ts';
import { valuesOf } from './support/rows.ts';
import { toldMessage } from './support/told-stream.ts';

test.each(Array.from({ length: 24 }, (_, seed) => seed))(
  'the ledger of a random recording, %i',
  async (seed) => {
    using folder = temporaryFolder();
    const random = new Random(seed);
    const file = join(folder.path, 'run.h5');
    const moved = join(folder.path, 'moved.h5');
    const [start, stop] = [random.whole(0, 20), random.whole(20, 120)];
    const recording = await Recording.create({
      file,
      start: { pulseId: BigInt(start) },
      stop: { pulseId: BigInt(stop) },
      chunkRows: random.pick([1, 3, 16, 1000]),
      commitIntervalMs: 10,
    });
    const movedAt = random.chance(0.4) ? random.whole(0, 80) : undefined;
    let received = 0;
    const pulses: bigint[] = [];
    for (let step = 0, pulse = 0; step < 80; step++) {
      if (step === movedAt) renameSync(file, moved);
      pulse = random.pick([pulse + 1, pulse + 1, pulse + 1, pulse, pulse + 4, Math.max(0, pulse - 3)]);
      const { ending, problem } = recording.status();
      if (ending !== undefined || problem !== undefined) break;
      if (random.chance(0.1)) {
        recording.drop('data-header', 2);
        received += 2;
      } else {
        received++;
        if (pulse >= start && pulse <= stop) pulses.push(BigInt(pulse));
        const waiting = recording.write(toldMessage(pulse));
        if (random.chance(0.8)) await waiting;
      }
      if (random.chance(0.5)) await new Promise((resolve) => setImmediate(resolve));
    }
    const status = await recording.stop();
    const dropped = Object.values(status.dropped).reduce((sum, count) => sum + count, 0);
    expect([status.received, status.written + dropped]).toEqual([received, received]);
    const place = existsSync(moved) ? moved : file;
    const rows = valuesOf(place, 'recording/pulse_id');
    expect(rows).toEqual(pulses.slice(0, rows.length));
    if (status.state === 'finished') expect(rows.length).toBe(status.written);
    else expect(rows.length).toBeGreaterThanOrEqual(status.written);
    expect(status.state).toBe(place === moved ? 'error' : 'finished');
    if (place === file) {
      expect(await verifyRecording(file)).toMatchObject({
        isWhole: true,
        received,
        written: pulses.length,
        dropped: status.dropped,
      });
    }
  },
);
