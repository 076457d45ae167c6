import type { Command } from 'commander';
import { defineDump } from './state/dump.ts';
import { defineExport } from './state/export.ts';
import { defineImport } from './state/import.ts';
import { defineIndex } from './state/indexed.ts';
import { defineLoad } from './state/load.ts';
import { definePlot } from './state/plot.ts';
import { defineGet, defineKeys, defineRange, defineType } from './state/read.ts';
import { defineStat } from './state/stat.ts';
import { defineWait, defineWatch } from './state/wait.ts';
import { defineAdd, defineClear, defineDelete, defineSet } from './state/write.ts';
import type { Terminal } from './terminal.ts';

const help = `
Values are JSON if they parse as JSON (1 is an integer, 1.0 a float), else text; text that looks like JSON goes in
quotes: '"1.0"'. What JSON lacks is written {"$tuple": [1, 2]}, {"$complex": [0.5, -1.0]}, {"$float": "nan"},
{"$bytes": "AP8="}, {"$ndarray": {"dtype": "<f4", "values": [1, 2]}}; --json prints it so. Long arrays are summarised
without --json.
Times are Unix seconds, ISO 8601 (UTC unless it says otherwise), now, or before now: -10s, -5m, -2h.
The store is --store, else $ALIDADE_STORE, else the nearest .alidade folder upwards from here, else ./.alidade.
Each verb has examples: alidade state VERB --help`;

/** `alidade state`: telescope state from the command line. */
export function defineState(state: Command, terminal: Terminal): void {
  state.addHelpText('after', help);
  const verbs = [
    defineSet,
    defineAdd,
    defineGet,
    defineRange,
    defineIndex,
    defineType,
    defineKeys,
    defineStat,
    definePlot,
    defineWait,
    defineWatch,
    defineDelete,
    defineClear,
    defineLoad,
    defineDump,
    defineExport,
    defineImport,
  ];
  for (const define of verbs) define(state, terminal);
}
