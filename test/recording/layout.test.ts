/** Recorded streams, against what the reference's writer made of them, and against the streams themselves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MessageDecoder, type PulseMessage } from '../../src/bsread/index.ts';
import { Recording, type RecordingStatus, verifyRecording } from '../../src/recording/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { requireServer } from '../support/require-server.ts';
import { type Content, type Contents, Reader } from './support/reader.ts';
import { type RunName, recordedRun, runNames } from './support/recorded.ts';

interface Difference {
  readonly run: RunName;
  readonly path: string;
  /** What is different in ours; null where the object is not there. */
  readonly ours: Partial<Content> | null;
  readonly reason: string;
}

interface Recorded {
  readonly status: RecordingStatus;
  readonly contents: Contents;
  readonly written: readonly PulseMessage[];
}

const differences = JSON.parse(
  readFileSync(new URL('../differences/recording.json', import.meta.url), 'utf8'),
) as readonly Difference[];

const compared = ['shape', 'maxshape', 'dtype', 'sha256_le', 'sha256_joined_nul'] as const;

/** What our files have beside what the reference's have. */
const isOurs = (path: string) =>
  path === '/' ||
  path.startsWith('/recording') ||
  /^\/data\/[^/]+\/timestamp$/.test(path) ||
  /^\/general\/(facility|host|software|version)$/.test(path);

describe.skipIf(!requireServer('h5py and h5dump', 'recordings and their judges'))('a recording', () => {
  let reader: Reader;
  beforeAll(() => {
    reader = new Reader();
  });
  afterAll(() => reader[Symbol.asyncDispose]());

  const recorded = new Map<RunName, Promise<Recorded>>();
  /** Each once, for all who ask. */
  function recordOnce(name: RunName): Promise<Recorded> {
    const known = recorded.get(name) ?? record(name);
    recorded.set(name, known);
    return known;
  }

  async function record(name: RunName): Promise<Recorded> {
    using folder = temporaryFolder();
    const run = recordedRun(name);
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({
      file,
      general: run.parameters,
      start: { pulseId: run.startPulseId },
      stop: { pulseId: run.stopPulseId },
      clock: new ManualClock(Date.UTC(2026, 10, 20)),
    });
    const decoder = new MessageDecoder();
    const messages = run.messages
      .map((frames) => decoder.decode(frames))
      .filter((message) => message !== undefined);
    for (const message of messages) await recording.write(message);
    const status = await recording.finished;
    expect(await verifyRecording(file)).toMatchObject({
      isWhole: true,
      problems: [],
      written: status.written,
    });
    const { startPulseId, stopPulseId } = run;
    const written = messages.filter(({ pulseId }) => pulseId >= startPulseId && pulseId <= stopPulseId);
    return { status, contents: await reader.read(file), written };
  }

  test.each(runNames)('of %s holds what the reference wrote, or what is better', async (name) => {
    const { status, contents } = await recordOnce(name);
    expect(status).toMatchObject({ state: 'finished', ending: 'stop reached', problem: undefined });
    const theirs = recordedRun(name).content;
    const expected = new Set(differences.filter(({ run }) => run === name));
    for (const path of new Set([...Object.keys(theirs), ...Object.keys(contents)])) {
      const difference = [...expected].find((each) => each.path === path);
      if (difference !== undefined) {
        expected.delete(difference);
        expect(differing(theirs[path], contents[path]), path).toEqual(difference.ours);
      } else if (!isOurs(path)) expect(differing(theirs[path], contents[path]), path).toBeUndefined();
    }
    expect([...expected]).toEqual([]);
  });

  test.each(runNames)(
    'of %s has every pulse in every channel, and every value at its place',
    async (name) => {
      const { contents, written } = await recordOnce(name);
      const pulses = written.map(({ pulseId }) => String(pulseId));
      const names = new Set(
        written.flatMap(({ dataHeader }) => dataHeader.channels.map((channel) => channel.name)),
      );
      for (const channel of names) {
        const at = `/data/${channel}`;
        expect(contents[`${at}/pulse_id`]?.items, channel).toEqual(pulses);
        const states = written.map((message) => message.channel(channel)?.state ?? 'missing');
        expect(contents[`${at}/is_data_present`]?.items, channel).toEqual(
          states.map((state) => (state === 'present' ? '1' : '0')),
        );
        const times = written.map((message) => message.channel(channel));
        expect(contents[`${at}/timestamp`]?.items, channel).toEqual(
          times.map((each) => (each?.state === 'present' ? String(each.timestampNs ?? 0n) : '0')),
        );
        expect(contents[`${at}/data`], channel).toBeDefined();
      }
      expect(Object.keys(contents).filter((path) => /^\/data\/[^/]+$/.test(path)).length).toBe(names.size);
    },
  );
});

/** What of ours is not as in theirs: undefined for nothing, null where there is none of ours. */
function differing(
  theirs: Content | undefined,
  ours: Content | undefined,
): Partial<Content> | null | undefined {
  if (ours === undefined) return null;
  const found = compared.filter((key) => JSON.stringify(ours[key]) !== JSON.stringify(theirs?.[key]));
  if (theirs === undefined && ours.group === true) return { group: true };
  return found.length === 0 ? undefined : Object.fromEntries(found.map((key) => [key, ours[key]]));
}
