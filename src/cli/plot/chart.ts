import { counted } from '../up/words.ts';
import type { Stretch } from './columns.ts';
import { gapFactor, type Point, type Reduced } from './reduced.ts';
import type { StateLane } from './state-lanes.ts';

/** A sensor that is to be drawn. */
export interface Series {
  readonly name: string;
  readonly units: string | undefined;
  readonly reduced: Reduced;
}

/** A line in a panel, and which of the colours it has. */
export interface Line {
  readonly name: string;
  readonly colour: number;
  readonly points: readonly Point[];
}

/** One picture of several above the same axis of time: lines of the same units, or the states of one sensor. */
export type Panel =
  | {
      readonly kind: 'lines';
      readonly units: string | undefined;
      readonly lines: readonly Line[];
      readonly min: number;
      readonly max: number;
      /** Of all lines at once. */
      readonly gaps: readonly Stretch[];
    }
  | {
      readonly kind: 'states';
      readonly name: string;
      readonly lanes: readonly StateLane[];
      readonly gaps: readonly Stretch[];
    };

export interface Chart {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly panels: readonly Panel[];
  /** What the picture does not show of itself. */
  readonly notes: readonly string[];
}

/** Colours that lines of one panel can have. */
export const colourCount = 6;

/** What of a sensor is drawn: a line where it has any number. */
export function drawnAs(reduced: Reduced): 'line' | 'states' | 'nothing' {
  if (reduced.numbers > 0) return 'line';
  return reduced.states > 0 ? 'states' : 'nothing';
}

/**
 * Sensors with numbers of the same units share a panel, if `together`; sensors with states have their own.
 */
export function chartOf(
  series: readonly Series[],
  range: { readonly fromSeconds: number; readonly toSeconds: number },
  together: boolean,
): Chart {
  const { fromSeconds, toSeconds } = range;
  const drawn = series.filter(({ reduced }) => drawnAs(reduced) !== 'nothing');
  const groups = new Map<string, Series[]>();
  for (const [i, one] of drawn.entries()) {
    const alone = !together || drawnAs(one.reduced) === 'states';
    const group = alone ? `${i}` : `units ${one.units ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const panels = [...groups.values()].flatMap((group) => chunks(group).map(panelOf));
  return { fromSeconds, toSeconds, panels, notes: allNotes(series) };
}

/** No more lines in a panel than there are colours. */
function chunks(group: readonly Series[]): Series[][] {
  const count = Math.ceil(group.length / colourCount);
  return Array.from({ length: count }, (_, i) => group.slice(i * colourCount, (i + 1) * colourCount));
}

function panelOf(group: readonly Series[]): Panel {
  const [first] = group as [Series];
  const gaps = group.map(({ reduced }) => reduced.gaps()).reduce(common);
  if (drawnAs(first.reduced) === 'states') {
    return { kind: 'states', name: first.name, lanes: first.reduced.stateLanes(), gaps };
  }
  return {
    kind: 'lines',
    units: first.units,
    lines: group.map(({ name, reduced }, colour) => ({ name, colour, points: reduced.points() })),
    min: Math.min(...group.map(({ reduced }) => reduced.min)),
    max: Math.max(...group.map(({ reduced }) => reduced.max)),
    gaps,
  };
}

/** What two lists of gaps, each in the order of time, have in common. */
function common(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const both: Stretch[] = [];
  for (let i = 0, j = 0; i < some.length && j < others.length; ) {
    const [a, b] = [some[i] as Stretch, others[j] as Stretch];
    const fromSeconds = Math.max(a.fromSeconds, b.fromSeconds);
    const toSeconds = Math.min(a.toSeconds, b.toSeconds);
    if (fromSeconds < toSeconds) both.push({ fromSeconds, toSeconds });
    if (a.toSeconds < b.toSeconds) i++;
    else j++;
  }
  return both;
}

/** Notes that are the same for several sensors are one. */
function allNotes(series: readonly Series[]): string[] {
  const names = new Map<string, string[]>();
  for (const one of series) {
    for (const note of notesOf(one)) names.set(note, [...(names.get(note) ?? []), one.name]);
  }
  return [...names].map(([note, about]) => `${listed(about)}: ${note}`);
}

function listed(names: readonly string[]): string {
  if (names.length <= 3) return names.join(', ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

function notesOf({ reduced }: Series): string[] {
  const notes: string[] = [];
  const say = (text: string) => notes.push(text);
  if (reduced.count === 0) say('no samples in this time');
  const gaps = reduced.gaps().length;
  if (gaps > 0) {
    const median = reduced.medianSeconds ?? 0;
    const why = reduced.gapSeconds === gapFactor * median ? ` (${gapFactor} times the median interval)` : '';
    say(`${counted(gaps, 'gap')} of more than ${lengthText(reduced.gapSeconds)}${why}`);
  }
  if (reduced.notFinite > 0)
    say(`${counted(reduced.notFinite, 'sample')} not finite; the line is broken there`);
  if (drawnAs(reduced) === 'line' && reduced.states > 0) {
    say(`${counted(reduced.states, 'sample')} not a number (text or boolean), not drawn`);
  }
  for (const [kind, count] of reduced.others)
    say(`${counted(count, 'sample')} not a number (${kind}), not drawn`);
  return notes;
}

/** A length of time to two digits: `0.5 s`, `12 s`, `3.5 min`, `2 h`. */
export function lengthText(seconds: number): string {
  const two = (value: number) => String(Number(value.toPrecision(2)));
  if (seconds < 1e-3) return `${two(seconds * 1e6)} µs`;
  if (seconds < 0.1) return `${two(seconds * 1e3)} ms`;
  if (seconds < 120) return `${two(seconds)} s`;
  if (seconds < 7200) return `${two(seconds / 60)} min`;
  return seconds < 172_800 ? `${two(seconds / 3600)} h` : `${two(seconds / 86_400)} d`;
}
