/** Our twin of `write` and `listen` in peer.py, on any store. */
import { createInterface } from 'node:readline';
import { openSharedMemory } from '../../src/shm/index.ts';
import { clockName, descriptions } from './descriptions.ts';

const shm = await openSharedMemory(process.argv[2], { appName: 'PEER', descriptions });
const answer = (result: object) => process.stdout.write(`${JSON.stringify(result)}\n`);

const measurements: Readonly<Record<string, (count: number) => Promise<object>>> = {
  async write(count) {
    const dict = shm.dict();
    const clock = await dict.declareToWrite(clockName);
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.set({ n: i, sentNs: process.hrtime.bigint() });
      await dict.flush();
    }
    return {};
  },

  async listen(count) {
    const dict = shm.dict();
    await using listener = await dict.listenTo([clockName], { from: 'declared' });
    answer({ listening: true });
    const delaysMs: number[] = [];
    for await (const [frame] of listener) {
      delaysMs.push(
        Number(process.hrtime.bigint() - BigInt(frame?.exact.get('sentNs') as number | bigint)) / 1e6,
      );
      // Two that came together are given once, with the later value.
      if (frame?.values.n === count - 1) break;
    }
    return { delaysMs };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as { measure: string; args: [number] };
  answer((await measurements[measure]?.(...args)) ?? {});
}
await shm.close();
