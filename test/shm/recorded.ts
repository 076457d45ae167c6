import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Frame, parseDescriptions } from '../../src/shm/index.ts';
import { keyText, type Space, type Subscription } from '../../src/store/index.ts';

interface Text {
  readonly text: string;
}

/** A frame as the recording has it. */
export interface RecordedFrame {
  readonly type: string;
  readonly fields: readonly (readonly [string, unknown])[];
}

export interface RecordedScenario {
  readonly name: string;
  readonly notes: readonly Readonly<Record<string, unknown>>[];
  readonly pubsub: readonly { readonly channel: Text; readonly data: Text }[];
  readonly final_state: readonly {
    readonly key: Text;
    readonly type: string;
    readonly value: Text;
    readonly ttl: number;
  }[];
}

interface Difference {
  readonly case: string;
  readonly ours: unknown;
  readonly reason: string;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

const traces = json('../fixtures/shm/traces.json') as {
  readonly description_file: unknown;
  readonly scenarios: readonly RecordedScenario[];
};

export const differences = json('../differences/shm.json') as readonly Difference[];

/** The recorded description. Its text is read, because `JSON.parse` does not keep 0.0 apart from 0. */
const source = readFileSync(new URL('../fixtures/shm/traces.json', import.meta.url), 'utf8');
const start = source.indexOf('"description_file":') + '"description_file":'.length;
export const descriptions = parseDescriptions(
  source.slice(start, source.indexOf('"scenarios":')).trim().replace(/,$/, ''),
  'traces.json',
);

export function scenario(name: string): RecordedScenario {
  const found = traces.scenarios.find((of) => of.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

export const scenarioNames = traces.scenarios.map(({ name }) => name);

/** Cases that were judged, so that a test can tell that every listed difference is one of them. */
export const judged = new Set<string>();

/** What was recorded is what we do, or the difference is on the list, with what we do instead. */
export function judge(name: string, ours: unknown, recorded: unknown): void {
  judged.add(name);
  const difference = differences.find((of) => of.case === name);
  if (difference === undefined) {
    expect(ours, name).toEqual(recorded);
    return;
  }
  expect(ours, `${name} holds: take it off the list`).not.toEqual(recorded);
  expect(ours, name).toEqual(difference.ours);
}

/** A frame in the form of the recording. */
export function asRecorded(frame: Frame | undefined): RecordedFrame | null {
  if (frame === undefined) return null;
  const { name, ts, sender, values } = frame;
  return { type: name, fields: [['ts', ts], ['sender', sender], ...Object.entries(values)] };
}

/** Everything that a space holds: texts by their keys, lists as lists of texts. */
export async function contentOf(space: Space): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const key of await space.keys()) {
    const [value, items, expiry] = await space.readMany([
      { read: 'value', key },
      { read: 'items', key },
      { read: 'expiry', key },
    ]);
    const text = value === undefined ? items.map(keyText) : keyText(value);
    content[keyText(key)] = expiry === undefined ? text : [text, 'expires'];
  }
  return content;
}

export function recordedContent({ final_state }: RecordedScenario): Record<string, unknown> {
  return Object.fromEntries(
    final_state.map(({ key, value, ttl }) => [key.text, ttl < 0 ? value.text : [value.text, 'expires']]),
  );
}

/** All notices up to one that this sends itself. */
export async function noticesUntilNow(
  listener: Subscription,
  space: Space,
): Promise<(readonly [string, string])[]> {
  const key = 'end of notices';
  await space.write({ do: 'set', key, value: Buffer.of(), notice: { channel: key, payload: Buffer.of() } });
  await space.write({ do: 'delete', key });
  const notices: (readonly [string, string])[] = [];
  for (;;) {
    const { value: event, done } = await listener.next();
    if (done || event.event === 'gap') throw new Error('notices were lost');
    if (keyText(event.channel) === key) return notices;
    notices.push([keyText(event.channel), keyText(event.payload)]);
  }
}

export function recordedNotices({ pubsub }: RecordedScenario): (readonly [string, string])[] {
  return pubsub.map(({ channel, data }) => [channel.text, data.text] as const);
}
