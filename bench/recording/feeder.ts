/** `feeder.ts CASE COUNT [PER_SECOND]`: says where it listens, and sends messages as fast as they are taken, or paced. */
import { PushSocket } from '../../src/zmtp/index.ts';
import { type CaseName, cases, messageMaker } from './cases.ts';

const [name = '', count = '0', perSecond = '0'] = process.argv.slice(2);
const message = messageMaker(cases[name as CaseName]);
const push = new PushSocket({ sendHighWaterMessages: 50 });
process.stdout.write(`${await push.bind('tcp://127.0.0.1:*')}\n`);
const startMs = performance.now();
for (let pulse = 1; pulse <= Number(count); pulse++) {
  const dueMs = Number(perSecond) === 0 ? 0 : startMs + (1000 * pulse) / Number(perSecond);
  if (dueMs > performance.now())
    await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
  await push.send(message(pulse));
}
await push.close({ lingerMs: 60_000 });
