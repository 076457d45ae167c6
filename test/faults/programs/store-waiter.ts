/** Prints `ready`, and then the payload of each notice on CHANNEL of the store URL; `deaf` takes its own doorbells away. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from '../../../src/ipc/index.ts';
import { openStore } from '../../../src/store/index.ts';

const [url = '', channel = '', deaf] = process.argv.slice(2);
const store = await openStore(url);
const subscription = await (await store.space('state')).subscribe({ channels: [channel] });
if (deaf !== undefined) {
  const folder = runtimeFolder(url.slice('sqlite:'.length));
  for (const name of readdirSync(folder)) {
    if (name.includes(`.${process.pid}.`)) rmSync(join(folder, name));
  }
}
process.stdout.write('ready\n');
for await (const event of subscription) {
  if (event.event === 'notice') process.stdout.write(`${Buffer.from(event.payload).toString()}\n`);
}
