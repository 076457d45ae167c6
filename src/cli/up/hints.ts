import type { Instrument } from '../../instrument/index.ts';
import { Float } from '../../telstate/index.ts';
import { quoted } from './called-as.ts';
import { isInMemory } from './report.ts';

/** Where the store of an instrument came from, which decides how a second shell finds it. */
export interface StoreChoice {
  readonly from: 'option' | 'environment' | 'file' | 'default';
  readonly url: string | undefined;
}

/** What to do next, for a high terminal and for a low one. */
export interface Hints {
  readonly lines: readonly string[];
  readonly short: readonly string[];
  /** How all sensors can be seen. */
  readonly all: string;
}

/** Invites to a second shell: the commands work there as they are. `program` is what calls this one. */
export function hints(instrument: Instrument, choice: StoreChoice, program: string): Hints {
  if (isInMemory(instrument)) {
    const end = 'Ctrl-C ends it, and the data with it.';
    const note = 'The store is in memory: no other process sees it.';
    return { lines: [note, end], short: [`${note} ${end}`], all: 'in a larger window' };
  }
  const url = choice.url ?? '';
  const sensor = handySensor(instrument);
  const isSecret = /^[a-z]+:\/\/[^/]*@/.test(url);
  const named = choice.from !== 'default';
  const where = named && !isSecret ? ` --store ${quoted(url)}` : '';
  const place = named && isSecret ? 'with ALIDADE_STORE set to the URL of the store' : 'in this folder';
  const verbs =
    sensor === undefined ? ['keys'] : [`get ${sensor}`, `range ${sensor} --from -3s`, `watch ${sensor}`];
  const commands = verbs.map((verb) => `${program} state ${verb}${where}`);
  const end = 'Ctrl-C ends it; the data stay.';
  return {
    lines: [`Try in a second shell, ${place}:`, ...commands.map((command) => `  ${command}`), end],
    short: [`${end} In a second shell:`, `  ${commands.at(-1)}`],
    all: `in a larger window, or ${program} state keys${where}`,
  };
}

/** A sensor to show: one that gives a number now, with the shortest name. */
function handySensor({ definition }: Instrument): string | undefined {
  const simulated = definition.sensors.filter(({ simulate }) => simulate !== undefined);
  const numbers = simulated.filter(({ simulate }) => simulate?.valueAt(Date.now() / 1000) instanceof Float);
  const [first] = (numbers.length > 0 ? numbers : simulated).sort((a, b) => a.name.length - b.name.length);
  return first === undefined ? undefined : quoted(first.name);
}
