import { expect, test } from 'vitest';
import { keptLog } from '../../../test/bsread/pulses.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { FindingLog } from './finding-log.ts';

const gap = (pulseId: bigint) => ({ kind: 'gap', afterPulseId: 1n, pulseId, missingPulses: 2 }) as const;

test('the first of a kind is said at once, the rest of ten seconds in one line', () => {
  const clock = new ManualClock(0);
  const log = keptLog();
  const findings = new FindingLog(log, clock);
  for (let id = 4n; id < 1000n; id++) findings.add(gap(id));
  findings.add({ kind: 'duplicate', pulseId: 7n });
  expect(log.entries).toEqual([
    'warning: 2 pulses missing after 1 pulse_id=4',
    'warning: a pulse came twice pulse_id=7',
  ]);
  clock.advance(10_000);
  expect(log.entries.slice(2)).toEqual([
    'warning: 2 pulses missing after 1; 994 more like it in the last 10 s pulse_id=999',
  ]);
  clock.advance(10_000);
  findings.add(gap(2000n));
  expect(log.entries).toHaveLength(4);
  findings.add(gap(2001n));
  findings[Symbol.dispose]();
  expect(log.entries.at(-1)).toBe('warning: 2 pulses missing after 1 pulse_id=2001');
  expect(clock.timers).toBe(0);
});

test('every kind has its sentence', () => {
  const log = keptLog();
  using findings = new FindingLog(log, new ManualClock(0), { input: 'tcp://a:1' });
  const names = Array.from({ length: 7 }, (_, index) => `C${index}`);
  findings.add({ kind: 'reordered', pulseId: 3n, afterPulseId: 4n });
  findings.add({ kind: 'restart', pulseId: 0n, afterPulseId: 900n });
  findings.add({ kind: 'missing-channel', pulseId: 5n, channels: names });
  findings.add({ kind: 'header-change', pulseId: 6n, added: ['A'], removed: ['B', 'C'], changed: ['D'] });
  findings.add({ kind: 'clock-jump', pulseId: 7n, jumpSeconds: -1.5 });
  findings.add({ kind: 'overrun', pulseId: 9n });
  findings.add({ kind: 'undecodable', pulseId: 8n, detail: 'it is not JSON' });
  expect(log.entries).toEqual([
    'warning: a pulse came after 4 input=tcp://a:1 pulse_id=3',
    'warning: pulses are counted anew, after 900 input=tcp://a:1 pulse_id=0',
    'warning: without value: C0, C1, C2, C3, C4 and 2 more input=tcp://a:1 pulse_id=5',
    'info: the data header changed: new A; gone B, C; other form D input=tcp://a:1 pulse_id=6',
    'warning: the time of the source jumped by -1.500 s input=tcp://a:1 pulse_id=7',
    'warning: a consumer is too slow: a pulse had to leave the ring before it took it input=tcp://a:1 pulse_id=9',
    'warning: a message was dropped: it is not JSON input=tcp://a:1 pulse_id=8',
  ]);
});
