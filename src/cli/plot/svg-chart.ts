import { clip, printable } from '../terminal.ts';

import type { Chart, Line, Panel } from './chart.ts';
import type { Stretch } from './columns.ts';
import { type Scale, valueScale } from './ticks.ts';
import { timeAxis } from './time-ticks.ts';

export const fontFamily = 'IBM Plex Sans';

const width = 960;
const gutter = 116;
const right = 24;
/** How wide the part is that shows samples. */
export const svgPlotWidth = width - gutter - right;
const top = 18;
/** Of the font at its usual size. */
const digitWidth = 8.1;
const headHeight = 28;
const panelGap = 20;
const axisHeight = 52;
const noteHeight = 17;
const laneHeight = 24;
const tallPanel = 250;
const smallPanel = 150;

const palette = ['#1f6fb4', '#d9541e', '#168a5b', '#a24fa0', '#c48a00', '#4b5563'];
const ink = '#1f2933';
const faint = '#66717f';
const rule = '#e3e7ec';
const gapFill = '#f1f3f6';

/** A chart as SVG of a fixed width, as high as its panels need. */
export function svgChart(chart: Chart): string {
  const height = chart.panels.length > 2 ? smallPanel : tallPanel;
  const parts: string[] = [];
  const axis = timeAxis(chart.fromSeconds, chart.toSeconds, (length) => svgPlotWidth / (length * 8 + 36));
  const x = (seconds: number) =>
    gutter + ((seconds - chart.fromSeconds) / (chart.toSeconds - chart.fromSeconds)) * svgPlotWidth;
  let y = top;
  for (const panel of chart.panels) {
    const bodyHeight = panel.kind === 'lines' ? height : panel.lanes.length * laneHeight;
    const body: Body = { top: y + headHeight, height: bodyHeight, x };
    parts.push(...gapBands(panel.gaps, body));
    parts.push(...axis.ticks.map(({ value }) => vertical(x(value), body)));
    parts.push(...(panel.kind === 'lines' ? drawLines(panel, body) : drawStates(panel, body)));
    y = body.top + bodyHeight + panelGap;
  }
  const bottom = y - panelGap;
  parts.push(...axis.ticks.map(({ value, label }) => timeLabel(x(value), bottom + 19, label)));
  parts.push(text(gutter + svgPlotWidth, bottom + 40, axis.title, { anchor: 'end', fill: faint }));
  const notes = chart.notes.map((note, i) =>
    text(gutter, bottom + axisHeight + 12 + i * noteHeight, clip(printable(note), 130), {
      fill: faint,
      size: 12,
    }),
  );
  const total = bottom + axisHeight + notes.length * noteHeight + (notes.length > 0 ? 10 : 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="${fontFamily}">
<rect width="100%" height="100%" fill="#ffffff"/>
${[...parts, ...notes].join('\n')}
</svg>
`;
}

/** The part of a panel that shows samples, and the place of a time in it. */
interface Body {
  readonly top: number;
  readonly height: number;
  readonly x: (seconds: number) => number;
}

function drawLines(panel: Panel & { kind: 'lines' }, body: Body): string[] {
  const scale = valueScale(panel.min, panel.max, body.height / 45);
  const bottom = body.top + body.height;
  const y = (value: number) => bottom - shareOf(value, scale) * body.height;
  const grid = scale.ticks.flatMap(({ value, label }) => [
    `<path d="M${gutter} ${px(y(value))}h${svgPlotWidth}" stroke="${rule}"/>`,
    text(gutter - 10, y(value) + 4.5, label, { anchor: 'end' }),
  ]);
  const units =
    panel.units === undefined
      ? []
      : [text(gutter - 10, body.top - 10, clip(printable(panel.units), 14), { anchor: 'end', fill: faint })];
  return [
    ...grid,
    border(body),
    ...units,
    ...legend(panel.lines, body),
    ...panel.lines.map((line) => path(line, body.x, y)),
  ];
}

/** By halves, so that the largest numbers do not overflow. */
function shareOf(value: number, { min, max }: Scale): number {
  return (value / 2 - min / 2) / (max / 2 - min / 2);
}

function path(
  { points, colour }: Line,
  x: (seconds: number) => number,
  y: (value: number) => number,
): string {
  const stroke = palette[colour % palette.length];
  let data = '';
  const dots: string[] = [];
  const isSparse = points.length <= 80;
  for (const [i, { timeSeconds, value, breaks }] of points.entries()) {
    const place = `${px(x(timeSeconds))} ${px(y(value))}`;
    data += `${breaks || i === 0 ? 'M' : 'L'}${place}`;
    const isAlone = breaks && points[i + 1]?.breaks !== false;
    if (isSparse || isAlone) dots.push(`M${place}h0`);
  }
  const marks =
    dots.length === 0
      ? ''
      : `<path d="${dots.join('')}" stroke-width="${isSparse ? 5 : 3}" stroke-linecap="round"/>`;
  return `<g fill="none" stroke="${stroke}" stroke-width="1.4" stroke-linejoin="round"><path d="${data}"/>${marks}</g>`;
}

function legend(lines: readonly Line[], body: Body): string[] {
  const room = svgPlotWidth / lines.length;
  return lines.flatMap(({ name, colour }, i) => {
    const left = gutter + i * room;
    const fill = palette[colour % palette.length] ?? ink;
    const shown = clip(printable(name), Math.floor((room - 40) / 8.2));
    return [
      `<rect x="${px(left)}" y="${body.top - 17}" width="16" height="4" rx="2" fill="${fill}"/>`,
      text(left + 24, body.top - 10, shown, { weight: 600 }),
    ];
  });
}

function drawStates({ name, lanes }: Panel & { kind: 'states' }, body: Body): string[] {
  const bars = lanes.flatMap(({ name: state, stretches }, i) => {
    const y = body.top + i * laneHeight;
    const fill = palette[i % palette.length];
    return [
      text(gutter - 10, y + laneHeight / 2 + 4.5, clip(printable(state), 15), { anchor: 'end' }),
      ...stretches.map(({ fromSeconds, toSeconds }) => {
        const left = body.x(fromSeconds);
        const barWidth = Math.max(0.5, body.x(toSeconds) - left);
        return `<rect x="${px(left)}" y="${y + 5}" width="${px(barWidth)}" height="${laneHeight - 10}" fill="${fill}"/>`;
      }),
    ];
  });
  return [...bars, border(body), text(gutter, body.top - 10, clip(printable(name), 90), { weight: 600 })];
}

function gapBands(gaps: readonly Stretch[], { top: y, height, x }: Body): string[] {
  return gaps.map(({ fromSeconds, toSeconds }) => {
    const left = x(fromSeconds);
    return `<rect x="${px(left)}" y="${y}" width="${px(x(toSeconds) - left)}" height="${height}" fill="${gapFill}"/>`;
  });
}

function vertical(x: number, { top: y, height }: Body): string {
  return `<path d="M${px(x)} ${y}v${height}" stroke="${rule}"/>`;
}

function border({ top: y, height }: Body): string {
  return `<path d="M${gutter} ${y}v${height}h${svgPlotWidth}" fill="none" stroke="#9aa5b1"/>`;
}

/** Under its mark, or as near as the edge of the picture lets it. */
function timeLabel(x: number, y: number, label: string): string {
  const edge = width - 8;
  const isNearEdge = x + (label.length * digitWidth) / 2 > edge;
  return isNearEdge ? text(edge, y, label, { anchor: 'end' }) : text(x, y, label, { anchor: 'middle' });
}

interface TextLook {
  readonly anchor?: 'middle' | 'end';
  readonly fill?: string;
  readonly weight?: number;
  readonly size?: number;
}

function text(
  x: number,
  y: number,
  content: string,
  { anchor, fill = ink, weight = 400, size = 13.5 }: TextLook,
): string {
  const where = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${px(x)}" y="${px(y)}"${where} fill="${fill}" font-size="${size}" font-weight="${weight}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A place to a hundredth. */
function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}
