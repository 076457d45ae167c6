import type { Instrument } from '../../instrument/index.ts';
import { Float } from '../../telstate/index.ts';

/** Where the store of an instrument came from, which decides how a second shell finds it. */
export interface StoreChoice {
  readonly from: 'option' | 'environment' | 'file' | 'default';
  readonly url: string | undefined;
}

/** Lines that invite to a second shell: three commands that work there as they are. */
export function hints(instrument: Instrument, choice: StoreChoice): string[] {
  const url = choice.url ?? '';
  if (url.startsWith('memory:'))
    return ['The store is in memory: no other process sees it, and it ends with this one.'];
  const sensor = handySensor(instrument);
  const isSecret = /^[a-z]+:\/\/[^/]*@/.test(url);
  const named = choice.from !== 'default';
  const where = named && !isSecret ? ` --store ${quoted(url)}` : '';
  const place = named && isSecret ? 'with ALIDADE_STORE set to the URL of the store' : 'in this folder';
  const verbs =
    sensor === undefined ? ['keys'] : [`get ${sensor}`, `range ${sensor} --from -3s`, `watch ${sensor}`];
  return [`Try in a second shell, ${place}:`, ...verbs.map((verb) => `  npx alidade state ${verb}${where}`)];
}

/** A sensor to show: one that gives a number now, with the shortest name. */
function handySensor({ definition }: Instrument): string | undefined {
  const simulated = definition.sensors.filter(({ simulate }) => simulate !== undefined);
  const numbers = simulated.filter(({ simulate }) => simulate?.valueAt(Date.now() / 1000) instanceof Float);
  const [first] = (numbers.length > 0 ? numbers : simulated).sort((a, b) => a.name.length - b.name.length);
  return first === undefined ? undefined : quoted(first.name);
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
