/** `URL`: listens to all alerts. Each line of input is answered with how many came and how many were dropped for it. */
import { createInterface } from 'node:readline';
import { openBus } from '../../../src/bus/index.ts';

const bus = await openBus(process.argv[2]);
let heard = 0;
await bus.consume({
  queue: `monitor_${process.pid}`,
  bindings: [{ exchange: 'alerts', key: '#' }],
  onMessage: () => {
    heard++;
  },
});
console.log('ready');
const input = createInterface({ input: process.stdin });
input.on('line', () => console.log(heard, bus.status.dropped['slow-listener']));
input.on('close', () => bus.close());
