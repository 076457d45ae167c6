import { expect, test } from 'vitest';
import { type Chart, chartOf, type Series } from './chart.ts';
import { pngOf } from './picture.ts';
import { type Reading, Reduced } from './reduced.ts';
import { svgChart } from './svg-chart.ts';
import { dotColumns, type TerminalSize, terminalChart } from './terminal-chart.ts';

const range = { fromSeconds: 1_772_366_400, toSeconds: 1_772_366_460 };
const size: TerminalSize = { columns: 60, rows: 24, hasColour: false };

function series(
  name: string,
  units: string | undefined,
  readingAt: (i: number) => Reading | undefined,
): Series {
  const reduced = new Reduced({ columns: { ...range, count: dotColumns(size) } });
  for (let i = 0; i < 600; i++) {
    const reading = readingAt(i);
    if (reading !== undefined) reduced.add(range.fromSeconds + i / 10, reading);
  }
  return { name, units, reduced };
}

const ramp = series('ramp', 'm', (i) => (i >= 200 && i < 300 ? undefined : i / 60));
const wave = series('wave', 'm', (i) => 5 + 4 * Math.sin(i / 50));
const state = series('state', undefined, (i) => (i < 250 ? 'slewing' : 'tracking'));

test('a line in the terminal: units, marks, times, and a gap where nothing came', () => {
  expect(terminalChart(chartOf([ramp], range, false), { ...size, rows: 12 })).toEqual([
    '    ramp [m]',
    '10 ┤                                                ⣀⣀⡠⠤⠤⠒⠒⠊',
    '   │                                      ⣀⣀⡠⠤⠤⠒⠒⠊⠉⠉',
    '   │                            ⣀⣀⡠⠤⠤⠒⠒⠉⠉⠉',
    '   │                  ⣀',
    '   │        ⣀⣀⡠⠤⠔⠒⠒⠊⠉⠉',
    ' 0 ┤⡠⠤⠤⠒⠒⠉⠉⠉',
    '   └┬─────────────┬─────────────┬────────────┬─────────────┬',
    '12:00:00      12:00:15      12:00:30     12:00:45   12:01:00',
    '                                              2026-03-01 UTC',
    'ramp: 1 gap of more than 0.5 s (5 times the median interval)',
  ]);
});

test('states in the terminal are lanes', () => {
  expect(terminalChart(chartOf([state], range, false), size).slice(0, 3)).toEqual([
    '          state',
    ` slewing ┤${'█'.repeat(21)}`,
    `tracking ┤${' '.repeat(21)}${'█'.repeat(29)}`,
  ]);
});

test('sensors of one unit share a panel where colours tell them apart, each with its name', () => {
  const [one, ...rest] = chartOf([ramp, state, wave], range, true).panels;
  expect(one).toMatchObject({ kind: 'lines', units: 'm', lines: [{ name: 'ramp' }, { name: 'wave' }] });
  expect(rest).toMatchObject([{ kind: 'states', name: 'state' }]);
  expect(chartOf([ramp, state, wave], range, false).panels).toHaveLength(3);
  const coloured = terminalChart(chartOf([ramp, wave], range, true), { ...size, hasColour: true });
  expect(coloured.slice(0, 2)).toEqual(['    \x1b[36m●\x1b[0m ramp [m]', '    \x1b[33m●\x1b[0m wave']);
});

const nasty = '\u001b[2J<&>"\u0000\ud800😀'.repeat(20);
const nastyChart = chartOf(
  [
    series(nasty, nasty, (i) => 1e300 * (i - 300)),
    series(nasty, undefined, (i) => `${nasty}${i % 20}`),
    wave,
  ],
  range,
  true,
);

test.each([40, 60, 200])(
  'no line is wider than a terminal of %d columns, and nothing in it moves the cursor',
  (columns) => {
    for (const line of terminalChart(nastyChart, { columns, rows: 24, hasColour: false })) {
      expect([...line].length).toBeLessThanOrEqual(columns);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
  },
);

async function pixels(chart: Chart): Promise<DataView> {
  const png = await pngOf(chart);
  expect(Buffer.from(png.subarray(0, 8)).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return new DataView(png.buffer, png.byteOffset, png.byteLength);
}

test('a picture is a PNG of two pixels to a unit, and the same each time', async () => {
  const chart = chartOf([ramp, wave, state], range, true);
  const png = await pixels(chart);
  expect(png.getUint32(16)).toBe(1920);
  expect(png.getUint32(20)).toBe(2 * Number(/height="(\d+)"/.exec(svgChart(chart))?.[1]));
  expect(Buffer.compare(await pngOf(chart), Buffer.from(png.buffer, png.byteOffset, png.byteLength))).toBe(0);
});

test('text in a picture is text, whatever is in it', async () => {
  expect(svgChart(nastyChart)).not.toMatch(/\[2J<|\p{Cs}|(?!\n)\p{Cc}/u);
  await pixels(nastyChart);
});

test('a picture has units, names, times and the band of a gap', () => {
  const svg = svgChart(chartOf([ramp], range, true));
  for (const text of ['>m<', '>ramp<', '>12:00:30<', '>2026-03-01 UTC<', '1 gap of more than 0.5 s']) {
    expect(svg).toContain(text);
  }
  expect(svg.match(/fill="#f1f3f6"/g)).toHaveLength(1);
  expect(svg.match(/ d="M[\d.]+ [\d.]+L[^"]*M[\d.]+ [\d.]+L[^"]*"/g)).toHaveLength(1);
});
