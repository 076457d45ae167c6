import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { Analyzer } from '../analyzer/analyzer.ts';
import type { FindingKind } from '../analyzer/finding.ts';
import { Source } from '../source.ts';
import { SimulatedSource, simulatedFaults } from './simulated-source.ts';

const address = 'tcp://127.0.0.1:*';

test('it has scalars, waveforms, images and strings, that change from pulse to pulse', async () => {
  await using simulated = await SimulatedSource.open({
    address,
    rateHz: 500,
    waveformLength: 64,
    imageSize: [8, 4],
    compression: 'bitshuffle_lz4',
  });
  await using source = await Source.open({ addresses: simulated.status().address });
  const first = await source.receive();
  const second = await source.receive();
  const of = (message: typeof first) =>
    Object.fromEntries(message?.channels.map((channel) => [channel.name, channel]) ?? []);
  const [one, other] = [of(first), of(second)];
  expect(Object.keys(one)).toEqual(simulated.channels);
  expect(first?.channels.map(({ state }) => state)).toEqual(simulated.channels.map(() => 'present'));
  expect(one['SIM:PULSE-ID']?.value()).toBe(first?.pulseId);
  expect([one['SIM:WAVEFORM-001']?.shape, one['SIM:IMAGE-001']?.shape]).toEqual([[64], [4, 8]]);
  for (const name of ['SIM:CHARGE', 'SIM:WAVEFORM-001', 'SIM:IMAGE-001']) {
    expect(one[name]?.value()).not.toEqual(other[name]?.value());
  }
});

test('its faults are those that the analyzer finds', async () => {
  await using simulated = await SimulatedSource.open({
    address,
    rateHz: 500,
    scalars: 1,
    waveforms: 0,
    images: 0,
    faults: simulatedFaults,
    faultEvery: 5,
  });
  const dropped: string[] = [];
  await using source = await Source.open({
    addresses: simulated.status().address,
    onDrop: ({ reason }) => dropped.push(reason),
  });
  const found = new Set<FindingKind>();
  const analyzer = new Analyzer({ onFinding: ({ kind }) => found.add(kind) });
  for await (const message of source) {
    analyzer.see(message);
    if (found.size === 6 && dropped.length > 0) break;
  }
  expect([...found].sort()).toEqual([
    'clock-jump',
    'duplicate',
    'gap',
    'header-change',
    'missing-channel',
    'reordered',
  ]);
  expect(dropped[0]).toBe('main-header');
});

test('it ends after its pulses, and counts what nobody took', async () => {
  await using simulated = await SimulatedSource.open({ address, rateHz: 1000, pulses: 20, images: 0 });
  await simulated.ended;
  await simulated.close();
  expect(simulated.status()).toMatchObject({ sentMessages: 0, droppedMessages: 20 });
});

test('one that cannot be made leaves its address to the next', async () => {
  using folder = temporaryFolder();
  const path = `ipc://${folder.path}/source`;
  await expect(SimulatedSource.open({ address: path, waveformLength: 0 })).rejects.toMatchObject({
    code: 'ALI_ENCODE',
  });
  await using source = await SimulatedSource.open({ address: path });
  expect(source.status().address).toBe(path);
});
