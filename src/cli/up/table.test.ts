import { expect, test } from 'vitest';
import type { InstrumentStatus, SensorStatus } from '../../instrument/index.ts';
import { Float } from '../../telstate/index.ts';
import { sensorTable, valueText } from './table.ts';
import { ageText, grouped, lossText } from './words.ts';

function statusOf(...sensors: readonly Partial<SensorStatus>[]): InstrumentStatus {
  return {
    sensors: sensors.map((sensor) => ({
      name: 'a',
      units: undefined,
      value: undefined,
      timeSeconds: undefined,
      samples: 0,
      rateHz: undefined,
      ...sensor,
    })),
    written: 0,
    losses: { slow: 0, late: 0, failed: 0, unreachable: 0 },
    lastLossSeconds: undefined,
    storeAway: undefined,
    emptiedSeconds: undefined,
    lastFault: undefined,
  };
}

const texts = (status: InstrumentStatus, width: number, maxLines = 100) =>
  sensorTable(status, { width, maxLines, nowSeconds: 1000 }).map(({ text }) => text);

const telescope = statusOf(
  {
    name: 'm062_pos_actual_scan_azim',
    units: 'deg',
    value: new Float(84.21),
    timeSeconds: 999.9,
    samples: 12345,
  },
  { name: 'state', value: 'slewing', timeSeconds: 900, samples: 1 },
  { name: 'new' },
);

test('sensors stand in columns', () => {
  expect(texts(telescope, 100)).toEqual([
    'sensor                          value  units     age  samples',
    'm062_pos_actual_scan_azim      84.210  deg     0.1 s   12 345',
    'state                         slewing          100 s        1',
    'new                                 -              -        0',
  ]);
});

test('on a narrow terminal long names lose their middle, and no line is too long', () => {
  expect(texts(telescope, 52)[1]).toBe('m062_pos…an_azim      84.210  deg     0.1 s   12 345');
  for (const width of [10, 20, 40, 60]) {
    for (const text of texts(telescope, width)) expect(text.length).toBeLessThanOrEqual(width);
  }
});

test('on a low terminal the last line tells how many are left out', () => {
  expect(texts(telescope, 100, 3).slice(1)).toEqual([expect.stringMatching(/^m062/), '… and 2 more']);
  expect(texts(telescope, 100, 4)).toHaveLength(4);
});

test('a simulated sensor that misses its samples stands out; one that something else writes may be quiet', () => {
  const status = statusOf(
    { rateHz: 10, timeSeconds: 999 },
    { rateHz: 10, timeSeconds: 997 },
    { rateHz: 0.1, timeSeconds: 980 },
    { rateHz: 0.1, timeSeconds: 960 },
    { timeSeconds: 5 },
  );
  const lines = sensorTable(status, { width: 80, maxLines: 10, nowSeconds: 1000 });
  expect(lines.map(({ look }) => look)).toEqual([
    'strong',
    undefined,
    'alert',
    undefined,
    'alert',
    undefined,
  ]);
});

test('nothing in a name, a unit or a value disturbs the terminal', () => {
  const nasty = '\x1b[2J';
  const all = texts(statusOf({ name: nasty, units: nasty, value: nasty }), 100).join('');
  expect(all).not.toContain('\x1b');
});

test.each([
  [new Float(1), '1.000'],
  [new Float(-0.05), '-0.050'],
  [new Float(0), '0.000'],
  [new Float(1.284e9), '1.284e+9'],
  [new Float(1e-5), '1.000e-5'],
  [new Float(Number.NaN), 'nan'],
  [5, '5'],
  [true, 'true'],
  ['tracking', 'tracking'],
])('%o is shown as %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});

test.each([
  [-1, '0.0 s'],
  [0.14, '0.1 s'],
  [9.96, '10 s'],
  [119.6, '120 s'],
  [120, '2 min'],
  [7200, '2 h'],
  [172_800, '2 d'],
])('an age of %d seconds is %s', (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});

test('counts and losses', () => {
  expect([grouped(0), grouped(999), grouped(1000), grouped(1234567)]).toEqual([
    '0',
    '999',
    '1 000',
    '1 234 567',
  ]);
  const at = new Date(2026, 2, 4, 9, 3, 5).getTime() / 1000;
  expect(lossText({ slow: 0, late: 0, failed: 0, unreachable: 0 }, undefined)).toBe('0 lost');
  expect(lossText({ slow: 1000, late: 0, failed: 2, unreachable: 0 }, at)).toBe(
    '1 002 lost (store too slow 1 000, failed 2, the last at 09:03:05)',
  );
  expect(lossText({ slow: 0, late: 0, failed: 0, unreachable: 27 })).toBe('27 lost (store not reachable 27)');
});
