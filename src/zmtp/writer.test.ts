import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Outbox, type Written } from './outbox.ts';
import { Encoder } from './wire/encoder.ts';
import { Writer } from './writer.ts';

/** A writer on one end of a connection, and the other end. */
async function connected(onWritten = (_written: Written) => {}) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(near, 'connect')]);
  server.close();
  const outbox = new Outbox(1000, 1e9);
  const writer = new Writer(near, outbox, onWritten);
  return { near, far, outbox, writer };
}

test('what is put in within a turn is one write', async () => {
  const written: Written[] = [];
  const { near, far, writer } = await connected((one) => written.push(one));
  const encoder = new Encoder();
  for (const text of ['a', 'b', 'c']) writer.send(encoder.encode(text));
  writer.sendCommand(Buffer.from([4, 2, 1, 0x58]));
  const [chunk] = (await once(far, 'data')) as [Buffer];
  // Commands overtake.
  expect(chunk.toString('hex')).toBe('04020158000161000162000163');
  expect(written).toEqual([{ messages: 3, bytes: 3, wireBytes: 9 }]);
  near.destroy();
  far.destroy();
});

test('messages whose write fails do not count as written', async () => {
  const written: Written[] = [];
  const { near, far, outbox, writer } = await connected((one) => written.push(one));
  near.on('error', () => {});
  far.resetAndDestroy();
  await new Promise((resolve) => near.once('close', resolve));
  writer.send(new Encoder().encode(new Uint8Array(100_000)));
  writer.send(new Encoder().encode('next'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual([]);
  expect([outbox.writingMessages, outbox.queuedMessages]).toEqual([1, 2]);
});

test('what each write makes room for is written without deep calls', async () => {
  const message = new Encoder().encode(new Uint8Array(70_000));
  const done = Promise.withResolvers<void>();
  let left = 5000;
  const { near, far, outbox, writer } = await connected(() => {
    if (left-- > 0) writer.send(message);
    else done.resolve();
  });
  far.resume();
  writer.send(message);
  await done.promise;
  expect(outbox.queuedMessages).toBe(0);
  near.destroy();
  far.destroy();
});
