/** What disks and folders can do to a recording. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MessageEncoder, Source } from '../../src/bsread/index.ts';
import { Recorder, Recording, verifyRecording } from '../../src/recording/index.ts';
import { PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { requireServer } from '../support/require-server.ts';
import { Reader } from './support/reader.ts';
import { valuesOf } from './support/rows.ts';
import { decoded, toldFrames, toldMessage } from './support/told-stream.ts';

const beginProgram = new URL('./programs/begin.ts', import.meta.url);
const writerProgram = new URL('./programs/writer.ts', import.meta.url);

/** What a program prints that may write files of so many kilobytes: beyond, the system refuses, as a full disk does. */
async function withFullDisk(program: URL, file: string, sizeKb: number): Promise<string> {
  const limited = `trap "" XFSZ; ulimit -f ${2 * sizeKb}; exec "$0" "$@"`;
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', program.pathname];
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, ...node, file], { encoding: 'utf8' });
  return stdout;
}

describe.skipIf(!requireServer('h5py and h5dump', 'recordings on faulty disks'))('a recording', () => {
  let reader: Reader;
  beforeAll(() => {
    reader = new Reader();
  });
  afterAll(() => reader[Symbol.asyncDispose]());

  test('is not begun without a folder, in the place of a folder, or over a file', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'none', 'run.h5');
    await expect(Recording.create({ file })).rejects.toMatchObject({ code: 'ALI_FILE_NOT_WRITTEN' });
    mkdirSync(join(folder.path, 'taken'));
    await expect(Recording.create({ file: join(folder.path, 'taken', '.') })).rejects.toMatchObject({
      code: expect.stringMatching(/ALI_FILE_(EXISTS|NOT_WRITTEN)/),
    });
    const there = join(folder.path, 'there.h5');
    writeFileSync(there, 'precious');
    await expect(Recording.create({ file: there })).rejects.toMatchObject({ code: 'ALI_FILE_EXISTS' });
    expect(readFileSync(there, 'utf8')).toBe('precious');
    await (await Recording.create({ file: there, force: true })).stop();
    expect(await verifyRecording(there)).toMatchObject({ isWhole: true, written: 0 });
  });

  test.each(['removed', 'moved', 'folder'] as const)(
    'ends with an error when its file is %s',
    async (how) => {
      using folder = temporaryFolder();
      mkdirSync(join(folder.path, 'runs'));
      const file = join(folder.path, 'runs', 'run.h5');
      const recording = await Recording.create({ file, commitIntervalMs: 10 });
      await recording.write(toldMessage(1));
      while (recording.status().committed < 1) await setImmediate();
      if (how === 'removed') rmSync(file);
      else if (how === 'moved') renameSync(file, `${file}.old`);
      else rmSync(join(folder.path, 'runs'), { recursive: true });
      await recording.write(toldMessage(2));
      const { state, problem } = await recording.finished;
      expect([state, problem]).toEqual(['error', expect.stringContaining('was moved or removed')]);
      if (how === 'moved') expect(await reader.readTold(`${file}.old`, 1)).toBeGreaterThan(0);
    },
  );

  test('never rejects what who writes waits for, also when it ends without its file while frames are decoded', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const shape = [4096, 4096];
    const encoder = new MessageEncoder({
      channels: [{ name: 'IMAGE', type: 'uint16', shape, compression: 'bitshuffle_lz4' }],
    });
    // Quickly written, and slowly decoded.
    const image = { items: new Uint16Array(4096 * 4096), shape };
    const message = decoded(encoder.encode({ IMAGE: image }, { pulseId: 1n, timestampNs: 1n }));
    const recording = await Recording.create({ file, chunkRows: 1, commitIntervalMs: 10 });
    rmSync(file);
    // When the first one is decoded, the commit is on its way that will find no file.
    await recording.write(message);
    const waiting = recording.write(message);
    const stopped = recording.stop();
    await expect(waiting).resolves.toBeUndefined();
    expect((await stopped).problem).toContain('was moved or removed');
  });

  test('goes on while the file of another one of the same stream is removed', async () => {
    using folder = temporaryFolder();
    const [file, removed] = [join(folder.path, 'run.h5'), join(folder.path, 'removed.h5')];
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
    await using recorder = new Recorder(source);
    await using push = new PushSocket();
    push.connect(source.endpoints[0] as string);
    const recording = await recorder.start({ file });
    const other = await recorder.start({ file: removed, chunkRows: 2, commitIntervalMs: 10 });
    rmSync(removed);
    const pulses: bigint[] = [];
    while (other.status().problem === undefined || pulses.length < 100) {
      await push.send(toldFrames(pulses.length));
      pulses.push(BigInt(pulses.length));
      await setTimeout(1);
    }
    expect((await other.finished).problem).toContain('was moved or removed');
    while (recording.status().received < pulses.length) await setImmediate();
    const status = await recording.stop();
    expect([status.state, status.ending, status.written]).toEqual(['finished', 'stopped', pulses.length]);
    expect(valuesOf(file, 'recording/pulse_id')).toEqual(pulses);
  });

  test('leaves nothing, and nothing to wait for, when the disk is full before it has begun', async () => {
    using folder = temporaryFolder();
    const stdout = await withFullDisk(beginProgram, join(folder.path, 'run.h5'), 4000);
    expect(stdout).toBe('ALI_DISK_FULL\n');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('ends when the disk is full, keeps what is there, and says so', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const stdout = await withFullDisk(writerProgram, file, 50_000);
    const status = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      state: string;
      problem: string;
      written: number;
      received: number;
      committed: number;
      firstPulseId: number;
      lastPulseId: number;
      dropped: Record<string, number>;
    };
    expect(status.state).toBe('error');
    expect(status.problem).toContain('the disk is full');
    expect(status.written).toBe(status.committed);
    // Of the pulses that the file has, not of those that were to come.
    expect(status.lastPulseId - status.firstPulseId + 1).toBe(status.written);
    expect(status.received).toBe(status.written + (status.dropped['not-committed'] ?? 0));
    expect(await reader.readTold(file, status.written)).toBeGreaterThanOrEqual(status.written);
  });
});
