import { expect, test } from 'vitest';
import type { InstrumentStatus } from '../../instrument/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { layout } from './layout.ts';

const size = (width: number, height: number) => ({ width, height });

function pictureOf(sensors: number, more: Partial<InstrumentStatus> = {}) {
  return {
    report: {
      title: 'telescope: Three antennas',
      details: ['snapshot: 31 keys loaded', 'attributes: 33 set'],
      warnings: ['kept as they are: observer'],
      store: 'store: sqlite:/data',
    },
    hints: {
      lines: [
        'Try in a second shell:',
        '  alidade state get a',
        '  alidade state watch a',
        'Ctrl-C ends it.',
      ],
      short: ['Ctrl-C ends it. In a second shell:', '  alidade state watch a'],
      all: 'in a larger window, or alidade state keys',
    },
    status: {
      sensors: Array.from({ length: sensors }, (_, i) => ({
        name: `sensor${i}`,
        units: undefined,
        value: i,
        timeSeconds: 1000,
        samples: 1,
        rateHz: undefined,
      })),
      written: 5,
      losses: { slow: 0, late: 0, failed: 0, unreachable: 0 },
      lastLossSeconds: undefined,
      storeAway: undefined,
      emptiedSeconds: undefined,
      lastFault: undefined,
      ...more,
    },
    totals: '131 samples/s',
    nowSeconds: 1000,
  };
}

const texts = (...args: Parameters<typeof layout>) => layout(...args).map(({ text }) => text);
const shown = (lines: readonly string[]) => lines.filter((line) => /^sensor\d/.test(line)).length;

test('on a high terminal all stands around the table', () => {
  const lines = texts(pictureOf(14), size(80, 39));
  expect(lines.slice(0, 6)).toEqual([
    'telescope: Three antennas',
    'snapshot: 31 keys loaded',
    'attributes: 33 set',
    'kept as they are: observer',
    'store: sqlite:/data',
    '',
  ]);
  expect(lines.slice(-4)).toEqual(pictureOf(0).hints.lines);
});

test('14 sensors have room on 24 lines, with the warning, the store and what to try', () => {
  const lines = texts(pictureOf(14), size(80, 23));
  expect(shown(lines)).toBe(14);
  expect(lines).toContain('kept as they are: observer');
  expect(lines).toContain('store: sqlite:/data');
  expect(lines.slice(-2)).toEqual(pictureOf(0).hints.short);
});

test.each([
  [19, 14],
  [17, 14],
  [16, 14],
  [10, 7],
  [5, 2],
  [3, 0],
])('on %d lines as many sensors are shown as have room: %d', (height, count) => {
  const lines = texts(pictureOf(14), size(80, height));
  expect(lines.length).toBeLessThanOrEqual(height);
  expect(shown(lines)).toBe(count);
  expect(lines).toContain('131 samples/s');
  if (count < 14) {
    expect(lines).toContain(`… and ${14 - count} more: in a larger window, or alidade state keys`);
  }
});

test('a store that is away, and one that was emptied, are told on any terminal', () => {
  const at = new Date(2026, 2, 4, 9, 3, 5).getTime() / 1000;
  const error = new AlidadeError('ALI_STORE_UNREACHABLE', 'no answer');
  for (const height of [39, 23, 8]) {
    const picture = pictureOf(14, { storeAway: { sinceSeconds: at, error } });
    const line = layout(picture, size(80, height)).find(({ text }) => text.includes('not reachable'));
    expect(line).toEqual({ text: 'store not reachable since 09:03:05', look: 'alert' });
  }
  const silent = pictureOf(1, { storeAway: { sinceSeconds: at, error: undefined } });
  expect(texts(silent, size(80, 23))).toContain('store has not answered since 09:03:05');
  const emptied = texts(pictureOf(1, { emptiedSeconds: at }), size(140, 23)).join('\n');
  expect(emptied).toContain('store found empty at 09:03:05: start again');
});

test('losses have a line of their own, with the reason and the last time', () => {
  const losses = { slow: 0, late: 0, failed: 0, unreachable: 27 };
  const lines = texts(pictureOf(14, { losses, lastLossSeconds: undefined }), size(80, 23));
  expect(lines).toContain('lost: store not reachable 27');
  expect(shown(lines)).toBe(14);
});
