/** Streams asked for at a dispatching layer. */
import { expect, test } from 'vitest';
import { Dispatcher, Source } from '../../src/bsread/index.ts';
import { DispatcherServer } from './support/dispatcher-server.ts';

const channels = [
  { name: 'A:X', type: 'int32', shape: [1] },
  { name: 'B-Y', type: 'uint16', shape: [1280, 1024], modulo: 10, offset: 1, source: 'tcp://ioc:9999' },
] as const;

async function start(options = {}) {
  const server = await DispatcherServer.start(channels);
  return { server, dispatcher: new Dispatcher({ url: `${server.url}/`, ...options }) };
}

test('T18: a stream is asked for where it was told to, received and released', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  const address = await dispatcher.requestStream(['A:X', { name: 'B-Y', modulo: 10, offset: 1 }], {
    pattern: 'pull',
  });
  expect(
    server.requests.map(({ method, contentType, body }) => [method, contentType, JSON.parse(body)]),
  ).toEqual([
    [
      'POST',
      'application/json',
      {
        channels: [{ name: 'A:X' }, { name: 'B-Y', modulo: 10, offset: 1 }],
        streamType: 'push_pull',
        verify: true,
        channelValidation: { inconsistency: 'adjust-individual' },
      },
    ],
  ]);
  expect(await dispatcher.streams()).toEqual([address]);
  await using source = await Source.open({ addresses: address });
  await server.streams.get(address)?.send({ 'A:X': 5 });
  expect((await source.receive())?.channel('A:X')?.value()).toBe(5);
  await dispatcher.releaseStream(address);
  expect(server.requests.at(-1)).toMatchObject({
    method: 'DELETE',
    contentType: 'text/plain',
    body: address,
  });
  expect(await dispatcher.streams()).toEqual([]);
});

test('channels that are not verified are taken as they are, and may be asked for without compression', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  await dispatcher.requestStream(['A:X'], { verify: false, uncompressed: true });
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
    channels: [{ name: 'A:X' }],
    streamType: 'pub_sub',
    verify: false,
    channelValidation: { inconsistency: 'keep-as-is' },
    compression: 'none',
  });
});

test('the channels that come in are listed', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  expect(await dispatcher.channels()).toEqual([
    { name: 'A:X', backend: 'sf-test', type: 'int32', shape: [1] },
    {
      name: 'B-Y',
      backend: 'sf-test',
      type: 'uint16',
      shape: [1280, 1024],
      modulo: 10,
      offset: 1,
      source: 'tcp://ioc:9999',
    },
  ]);
});

test('sources are added, listed and removed', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  await dispatcher.addSources(['tcp://a:1', 'tcp://b:2']);
  expect(await dispatcher.sources()).toEqual(['tcp://a:1', 'tcp://b:2']);
  await dispatcher.removeSources(['tcp://a:1']);
  expect(await dispatcher.sources()).toEqual(['tcp://b:2']);
});

test('what it refuses is told in its words, as many as fit, and safe for a terminal', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  const refused = dispatcher.requestStream(['NOT-THERE']);
  await expect(refused).rejects.toMatchObject({ code: 'ALI_DISPATCHER' });
  const message = await refused.catch(({ message }) => message as string);
  expect(message).toContain(
    '/sf-test/stream was refused (400): Channel NOT-THERE is not available\\x1b[2J!!!',
  );
  expect(String(message).length).toBeLessThan(650);
});

test('what does not answer is given up in time, or by a signal', async () => {
  const { server, dispatcher } = await start({ timeoutMs: 20 });
  await using _ = server;
  server.answer = () => {};
  await expect(dispatcher.channels()).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
  const patient = new Dispatcher({ url: server.url });
  const signal = AbortSignal.timeout(1);
  await expect(patient.channels({ signal })).rejects.toMatchObject({ code: 'ALI_ABORTED' });
});

test.each([
  ['a page', '<html>welcome</html>'],
  ['nothing', ''],
  ['a list of numbers', '[1, 2]'],
  ['null', 'null'],
  ['channels without names', '[{"channels": [{}]}]'],
])('%s is no answer of a dispatching layer', async (_what, body) => {
  const { server, dispatcher } = await start();
  await using _ = server;
  server.answer = (_request, response) => void response.end(body);
  const asked = [
    () => dispatcher.channels(),
    () => dispatcher.streams(),
    () => dispatcher.requestStream(['A:X']),
  ];
  for (const ask of asked) {
    await expect(ask()).rejects.toMatchObject({
      code: 'ALI_DISPATCHER',
      message: expect.stringContaining('something else than a dispatching layer'),
    });
  }
});

test('an answer without end is not taken', async () => {
  const { server, dispatcher } = await start();
  await using _ = server;
  const spaces = Buffer.alloc(1024 * 1024, ' ');
  server.answer = (_request, response) => {
    const write = () => {
      while (response.writable && response.write(spaces));
      response.once('drain', write);
    };
    write();
  };
  await expect(dispatcher.streams()).rejects.toMatchObject({
    code: 'ALI_DISPATCHER',
    message: expect.stringContaining('more than 67108864 bytes'),
  });
});

test('where nobody listens, the message says so', async () => {
  const { server, dispatcher } = await start();
  await server[Symbol.asyncDispose]();
  await expect(dispatcher.streams()).rejects.toMatchObject({
    code: 'ALI_DISPATCHER',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test.each([-1, 2 ** 31])('nobody can wait %s ms for an answer', (timeoutMs) => {
  expect(() => new Dispatcher({ timeoutMs })).toThrow(expect.objectContaining({ code: 'ALI_USAGE' }));
});

test.each(['dispatcher', 'ftp://host', 'file:///etc'])('%s is no URL of a dispatching layer', (url) => {
  expect(() => new Dispatcher({ url })).toThrowError(expect.objectContaining({ code: 'ALI_USAGE' }));
});
