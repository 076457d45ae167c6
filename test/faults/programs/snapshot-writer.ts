/** Begins to write a snapshot of some megabytes to the path that it is given, says so in the middle of it, and stops there. */
import { openStore } from '../../../src/store/index.ts';
import { writeSnapshot } from '../../../src/store/rdb/index.ts';

const [file = ''] = process.argv.slice(2);
const store = await openStore('memory:');
const space = await store.space('state');
for (let i = 0; i < 20; i++)
  await space.write({ do: 'set', key: `k${i}`, value: Buffer.alloc(1_000_000, i) });
let said = false;
await writeSnapshot(space, file, {
  onProgress: ({ keys }) => {
    if (keys < 10 || said) return;
    said = true;
    process.stdout.write('writing\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  },
});
