import { expect, test } from 'vitest';
import { pulse } from '../../../test/bsread/pulses.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { MessageDecoder } from '../message-decoder.ts';
import { Analyzer } from './analyzer.ts';
import type { Finding } from './finding.ts';

type Options = Parameters<typeof pulse>[1];

/** A stream of 100 pulses a second, seen as it comes. */
function analysed() {
  const clock = new ManualClock(1_000_000);
  const findings: Finding[] = [];
  const analyzer = new Analyzer({ clock, onFinding: (finding) => findings.push(finding) });
  const decoder = new MessageDecoder();
  const see = (id: number, options?: Options) => {
    const message = decoder.decode(pulse(id, options));
    if (message !== undefined) analyzer.see(message);
  };
  const run = (first: number, last: number, options?: Options) => {
    for (let id = first; id <= last; id++) {
      clock.advance(10);
      see(id, options);
    }
  };
  return { clock, findings, analyzer, see, run };
}

test('a stream in order has no findings, and a rate', () => {
  const { findings, analyzer, run } = analysed();
  run(1, 1500);
  expect(findings).toEqual([]);
  expect(analyzer.status()).toMatchObject({
    messages: 1500,
    messagesPerSecond: 100,
    firstPulseId: 1n,
    lastPulseId: 1500n,
    step: 1,
    missingPulses: 0,
    channels: 1,
  });
});

test('gaps, duplicates and reordering are told apart; what comes late after all is not missing', () => {
  const { findings, analyzer, run, see } = analysed();
  run(1, 10);
  run(14, 15);
  see(12);
  see(15);
  run(16, 17);
  expect(findings).toEqual([
    { kind: 'gap', afterPulseId: 10n, pulseId: 14n, missingPulses: 3 },
    { kind: 'reordered', pulseId: 12n, afterPulseId: 15n },
    { kind: 'duplicate', pulseId: 15n },
  ]);
  expect(analyzer.status()).toMatchObject({ gaps: 1, missingPulses: 2, duplicates: 1, reordered: 1 });
});

test('a stream at a tenth of the rate of the machine has no gaps, nor one that changes to it', () => {
  const { findings, analyzer, see } = analysed();
  for (let id = 0; id <= 200; id += 10) see(id);
  see(230);
  expect(findings).toEqual([{ kind: 'gap', afterPulseId: 200n, pulseId: 230n, missingPulses: 2 }]);
  see(231);
  for (let id = 241; id <= 1000; id += 10) see(id);
  expect(analyzer.status()).toMatchObject({ step: 10, gaps: 16 });
});

test('a source that was started again counts anew, and is no reordering', () => {
  const { findings, analyzer, run } = analysed();
  run(50_000, 50_010);
  run(0, 5);
  run(2_000_000_000, 2_000_000_005);
  expect(findings).toEqual([
    { kind: 'restart', pulseId: 0n, afterPulseId: 50_010n },
    { kind: 'restart', pulseId: 2_000_000_000n, afterPulseId: 5n },
  ]);
  expect(analyzer.status()).toMatchObject({ restarts: 2, missingPulses: 0, reordered: 0 });
});

test('a channel without value is missing, but not in a pulse in which it is not due', () => {
  const { findings, analyzer, see } = analysed();
  const metadata = { modulo: 2, offset: 1 };
  see(1, { values: { A: 1, B: undefined }, metadata });
  see(2, { values: { A: undefined, B: undefined }, metadata });
  see(3, { values: { A: undefined, B: undefined }, metadata });
  expect(findings).toEqual([
    { kind: 'missing-channel', pulseId: 1n, channels: ['B'] },
    { kind: 'missing-channel', pulseId: 3n, channels: ['A', 'B'] },
  ]);
  expect(analyzer.status()).toMatchObject({ missingValues: 3, missingByChannel: { B: 2, A: 1 } });
});

test('a change of the header is told by its channels', () => {
  const { findings, analyzer, see } = analysed();
  see(1, { values: { A: 1, B: 1 } });
  see(2, { values: { B: 1, C: 1 }, metadata: { precision: 3 } });
  see(3, { values: { B: 1, C: 1 }, metadata: { encoding: 'big' } });
  expect(findings).toEqual([
    { kind: 'header-change', pulseId: 2n, added: ['C'], removed: ['A'], changed: [] },
    { kind: 'header-change', pulseId: 3n, added: [], removed: [], changed: ['B', 'C'] },
  ]);
  expect(analyzer.status().headerChanges).toBe(2);
});

test('the time of the source jumps where it runs backwards, or neither as ours nor as the pulses', () => {
  const { clock, findings, analyzer, run } = analysed();
  run(1, 50);
  // It pauses: time goes by for both. Then its pulses come late and all at once.
  clock.advance(60_000);
  run(51, 51, { timestampNs: 60_510_000_000n });
  expect(findings).toEqual([]);
  run(52, 52, { timestampNs: 160_520_000_000n });
  run(53, 53, { timestampNs: 160_530_000_000n });
  run(54, 54, { timestampNs: 160_529_000_000n });
  const jumps = findings.map((finding) =>
    finding.kind === 'clock-jump' ? finding.jumpSeconds : finding.kind,
  );
  expect(jumps).toEqual([expect.closeTo(100, 1), expect.closeTo(-0.011, 2)]);
  expect(analyzer.status().clockJumps).toBe(2);
});

test('a clock of ours that is set back does not hold the rates', () => {
  const { clock, analyzer, run } = analysed();
  run(1, 2000);
  clock.jump(-3_600_000);
  run(2001, 2001);
  clock.advance(20_000);
  expect(analyzer.status().messagesPerSecond).toBe(0);
  run(2002, 4000);
  expect(analyzer.status().messagesPerSecond).toBe(100);
});

test('pulses that were held up and come all at once are no jump', () => {
  const { clock, findings, run, see } = analysed();
  run(1, 50);
  clock.advance(5000);
  for (let id = 51; id < 500; id++) see(id);
  expect(findings).toEqual([]);
});

test('names of missing channels are counted one by one as long as they fit', () => {
  const { analyzer, see } = analysed();
  const names = Array.from({ length: 1000 }, (_, i) => String(i).padEnd(4000, 'x'));
  see(1, { values: Object.fromEntries(names.map((name) => [name, undefined])) });
  see(2, { values: { Z: undefined } });
  see(3, { values: { Z: undefined } });
  const { missingValues, missingByChannel } = analyzer.status();
  expect(missingValues).toBe(1002);
  expect(missingByChannel).not.toHaveProperty('Z');
});
