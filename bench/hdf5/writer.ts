/** A process that measures `ours` or the `plain` write of the same bytes, in files of its own in FOLDER. */
import { randomFillSync } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createHdf5File, type Hdf5File } from '../../src/hdf5/index.ts';
import { blockRows, type Cost, chunkBytes, datasets, type Work } from './work.ts';

const [who = '', folder = ''] = process.argv.slice(2);
const path = join(folder, `${who}.h5`);

const chunk = randomFillSync(new Uint8Array(chunkBytes));
const block = new Float64Array(blockRows).map((_, i) => i + 0.5);

async function ours(work: Work): Promise<void> {
  const file = await createHdf5File(path, { commitIntervalMs: 0 });
  if (work.kind === 'chunks') await ourChunks(file, work);
  else await ourSamples(file, work);
  await file.close();
}

async function ourChunks(file: Hdf5File, { count, syncEvery }: Work): Promise<void> {
  const images = file.root.dataset('images', { type: 'uint8', shape: [1024, 1024], chunkRows: 1 });
  for (let done = 1; done <= count; done++) {
    const waiting = images.appendChunk(chunk);
    if (waiting !== undefined) await waiting;
    if (done % syncEvery === 0) await file.commit();
  }
}

async function ourSamples(file: Hdf5File, { kind, count, syncEvery }: Work): Promise<void> {
  const channels = Array.from({ length: datasets }, (_, i) =>
    file.root.dataset(`channel ${i}`, { type: 'float64' }),
  );
  const each = kind === 'rows' ? 1 : blockRows;
  for (let done = 0; done < count; ) {
    for (const channel of channels) {
      const waiting = channel.append(kind === 'rows' ? done + 0.5 : block);
      if (waiting !== undefined) await waiting;
      done += each;
      if (done % syncEvery === 0) await file.commit();
    }
  }
}

/** As fast as the disk lets: as many bytes, in pieces of 1 MiB, synced as often. */
async function plain({ kind, count, syncEvery }: Work): Promise<void> {
  const handle = await open(path, 'wx');
  const unitBytes = kind === 'chunks' ? chunkBytes : 8;
  for (let done = 0; done < count; done += syncEvery) {
    for (let left = syncEvery * unitBytes; left > 0; left -= chunkBytes) {
      await handle.write(chunk, 0, Math.min(left, chunkBytes));
    }
    await handle.datasync();
  }
  await handle.close();
}

async function cost(work: Work): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await (who === 'ours' ? ours(work) : plain(work));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await rm(path);
  return { seconds, cpuSeconds: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { args } = JSON.parse(line) as { args: [Work] };
  process.stdout.write(`${JSON.stringify(await cost(args[0]))}\n`);
}
