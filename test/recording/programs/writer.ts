/**
 * Records told-stream.ts to FILE, in commits one after the other, until it is killed, its standard input ends or the
 * disk is full. Prints the messages that are on the disk each time there are more, and last the status.
 */
import { jsonText } from '../../../src/bsread/index.ts';
import { Recording } from '../../../src/recording/index.ts';
import { toldMessage } from '../support/told-stream.ts';

const [file = '', most = 'Infinity'] = process.argv.slice(2);
const recording = await Recording.create({ file, commitIntervalMs: 10, chunkRows: 40 });
let isAsked = true;
process.stdin.on('end', () => {
  isAsked = false;
});
process.stdin.resume();

let committed = 0;
for (let pulse = 1; isAsked && pulse <= Number(most); pulse++) {
  await recording.write(toldMessage(pulse));
  await new Promise((resolve) => setImmediate(resolve));
  const status = recording.status();
  if (status.state === 'error') break;
  if (status.committed === committed) continue;
  committed = status.committed;
  process.stdout.write(`${committed}\n`);
}
process.stdout.write(`${jsonText(await recording.stop())}\n`);
process.stdin.destroy();
