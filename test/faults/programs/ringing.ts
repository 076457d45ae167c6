/** Rings at every doorbell `state` of those who share FOLDER, all the time, until it is killed; prints `ringing` first. */
import { Ringer } from '../../../src/ipc/index.ts';

const ringer = new Ringer(process.argv[2] ?? '', 'state');
process.stdout.write('ringing\n');
for (;;) {
  for (let i = 0; i < 50; i++) ringer.ring();
  await new Promise((resolve) => setImmediate(resolve));
}
