import type { InstrumentStatus } from '../../instrument/index.ts';
import type { Hints } from './hints.ts';
import { type StartReport, troubleLines } from './report.ts';
import { type Line, sensorTable } from './table.ts';
import { lostSamples } from './words.ts';

/** What is to be shown of a running instrument. */
export interface Picture {
  readonly report: StartReport;
  readonly hints: Hints;
  readonly status: InstrumentStatus;
  /** Samples a second, since the start, and lost. */
  readonly totals: string;
  readonly nowSeconds: number;
}

/**
 * The lines of a terminal of this size. The sensors matter most: what stands around them is shortened, and at last left
 * out, until they have room.
 */
export function layout(picture: Picture, { width, height }: { width: number; height: number }): Line[] {
  const rows = picture.status.sensors.length + 1;
  const frames = framesOf(picture);
  const frame =
    frames.find(({ above, below }) => above.length + rows + below.length <= height) ?? frames.at(-1);
  const { above = [], below = [] } = frame ?? {};
  const table = sensorTable(picture.status, {
    width,
    maxLines: Math.max(2, height - above.length - below.length),
    nowSeconds: picture.nowSeconds,
    seeAll: picture.hints.all,
  });
  return [...above, ...table, ...below];
}

interface Frame {
  readonly above: readonly Line[];
  readonly below: readonly Line[];
}

/** What stands around the table, from the fullest to the barest. */
function framesOf({ report, hints, status, totals }: Picture): Frame[] {
  const title: Line = { text: report.title, look: 'strong' };
  const blank: Line = { text: '' };
  const plain = (texts: readonly string[]) => texts.map((text): Line => ({ text }));
  const faint = (text: string): Line => ({ text, look: 'faint' });
  const totalsLine: Line = { text: totals, look: lostSamples(status.losses) > 0 ? 'alert' : 'faint' };
  const troubles = troubleLines(status).map((text): Line => ({ text, look: 'alert' }));
  const now = [totalsLine, ...troubles];
  const hint = (text: string) => (text.startsWith(' ') ? { text } : faint(text));
  const { details, warnings, store } = report;
  return [
    {
      above: [title, ...plain([...details, ...warnings, store]), blank],
      below: [blank, ...now, blank, ...hints.lines.map(hint)],
    },
    {
      above: [title, ...plain([...warnings, store]), blank],
      below: [blank, ...now, ...hints.short.map(hint)],
    },
    { above: [title], below: [...now, ...hints.short.map(hint)] },
    { above: [title], below: now },
    { above: [], below: [totalsLine, ...troubles.slice(0, 1)] },
  ];
}
