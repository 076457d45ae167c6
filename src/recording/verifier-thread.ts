import { parentPort } from 'node:worker_threads';
import { decompress } from '../bsread/compression/index.ts';
import { messageOf } from '../shared/errors.ts';
import type { Verdict, VerifierAnswer, VerifierTask } from './verifier.ts';

/** The thread that decodes frames, and says of each in turn whether it can be. */
const port = parentPort;
if (port === null) throw new Error('this module runs as a worker thread');
let scratch = new Uint8Array(0);

port.on('message', ({ frame, form }: VerifierTask) => {
  let verdict: Verdict;
  try {
    const { sizeBytes = 0 } = form;
    if (scratch.length < sizeBytes) scratch = new Uint8Array(sizeBytes);
    decompress(frame, form, scratch);
  } catch (error) {
    verdict = messageOf(error);
  }
  const answer: VerifierAnswer = { verdict, memory: frame.buffer };
  port.postMessage(answer, [answer.memory]);
});
