/** Opens the store URL as the user UID and writes one value; prints `done` or the code and message of the error. */
import { openStore } from '../../../src/store/index.ts';

const [url = '', uid = '', gid = ''] = process.argv.slice(2);
if (gid !== '') {
  process.setgroups?.([Number(gid)]);
  process.setgid?.(Number(gid));
}
if (uid !== '') process.setuid?.(Number(uid));
try {
  const store = await openStore(url);
  const space = await store.space('state');
  await space.write({ do: 'set', key: `by ${uid}`, value: Buffer.from('1') });
  await store.close();
  process.stdout.write('done\n');
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code} ${(error as Error).message}\n`);
}
