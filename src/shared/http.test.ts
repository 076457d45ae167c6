import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { AlidadeError } from './errors.ts';
import { type HttpServerOptions, openHttpServer } from './http.ts';
import { openMetrics } from './metrics.ts';

const serve = (routes: HttpServerOptions['routes'], options: Partial<HttpServerOptions> = {}) =>
  openHttpServer({ port: 0, routes, ...options });

async function ask(url: string, method: string, headers: Record<string, string>) {
  const response = await fetch(url, { method, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A connection of its own; `answer` is what came until its end. */
async function raw(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.write(text);
  return { socket, closed, received: () => received };
}

test('it answers on loopback in JSON, and /metrics', async () => {
  const metrics = await openMetrics();
  await using server = await serve((app) => app.get('/status', async () => ({ state: 'ready' })), {
    metrics,
  });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  const status = await fetch(`${server.url}/status`);
  expect([status.status, await status.json()]).toEqual([200, { state: 'ready' }]);
  const text = await fetch(`${server.url}/metrics`);
  expect(text.headers.get('content-type')).toContain('text/plain');
  expect(await text.text()).toContain('process_cpu_seconds_total');
});

test('errors are JSON with our codes; what is inside a failure is for the log only', async () => {
  const failures: Record<string, Error> = {
    usage: new AlidadeError('ALI_USAGE', 'no'),
    missing: new AlidadeError('ALI_NOT_FOUND', 'no'),
    late: new AlidadeError('ALI_TIMEOUT', 'no'),
    refused: new AlidadeError('ALI_IMMUTABLE', 'no'),
    broken: new Error('a secret'),
  };
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const log = { debug: note, info: note, warning: note, error: note, critical: note };
  await using server = await serve(
    (app) => {
      app.get<{ Params: { which: string } }>('/fail/:which', async ({ params }) => {
        throw failures[params.which];
      });
      app.post('/body', async ({ body }) => body);
    },
    { log, maxBodyBytes: 100 },
  );
  const answer = async (path: string, init?: RequestInit) => {
    const response = await fetch(server.url + path, init);
    return [response.status, ((await response.json()) as { error: { code: string; message: string } }).error];
  };
  expect(await answer('/fail/usage')).toEqual([400, { code: 'ALI_USAGE', message: 'no' }]);
  expect(await answer('/fail/missing')).toEqual([404, { code: 'ALI_NOT_FOUND', message: 'no' }]);
  expect(await answer('/fail/late')).toEqual([504, { code: 'ALI_TIMEOUT', message: 'no' }]);
  expect(await answer('/fail/refused')).toEqual([409, { code: 'ALI_IMMUTABLE', message: 'no' }]);
  const [status, error] = await answer('/fail/broken');
  expect([status, error]).toEqual([
    500,
    { code: 'ALI_INTERNAL', message: 'the server failed; its log says how' },
  ]);
  expect(logged.at(-1)).toBe('GET /fail/broken failed: a secret');
  expect(await answer('/fail/%zz')).toEqual([
    400,
    { code: 'ALI_USAGE', message: "'/fail/%zz' is not a valid url component" },
  ]);
  expect(await answer('/nothing')).toEqual([
    404,
    { code: 'ALI_NOT_FOUND', message: 'there is no GET /nothing' },
  ]);
  const post = (body: string) =>
    answer('/body', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect((await post('{'))[0]).toBe(400);
  expect((await post(JSON.stringify('x'.repeat(101))))[0]).toBe(413);
});

test('a path that is there says by which methods it can be asked', async () => {
  await using server = await serve(
    (app) => {
      app.register(async (rest) => {
        rest.put('/start/:id', async () => 'started');
        rest.get('/status', async () => 'ready');
      });
      app.post('/status', async () => 'set');
    },
    { metrics: await openMetrics() },
  );
  const asked = async (method: string, path: string, headers = {}) => {
    const { status, headers: told, text } = await ask(server.url + path, method, headers);
    return [status, told.get('allow'), text];
  };
  expect(await asked('GET', '/start/5')).toEqual([
    405,
    'PUT',
    '{"error":{"code":"ALI_USAGE","message":"/start/5 cannot be asked by GET; it takes PUT"}}',
  ]);
  expect((await asked('HEAD', '/start/5')).slice(0, 2)).toEqual([405, 'PUT']);
  expect((await asked('DELETE', '/status')).slice(0, 2)).toEqual([405, 'POST, GET, HEAD']);
  expect((await asked('PUT', '/status', { 'content-type': 'text/odd' })).slice(0, 2)).toEqual([
    405,
    'POST, GET, HEAD',
  ]);
  expect((await asked('POST', '/metrics')).slice(0, 2)).toEqual([405, 'GET, HEAD']);
  expect(await asked('POST', '/status')).toEqual([200, null, 'set']);
  expect((await asked('HEAD', '/status')).slice(0, 2)).toEqual([200, null]);
  expect((await asked('GET', '/nothing')).slice(0, 2)).toEqual([404, null]);
  expect((await asked('PUT', '/status', { 'sec-fetch-site': 'cross-site' }))[0]).toBe(403);
});

test('a page of another site is turned away, also one whose name means this machine', async () => {
  await using server = await serve((app) => app.get('/stop', async () => 'stopped'));
  const status = async (headers: string) => {
    const { closed, received } = await raw(
      server.port,
      `GET /stop HTTP/1.1\r\n${headers}connection: close\r\n\r\n`,
    );
    await closed;
    return received().split(' ')[1];
  };
  expect(await status('host: localhost:1\r\n')).toBe('200');
  expect(await status('host: 127.0.0.1\r\nsec-fetch-site: none\r\n')).toBe('200');
  expect(await status('host: 127.0.0.1\r\nsec-fetch-site: cross-site\r\n')).toBe('403');
  expect(await status('host: evil.example\r\n')).toBe('403');
});

test('a port in use is a clear error', async () => {
  await using server = await serve(() => {});
  await expect(serve(() => {}, { port: server.port, portOption: '--status-port' })).rejects.toThrow(
    expect.objectContaining({
      code: 'ALI_ADDRESS',
      exitCode: 1,
      message: `cannot serve HTTP on 127.0.0.1:${server.port}: another program listens on that port; end that program or choose another port (--status-port)`,
    }),
  );
});

test('it closes though connections are held open, silent or with an answer that never comes', async () => {
  const started = Promise.withResolvers<void>();
  const server = await serve(
    (app) => {
      app.get('/quick', async () => 'done');
      app.get('/never', () => {
        started.resolve();
        return new Promise(() => {});
      });
    },
    { closeWithinMs: 50 },
  );
  const silent = await raw(server.port, '');
  const kept = await raw(server.port, 'GET /quick HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(kept.socket, 'data');
  const waiting = await raw(server.port, 'GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await started.promise;
  await Promise.all([server.close(), silent.closed, kept.closed, waiting.closed]);
  await expect(fetch(`${server.url}/quick`)).rejects.toThrow();
});
