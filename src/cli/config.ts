import type { Command } from 'commander';
import { defineAdopt } from './config/adopt.ts';
import { defineCheckout } from './config/checkout.ts';
import { defineDiff } from './config/diff.ts';
import { defineExport, defineFetch } from './config/fetch.ts';
import { defineHistory } from './config/history.ts';
import { defineListen } from './config/listen.ts';
import { defineAdd, defineRemove } from './config/members.ts';
import { definePopulate } from './config/populate.ts';
import { defineDump, defineQuery } from './config/read.ts';
import { defineUpdate } from './config/update.ts';
import { defineValidate } from './config/validate.ts';
import type { Terminal } from './terminal.ts';

const help = `
A configuration (instrument1) has sections (sources, user, experiment), which are hashes of fields and values:
source:instrument1:motor2 has an address and a type. Each change is a commit: who, when, and what was there before.
The options of psi_example.py work as there: -p FILE, -q, -k NAME, -l A,B,C, -u HASH,KEY,VALUE, -f CONFIGURATION.
The store is --store, else $ALIDADE_STORE, else the nearest .alidade folder upwards from here, else ./.alidade.
Each verb has examples: alidade config VERB --help`;

/** `alidade config`: the configurations of instruments from the command line. */
export function defineConfig(config: Command, terminal: Terminal): void {
  config.addHelpText('after', help);
  const verbs = [
    definePopulate,
    defineDump,
    defineQuery,
    defineListen,
    defineUpdate,
    defineFetch,
    defineAdd,
    defineRemove,
    defineHistory,
    defineDiff,
    defineCheckout,
    defineValidate,
    defineExport,
    defineAdopt,
  ];
  for (const define of verbs) define(config, terminal);
}
