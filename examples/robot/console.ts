/** Tells the battery to heat or not, and shows what it measures until it does as it was told. */
import { join } from 'node:path';
import { shmApplication } from 'alidade/shm';
import type { Frames } from './frames.ts';

await shmApplication<Frames>({
  name: 'CONSOLE',
  description: 'Tells the battery to heat or not, and shows what it measures until it does so.',
  argumentsHelp: 'on|off',
  descriptions: [join(import.meta.dirname, 'frames.json')],
  async run({ dict, args, signal }) {
    const heat = args[0] === 'on';
    const command = await dict.declareToWrite('BATTERY__command');
    command.set({ command: heat ? 'HEAT 1' : 'HEAT 0' });
    await dict.flush();

    for await (const [measures] of await dict.listenTo(['BATTERY__measures'], { signal })) {
      if (measures === undefined) continue;
      const { voltage, temperature, heating } = measures.values;
      console.log(
        `${voltage.toFixed(2)} V, ${temperature.toFixed(1)} °C, ${heating ? 'heating' : 'not heating'}`,
      );
      if (heating === heat) break;
    }
  },
});
