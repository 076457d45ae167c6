import type { Command } from 'commander';
import { defineExport } from './record/export.ts';
import { defineShow } from './record/show.ts';
import { defineStart } from './record/start.ts';
import { defineList, defineStatus } from './record/status.ts';
import { defineStop } from './record/stop.ts';
import { defineVerify } from './record/verify.ts';
import type { Terminal } from './terminal.ts';

const help = `
A recording holds what a stream sent: for each channel its values, pulse ids, times, and where a value is missing; and a
ledger of what came, what was written and what was lost. Any reader of HDF5 can open it, also while it is written.
Each verb has examples: alidade record VERB --help`;

/** `alidade record`: streams into files from the command line. */
export function defineRecord(record: Command, terminal: Terminal): void {
  record.addHelpText('after', help);
  const verbs = [defineStart, defineStop, defineStatus, defineList, defineVerify, defineShow, defineExport];
  for (const define of verbs) define(record, terminal);
}
