/** Records 20 compressed images to FILE, stops, and prints the state; nothing else keeps the process. */
import { Recording } from '../../../src/recording/index.ts';
import { toldMessage } from '../support/told-stream.ts';

const [file = ''] = process.argv.slice(2);
const recording = await Recording.create({ file });
for (let pulse = 1; pulse <= 20; pulse++) await recording.write(toldMessage(pulse));
const { state } = await recording.stop();
process.stdout.write(`${state}\n`);
