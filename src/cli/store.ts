import type { Command } from 'commander';
import { defineBackup } from './store/backup.ts';
import { defineCheck } from './store/check.ts';
import { defineCopy, defineRestore } from './store/copy.ts';
import type { Terminal } from './terminal.ts';

const help = `
A store holds telescope state, frames and configuration in spaces of their own: state, shm and config.
Stores are named sqlite:FOLDER, redis://HOST, or by the name of an .rdb file, which can only be read. The store is
--store, else $ALIDADE_STORE, else the nearest .alidade folder upwards from here, else ./.alidade.
Each verb has examples: alidade store VERB --help`;

/** `alidade store`: whole stores from the command line. */
export function defineStore(store: Command, terminal: Terminal): void {
  store.addHelpText('after', help);
  for (const define of [defineBackup, defineRestore, defineCopy, defineCheck]) define(store, terminal);
}
