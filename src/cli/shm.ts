import type { Command } from 'commander';
import { defineInit, defineTypes } from './shm/init.ts';
import { defineListen, defineLog } from './shm/listen.ts';
import { defineNames, defineRead } from './shm/read.ts';
import { defineReplay } from './shm/replay.ts';
import { defineFifo, defineWrite } from './shm/write.ts';
import type { Terminal } from './terminal.ts';

const help = `
Frames are small records that processes share, each with its newest value; a description file says which there are. On
Redis they are those of SimpleSHM.
The store is --store, or --redis-server and --redis-port with database 0 of that server, else $ALIDADE_STORE, else the
nearest .alidade folder upwards from here, else ./.alidade.
Each verb has examples: alidade shm VERB --help`;

/** `alidade shm`: frames from the command line. */
export function defineShm(shm: Command, terminal: Terminal): void {
  shm.addHelpText('after', help);
  const verbs = [
    defineInit,
    defineNames,
    defineRead,
    defineWrite,
    defineListen,
    defineFifo,
    defineLog,
    defineReplay,
    defineTypes,
  ];
  for (const define of verbs) define(shm, terminal);
}
