import type { AddressInfo } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AlidadeError, type ErrorCode, isAlidadeError, messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface HttpServerOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** Where it listens (127.0.0.1). Any other than a loopback address opens it to the network, without users. */
  readonly address?: string | undefined;
  /** How the user chose the port, for the message when it is in use, such as `--rest-port`. */
  readonly portOption?: string | undefined;
  /** The largest body that is taken (1 MiB). */
  readonly maxBodyBytes?: number | undefined;
  /** How long a request may take to arrive, and an idle connection to stay (10 000). */
  readonly timeoutMs?: number | undefined;
  /** How long `close` waits for answers that are under way (2000). */
  readonly closeWithinMs?: number | undefined;
  /** Served as `GET /metrics`. */
  readonly metrics?: Metrics | undefined;
  /** Told of failures that are not the asker's. */
  readonly log?: Log | undefined;
  /** Adds the routes. What a handler throws becomes its answer; see {@link openHttpServer}. */
  readonly routes: (app: FastifyInstance) => void;
}

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Takes no request more, and ends within the deadline, also where a connection is held open. */
  close(): Promise<void>;
}

/** By the exit status of a command that ends with the same error. */
const httpStatus = { 1: 500, 2: 400, 3: 404, 4: 504, 5: 409 } as const;

/**
 * Opens a small HTTP server for the programs and people of this machine. It is no gateway: it knows no users.
 *
 * An error is answered as `{"error": {"code": "ALI_…", "message": "…"}}`, with the status 400 for bad input, 404 for what
 * is not there, 405 for a method that a path does not take, 409 for what is refused, 504 for what did not come in time, 500 else. Bodies are JSON and bounded. A
 * browser that shows a page of another site is turned away (403): such a page could ask servers of this machine.
 *
 * @throws ALI_ADDRESS when the port is in use, or the system does not let us listen there
 * @example
 * const server = await openHttpServer({
 *   port: 0,
 *   routes: (app) => app.get('/status', async () => ({ state: 'ready' })),
 * });
 * console.log(server.url); // http://127.0.0.1:41235
 * await server.close();
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { port, address = '127.0.0.1', timeoutMs = 10_000, closeWithinMs = 2000, metrics } = options;
  const { fastify } = await import('fastify');
  const answer = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const { status, code } = judged(error);
    if (status >= 500) options.log?.error(`${request.method} ${request.url} failed: ${messageOf(error)}`);
    const message = code === 'ALI_INTERNAL' ? 'the server failed; its log says how' : messageOf(error);
    return reply.status(status).send({ error: { code, message } });
  };
  const app = fastify({
    bodyLimit: options.maxBodyBytes ?? 1024 * 1024,
    requestTimeout: timeoutMs,
    keepAliveTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: false,
    frameworkErrors: (error, request, reply) => answer(error, request, reply),
  });
  app.addHook('onRequest', async (request) => {
    if (isForeignPage(request.headers, address)) {
      throw new AlidadeError('ALI_FORBIDDEN', 'a page of another site asks; only this machine may');
    }
  });
  app.setNotFoundHandler(async (request) => {
    throw new AlidadeError('ALI_NOT_FOUND', `there is no ${request.method} ${request.url}`);
  });
  app.setErrorHandler(answer);
  const methodsOf = new Map<string, string[]>();
  app.addHook('onRoute', ({ method, url }) => {
    methodsOf.set(url, (methodsOf.get(url) ?? []).concat(method));
  });
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
  }
  options.routes(app);
  // Routes may be registered as plugins, which are loaded in their order: this is the last.
  app.register(async (others) => refuseOtherMethods(others, methodsOf));
  try {
    await app.listen({ port, host: address });
  } catch (cause) {
    await app.close();
    throw notListening(options, cause);
  }
  const bound = (app.server.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeWithin(app, closeWithinMs);
    return closing;
  };
  const host = address.includes(':') ? `[${address}]` : address;
  return { url: `http://${host}:${bound}`, port: bound, close, [Symbol.asyncDispose]: close };
}

/** A path that is there, asked for in another way than it is for, is no path that is not there. */
function refuseOtherMethods(app: FastifyInstance, methodsOf: ReadonlyMap<string, readonly string[]>): void {
  for (const [url, methods] of [...methodsOf]) {
    const allow = methods.join(', ');
    const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
      const message = `${request.url} cannot be asked by ${request.method}; it takes ${allow}`;
      return reply
        .status(405)
        .header('allow', allow)
        .send({ error: { code: 'ALI_USAGE', message } });
    };
    const method = app.supportedMethods.filter((other) => !methods.includes(other));
    // Before a body is looked at.
    app.route({ method, url, exposeHeadRoute: false, onRequest: refuse, handler: refuse });
  }
}

async function closeWithin(app: FastifyInstance, withinMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), withinMs);
  await app.close();
  clearTimeout(timer);
}

function judged(error: FastifyError): { status: number; code: ErrorCode } {
  if (isAlidadeError(error, 'ALI_FORBIDDEN')) return { status: 403, code: 'ALI_FORBIDDEN' };
  if (isAlidadeError(error)) return { status: httpStatus[error.exitCode as 1], code: error.code };
  // What fastify itself refuses: a body that is too large, or no JSON.
  const { statusCode = 500 } = error;
  return statusCode < 500 ? { status: statusCode, code: 'ALI_USAGE' } : { status: 500, code: 'ALI_INTERNAL' };
}

const loopbackNames = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Browsers say whether a page of another site asks. A site whose name was made to mean this machine is "same" to them,
 * so on loopback the name that was asked for is looked at too.
 */
function isForeignPage(headers: Record<string, unknown>, address: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const isLoopback = address === '::1' || loopbackNames.test(address);
  return isLoopback && headers.host !== undefined && !loopbackNames.test(String(headers.host));
}

function notListening({ port, address = '127.0.0.1', portOption }: HttpServerOptions, cause: unknown) {
  const isInUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const choose = portOption === undefined ? 'choose another port' : `choose another port (${portOption})`;
  const why = isInUse
    ? `another program listens on that port; end that program or ${choose}`
    : messageOf(cause);
  return new AlidadeError('ALI_ADDRESS', `cannot serve HTTP on ${address}:${port}: ${why}`, { cause });
}
