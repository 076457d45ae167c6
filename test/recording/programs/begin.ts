/** Begins a recording of FILE that has 4 MiB from the start and is to go on for a day, and prints why it cannot. */
import { Recording } from '../../../src/recording/index.ts';
import { isAlidadeError } from '../../../src/shared/errors.ts';

const [file = ''] = process.argv.slice(2);
const stop = { timeNs: BigInt(Date.now() + 86_400_000) * 1_000_000n };
const general = { facility: 'x'.repeat(4 * 1024 * 1024) };
const recording = Recording.create({ file, stop, general });
await recording.catch((error: unknown) => console.log(isAlidadeError(error) ? error.code : error));
