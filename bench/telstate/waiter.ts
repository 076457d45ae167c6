/** Our twin of `wait` in peer.py, on any store. */
import { createInterface } from 'node:readline';
import { openTelescopeState } from '../../src/telstate/index.ts';

const state = await openTelescopeState(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { args } = JSON.parse(line) as { args: [string, number] };
  const [key, count] = args;
  const delaysMs: number[] = [];
  for (let i = 0; i < count; i++) {
    process.stdout.write(`${JSON.stringify({ waiting: i })}\n`);
    await state.waitKey(key, {
      condition: (value) => {
        const [number, sentNs] = value as [number, number | bigint];
        if (number !== i) return false;
        delaysMs.push(Number(process.hrtime.bigint() - BigInt(sentNs)) / 1e6);
        return true;
      },
    });
  }
  process.stdout.write(`${JSON.stringify({ delaysMs })}\n`);
}
await state.close();
