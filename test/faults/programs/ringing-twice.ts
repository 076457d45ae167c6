/** Rings at every doorbell `state` of those who share FOLDER, and again at a line of input, busy all the time between. */
import { readSync } from 'node:fs';
import { Ringer } from '../../../src/ipc/index.ts';

const ringer = new Ringer(process.argv[2] ?? '', 'state');
ringer.ring();
readSync(0, new Uint8Array(1));
ringer.ring();
process.stdout.write('rung\n');
process.stdin.resume();
