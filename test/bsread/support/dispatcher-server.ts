import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChannelSpec, Sender } from '../../../src/bsread/index.ts';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** A dispatching layer of a few channels, which counts: its streams send what was asked for, pulse after pulse. */
export class DispatcherServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly streams = new Map<string, Sender>();
  readonly sources = new Set<string>();
  /** Instead of its own answers. */
  answer: Answer | undefined;
  readonly #server: Server;
  readonly #channels: readonly ChannelSpec[];

  private constructor(channels: readonly ChannelSpec[]) {
    this.#channels = channels;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(channels: readonly ChannelSpec[]): Promise<DispatcherServer> {
    const server = new DispatcherServer(channels);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sf-test`;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      contentType: incoming.headers['content-type'],
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(request);
    if (this.answer !== undefined) await this.answer(request, response);
    else await this.#answer(request, response);
  }

  async #answer({ method, path, body }: SeenRequest, response: ServerResponse): Promise<void> {
    const json = (value: unknown) => response.end(JSON.stringify(value));
    switch (`${method} ${path.replace('/sf-test', '')}`) {
      case 'GET /channels/live':
        return void json([
          {
            backend: 'sf-test',
            channels: this.#channels.map((channel) => ({ ...channel, backend: 'sf-test' })),
          },
        ]);
      case 'GET /streams':
        return void json([...this.streams.keys()]);
      case 'POST /stream':
        return void (await this.#stream(JSON.parse(body), response));
      case 'DELETE /stream':
        await this.streams.get(body)?.close();
        response.statusCode = this.streams.delete(body) ? 200 : 404;
        return void response.end(`${body} is released`);
      case 'GET /sources':
        return void json({ sources: [...this.sources].map((stream) => ({ stream })) });
      case 'POST /sources':
      case 'DELETE /sources':
        for (const { stream } of (JSON.parse(body) as { sources: { stream: string }[] }).sources) {
          if (method === 'POST') this.sources.add(stream);
          else this.sources.delete(stream);
        }
        return void response.end();
      default:
        response.statusCode = 404;
        return void response.end(`no ${method} ${path}`);
    }
  }

  async #stream(
    { channels, streamType }: { channels: { name: string }[]; streamType: string },
    response: ServerResponse,
  ): Promise<void> {
    const known = new Set(this.#channels.map(({ name }) => name));
    const missing = channels.find(({ name }) => !known.has(name));
    if (missing !== undefined) {
      response.statusCode = 400;
      response.end(`Channel ${missing.name} is not available\u001b[2J${'!'.repeat(2000)}`);
      return;
    }
    const sender = await Sender.open({
      addresses: 'tcp://127.0.0.1:*',
      pattern: streamType === 'pub_sub' ? 'pub' : 'push',
    });
    const [address = ''] = sender.endpoints;
    this.streams.set(address, sender);
    response.end(JSON.stringify({ stream: address }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sender of this.streams.values()) await sender.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
