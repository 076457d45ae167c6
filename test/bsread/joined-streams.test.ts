/** Several streams in one ring buffer, joined by pulse id. */
import { expect, test } from 'vitest';
import { MessageDecoder, RingBuffer } from '../../src/bsread/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { keptLog, range, TestSource } from './pulses.ts';
import { poll, setUp } from './ring-buffer-set-up.ts';

test('a pulse has the channels of all of them; a member that does not come is marked', async () => {
  await using second = await TestSource.open();
  await using first = await TestSource.open();
  const inputs = [first.address, second.address];
  const clock = new ManualClock(1_700_000_000_000);
  const { buffer, consumer } = await setUp({ inputs, latenessMs: 100, clock });
  const decoder = new MessageDecoder();
  const taker = consumer();
  const next = async () => {
    const message = decoder.decode(await taker.next());
    return {
      pulseId: message?.pulseId,
      timestampNs: message?.globalTimestampNs,
      missing: message?.mainHeader.raw.missing_inputs,
      values: message?.channels.map((channel) => [channel.name, channel.value(), channel.timestampNs]),
    };
  };
  const [a, b] = [
    { values: { A: 1 }, timestampNs: 5_000_000_001n },
    { values: { B: 2, C: 3 }, timestampNs: 6_000_000_002n, metadata: { precision: 4 } },
  ];
  await second.send(1, 1, b);
  await first.send(1, 1, a);
  expect(await next()).toEqual({
    pulseId: 1n,
    timestampNs: 5_000_000_001n,
    missing: undefined,
    values: [
      ['A', 1, 5_000_000_001n],
      ['B', 2, 6_000_000_002n],
      ['C', 3, 6_000_000_002n],
    ],
  });
  await second.send(2, 2, b);
  await expect.poll(() => buffer.status().waitingPulses, poll).toBe(1);
  clock.advance(100);
  expect(await next()).toEqual({
    pulseId: 2n,
    timestampNs: 6_000_000_002n,
    missing: [first.address],
    values: [
      ['A', undefined, undefined],
      ['B', 2, 6_000_000_002n],
      ['C', 3, 6_000_000_002n],
    ],
  });
  await first.send(2, 3, a);
  await second.send(3, 3, b);
  expect((await next()).pulseId).toBe(3n);
  const { inputs: counted, dropped } = buffer.status();
  expect(counted.map(({ missingPulses, late }) => [missingPulses, late])).toEqual([
    [1, 1],
    [0, 0],
  ]);
  expect(dropped.late).toBe(1);
  expect(decoder.statistics()).toMatchObject({
    headerChanges: 1,
    unverifiedHeaders: 0,
    decodedMessages: 3,
  });
});

test('a stream is not joined with itself', async () => {
  const inputs = ['tcp://127.0.0.1:9', 'tcp://127.0.0.1:9'];
  await expect(RingBuffer.open({ inputs, address: 'tcp://127.0.0.1:*', log: keptLog() })).rejects.toThrow(
    expect.objectContaining({ code: 'ALI_USAGE', message: expect.stringContaining('named twice') }),
  );
});

test('members are waited for also where the ring is short', async () => {
  await using second = await TestSource.open();
  await using first = await TestSource.open();
  const { buffer, consumer } = await setUp({
    inputs: [first.address, second.address],
    maxMessages: 2,
    latenessMs: 60_000,
  });
  const taker = consumer();
  await expect.poll(() => buffer.status().consumers.length, poll).toBe(1);
  await first.send(1, 5);
  await expect.poll(() => buffer.status().waitingPulses, poll).toBe(5);
  await second.send(1, 5, { values: { B: 1 } });
  expect(await taker.ids(5)).toEqual(range(1, 5));
  expect(buffer.status().inputs.map(({ missingPulses }) => missingPulses)).toEqual([0, 0]);
});

test('what is found in one of them is logged with its address', async () => {
  await using second = await TestSource.open();
  await using first = await TestSource.open();
  const { log } = await setUp({ inputs: [first.address, second.address], logFindings: true });
  await second.send(1, 2);
  await second.send(5, 5);
  await first.push.send('garbage');
  const warnings = () => log.entries.filter((entry) => entry.startsWith('warning')).sort();
  await expect
    .poll(warnings, poll)
    .toEqual([
      `warning: 2 pulses missing after 2 input=${second.address} pulse_id=5`,
      expect.stringMatching(/^warning: a message was dropped: the main header cannot be read: .* input=/),
    ]);
  expect(warnings()[1]).toContain(`input=${first.address} pulse_id=undefined`);
});

test('channels that have the same name in several of them are said once', async () => {
  await using second = await TestSource.open();
  await using first = await TestSource.open();
  const { consumer, log } = await setUp({ inputs: [first.address, second.address], latenessMs: 60_000 });
  const taker = consumer();
  for (const id of [1, 2]) {
    await first.send(id, id, { values: { A: 1, B: 2 }, metadata: { of: id } });
    await second.send(id, id, { values: { B: 3, C: 4 } });
    expect(await taker.ids(1)).toEqual([id]);
  }
  expect(log.entries.filter((entry) => entry.includes('same name'))).toEqual([
    'warning: channels of several sources have the same name: B; most receivers give the last one only',
  ]);
});
