/** Malformed messages between good ones: none crashes us, gives a wrong value, or takes its neighbours with it. */
import { expect, test } from 'vitest';
import { type Channel, type DropReason, MessageDecoder } from '../../src/bsread/index.ts';
import {
  asRecorded,
  differences,
  expectedOfUs,
  malformedCases,
  type RecordedMessage,
  recordedCases,
} from './recorded.ts';

/** Why we drop what we drop, case by case. */
const reasons: Readonly<Record<DropReason, RegExp>> = {
  'main-header': /^(?:main_(?:bad_json|empty|empty_object|not_utf8|array|no_pulse_id|no_hash)|pulse_id_)/,
  command: /^$/,
  'data-header': /^(?:dh_|main_only)/,
  'frame-count': /^(?:frames_|torn_by_sender|dh_channels_empty_with_frames)/,
  timestamp: /^ts_/,
};

/** Whether a header is new is told apart from the one before, which for us is the last that could be read. */
function comparable(message: unknown): unknown {
  if (message === null) return null;
  const { changed: _changed, ...rest } = message as RecordedMessage;
  return rest;
}

test.each(malformedCases())('$id: $description', ({ id, messages, expected }) => {
  const dropped: DropReason[] = [];
  const decoder = new MessageDecoder({ strictPython: true, onDrop: ({ reason }) => dropped.push(reason) });
  const ours = messages.map((frames) => decoder.decode(frames));
  expect(ours.map((message) => (message === undefined ? null : comparable(asRecorded(message))))).toEqual(
    messages.map((_, place) => comparable(expectedOfUs(id, place, expected?.[place] ?? null))),
  );
  const drops = ours.filter((message) => message === undefined).length;
  const statistics = decoder.statistics();
  expect(dropped).toHaveLength(drops);
  expect(statistics.receivedMessages).toBe(statistics.decodedMessages + drops);
  for (const reason of dropped) expect(id).toMatch(reasons[reason]);
  for (const channel of ours.flatMap((message) => message?.channels ?? [])) expectConsistent(channel);
});

function expectConsistent(channel: Channel): void {
  const { state, fault } = channel;
  expect(fault !== undefined).toBe(state === 'undecodable');
  expect(channel.value() !== undefined).toBe(state === 'present');
}

test('the first message and the last of every case are as good as they were', () => {
  for (const { id, messages } of malformedCases()) {
    const alone = new MessageDecoder();
    const among = new MessageDecoder();
    const got = messages.map((frames) => among.decode(frames));
    const last = alone.decode(messages.at(-1) ?? []);
    const values = (message: typeof last) => message?.channels.map((channel) => channel.value());
    expect([id, values(got.at(-1))]).toEqual([id, values(last)]);
  }
});

test('every difference from the reference is one, in a case that there is', () => {
  const recorded = [...recordedCases('types'), ...recordedCases('features')].map(({ id, messages }) => ({
    id,
    expected: messages.map(({ expected }) => expected),
  }));
  const all = [...recorded, ...malformedCases()];
  for (const { case: id, message, reason } of differences) {
    const theirs = all.find((one) => one.id === id)?.expected?.[message] ?? null;
    expect([id, reason, expectedOfUs(id, message, theirs)]).not.toEqual([id, reason, theirs]);
  }
});
