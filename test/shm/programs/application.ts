/** An application of a test: counts the ticks, says each, and sets a frame at each. */
import { shmApplication } from '../../../src/shm/index.ts';

await shmApplication({
  name: 'COUNTER',
  description: 'Counts.',
  frequencyHz: 50,
  argumentsHelp: 'fail',
  initTimeoutMs: Number(process.env.INIT_TIMEOUT_MS ?? 10_000),
  async run({ appName, dict, ticks, args, debug }) {
    const count = await dict.declareToWrite('TEST__count');
    console.log(`${appName} counts`);
    let n = 0;
    for await (const { missed } of ticks) {
      count.set({ n: ++n });
      await dict.flush();
      debug(`missed ${missed}`);
      if (args[0] === 'fail' && n === 3) throw new Error('the counter is broken');
      if (n === 3) console.log('three');
    }
    // What is set last is in the log, and in the store.
    count.set({ n: -1 });
    await dict.flush();
    console.log('done');
  },
});
