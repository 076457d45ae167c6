/** Reads the battery at a serial port, shares what it measures, and does what it is told. */
import { join } from 'node:path';
import { shmApplication } from 'alidade/shm';
import type { Frames } from './frames.ts';
import { readLine, SimulatedSerialPort } from './serial-port.ts';

await shmApplication<Frames>({
  name: 'BATTERY',
  description: 'Reads the battery, and shares what it measures.',
  frequencyHz: 10,
  descriptions: [join(import.meta.dirname, 'frames.json')],
  async run({ dict, ticks, signal, debug }) {
    const measures = await dict.declareToWrite('BATTERY__measures');
    // What was said before this program ran is not obeyed any more.
    await dict.declareToListen('BATTERY__command');
    let badLines = 0;
    using port = new SimulatedSerialPort((line) => {
      const measured = readLine(line);
      if (measured === undefined) badLines++;
      else measures.set({ ...measured, bad_lines: badLines });
    });

    const obeying = (async () => {
      const commands = await dict.listenTo(['BATTERY__command'], { from: 'declared', signal });
      for await (const [frame] of commands) {
        if (frame === undefined) continue;
        debug(`${frame.sender} says ${frame.values.command}`);
        port.write(frame.values.command);
      }
    })();

    // What was measured since the last tick goes out in one step; nothing where there was nothing.
    for await (const _ of ticks) await dict.flush();
    await obeying;
  },
});
