/** `URL`: closes its bus at the end of its input, and prints how many timers are left then. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { openBus } from '../../../src/bus/index.ts';

const bus = await openBus(process.argv[2]);
console.log('ready');
await once(process.stdin.resume(), 'end');
await bus.close();
// A connection that is broken off says so in its next turn.
await setImmediate();
console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length);
