/** Publishes COMMITS times COUNT notices on the channel KEY of the store URL. */
import { openStore } from '../../../src/store/index.ts';

const [url = '', key = '', commits = '1', count = '1'] = process.argv.slice(2);
const store = await openStore(url);
const space = await store.space('state');
for (let i = 0; i < Number(commits); i++) {
  const members = Array.from({ length: Number(count) }, (_, j) => Buffer.from(`${i} ${j}`));
  await space.write({ do: 'add', key, members, notice: { channel: key } }, { durability: 'fast' });
}
await store.close();
