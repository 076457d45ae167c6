/** A ring buffer between a source and its consumers, as tests of it need one. */
import { onTestFinished } from 'vitest';
import { RingBuffer, type RingBufferOptions } from '../../src/bsread/index.ts';
import { keptLog, TestConsumer, TestSource } from './pulses.ts';

/** All of it is closed when the test is over. */
export async function setUp(options: Partial<RingBufferOptions> = {}) {
  const source = await TestSource.open();
  const log = keptLog();
  const buffer = await RingBuffer.open({
    inputs: [source.address],
    address: 'tcp://127.0.0.1:*',
    log,
    ...options,
  });
  onTestFinished(async () => {
    await source[Symbol.asyncDispose]();
    await buffer.close({ drainMs: 0 });
  });
  const consumer = () => {
    const opened = new TestConsumer(buffer.address, options.fanOut);
    onTestFinished(() => opened[Symbol.asyncDispose]());
    return opened;
  };
  return { source, buffer, log, consumer };
}

/** For `expect.poll`. */
export const poll = { interval: 2 };
