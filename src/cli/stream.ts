import type { Command } from 'commander';
import { defineBuffer } from './stream/buffer.ts';
import { defineChannels, defineRelease, defineRequest } from './stream/dispatcher.ts';
import { defineInspect } from './stream/inspect.ts';
import { defineReceive } from './stream/receive.ts';
import { defineRecord, defineReplay } from './stream/record.ts';
import { defineSimulate } from './stream/simulate.ts';
import { defineSnapshot } from './stream/snapshot.ts';
import { defineStats } from './stream/stats.ts';
import { defineWrite } from './stream/write.ts';
import type { Terminal } from './terminal.ts';

const help = `
Streams are those of bsread: one ZeroMQ message for each pulse, with the values of all channels.
An ADDRESS is tcp://HOST:PORT, HOST:PORT, or a PORT of this machine; ipc://PATH works too. Who connects to a sender that
pushes takes messages away from its other receivers; of a buffer with --fan-out pub, everybody gets all of them.
Each verb has examples: alidade stream VERB --help`;

/** `alidade stream`: pulse-synchronous streams from the command line. */
export function defineStream(stream: Command, terminal: Terminal): void {
  stream.addHelpText('after', help);
  const verbs = [
    defineSimulate,
    defineInspect,
    defineReceive,
    defineStats,
    defineSnapshot,
    defineBuffer,
    defineRecord,
    defineReplay,
    defineWrite,
    defineChannels,
    defineRequest,
    defineRelease,
  ];
  for (const define of verbs) define(stream, terminal);
}
