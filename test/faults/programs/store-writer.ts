/**
 * Adds numbers to the series KEY of the store URL with IN_FLIGHT adds under way, until it is killed or its standard
 * input ends. Prints each number once all adds up to it are acknowledged.
 */
import { openStore } from '../../../src/store/index.ts';

const [url = '', key = '', inFlight = '1'] = process.argv.slice(2);
const store = await openStore(url);
const space = await store.space('state');
const running = { is: true };
process.stdin.on('end', () => {
  running.is = false;
});
process.stdin.resume();

let next = 0;
async function lane(): Promise<void> {
  while (running.is) {
    const member = Buffer.alloc(8);
    const number = next++;
    member.writeBigUInt64BE(BigInt(number));
    await space.write({ do: 'add', key, members: [member], notice: { channel: key } });
    process.stdout.write(`${number}\n`);
  }
}
await Promise.all(Array.from({ length: Number(inFlight) }, lane));
process.stdin.destroy();
await store.close();
