import { AlidadeError, messageOf } from '../shared/errors.ts';
import { printable } from '../shared/printable.ts';
import { waitingTime } from '../zmtp/index.ts';

export interface DispatcherOptions {
  /** Of its REST interface (SwissFEL's, `https://dispatcher-api.psi.ch/sf-databuffer`). */
  readonly url?: string | undefined;
  /** How long one request may take (10 000). */
  readonly timeoutMs?: number | undefined;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A channel to be in a stream: every `modulo`-th pulse, shifted by `offset`. */
export interface RequestedChannel {
  readonly name: string;
  readonly modulo?: number | undefined;
  readonly offset?: number | undefined;
}

export interface StreamRequestOptions extends RequestOptions {
  /** How it is to be received: `sub` gets all messages, `pull` shares them with other receivers (`sub`). */
  readonly pattern?: 'sub' | 'pull' | undefined;
  /** Whether all channels must be there and connected (true). */
  readonly verify?: boolean | undefined;
  /** What to do with channels of different rates (`adjust-individual`); without `verify` they are kept as they are. */
  readonly inconsistency?: 'adjust-individual' | 'keep-as-is' | undefined;
  /** Asks for values that are not compressed (false). */
  readonly uncompressed?: boolean | undefined;
}

/** A channel that comes in now. */
export interface LiveChannel {
  readonly name: string;
  readonly backend: string | undefined;
  readonly type: string | undefined;
  /** Fastest dimension first. */
  readonly shape: readonly number[] | undefined;
  readonly modulo: number | undefined;
  readonly offset: number | undefined;
  readonly source: string | undefined;
}

const swissFel = 'https://dispatcher-api.psi.ch/sf-databuffer';
/** A list of some hundred thousand channels. */
const maxAnswerBytes = 64 * 1024 * 1024;
const maxShownCharacters = 500;

/**
 * Asks the dispatching layer, which knows all channels of a facility, for streams of those that are wanted.
 *
 * @example
 * const dispatcher = new Dispatcher({ url: 'http://127.0.0.1:8080' });
 * const address = await dispatcher.requestStream(['SIN', { name: 'IMAGE', modulo: 10 }]);
 * await using source = await Source.open({ addresses: address, pattern: 'sub', channels: ['SIN', 'IMAGE'] });
 * for await (const message of source) console.log(message.pulseId);
 * await dispatcher.releaseStream(address);
 */
export class Dispatcher {
  readonly url: string;
  readonly #timeoutMs: number;

  /** @throws ALI_USAGE when the URL is none of http or https, or the time is not a whole number in its range */
  constructor({ url = swissFel, timeoutMs = 10_000 }: DispatcherOptions = {}) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
      throw new AlidadeError('ALI_USAGE', `${JSON.stringify(url)} is no URL of http:// or https://`);
    }
    this.url = url.replace(/\/+$/, '');
    this.#timeoutMs = waitingTime('timeoutMs', timeoutMs);
  }

  /**
   * Asks for a stream of these channels. It may hold more than they, and ends some time after nobody receives it.
   *
   * @returns where to connect to
   * @throws ALI_DISPATCHER with its answer when it refuses, cannot be reached or answers nonsense; ALI_TIMEOUT; ALI_ABORTED
   */
  async requestStream(
    channels: readonly (string | RequestedChannel)[],
    options: StreamRequestOptions = {},
  ): Promise<string> {
    const {
      pattern = 'sub',
      verify = true,
      inconsistency = 'adjust-individual',
      uncompressed = false,
    } = options;
    const answer = await this.#ask('POST', '/stream', options, {
      channels: channels.map((channel) =>
        typeof channel === 'string'
          ? { name: channel }
          : { name: channel.name, modulo: channel.modulo, offset: channel.offset },
      ),
      streamType: pattern === 'sub' ? 'pub_sub' : 'push_pull',
      verify,
      channelValidation: { inconsistency: verify ? inconsistency : 'keep-as-is' },
      compression: uncompressed ? 'none' : undefined,
    });
    const address = record(answer)?.stream;
    if (typeof address !== 'string') throw this.#nonsense('POST', '/stream');
    return address;
  }

  /** Tells that a stream is not wanted any more. @throws as {@link requestStream} does */
  async releaseStream(address: string, options: RequestOptions = {}): Promise<void> {
    await this.#ask('DELETE', '/stream', options, address);
  }

  /** The addresses of all streams that it serves now. @throws as {@link requestStream} does */
  async streams(options: RequestOptions = {}): Promise<string[]> {
    return this.#addresses('/streams', options);
  }

  /** The channels that come in now, of all backends. @throws as {@link requestStream} does */
  async channels(options: RequestOptions = {}): Promise<LiveChannel[]> {
    const backends = list(await this.#ask('GET', '/channels/live', options));
    if (backends === undefined) throw this.#nonsense('GET', '/channels/live');
    return backends.flatMap((backend) => {
      const channels = list(record(backend)?.channels);
      if (channels === undefined) throw this.#nonsense('GET', '/channels/live');
      return channels.map((channel) => {
        const live = liveChannel(channel, text(record(backend)?.backend));
        if (live === undefined) throw this.#nonsense('GET', '/channels/live');
        return live;
      });
    });
  }

  /** The addresses of the sources that it receives from. @throws as {@link requestStream} does */
  async sources(options: RequestOptions = {}): Promise<string[]> {
    return this.#addresses('/sources', options);
  }

  /** Lets it receive from these sources too. @throws as {@link requestStream} does */
  async addSources(addresses: readonly string[], options: RequestOptions = {}): Promise<void> {
    await this.#ask('POST', '/sources', options, { sources: addresses.map((stream) => ({ stream })) });
  }

  /** Lets it receive from these sources no more. @throws as {@link requestStream} does */
  async removeSources(addresses: readonly string[], options: RequestOptions = {}): Promise<void> {
    await this.#ask('DELETE', '/sources', options, { sources: addresses.map((stream) => ({ stream })) });
  }

  async #addresses(path: '/streams' | '/sources', options: RequestOptions): Promise<string[]> {
    const answer = await this.#ask('GET', path, options);
    const entries = list(answer) ?? list(record(answer)?.sources);
    const addresses = entries?.map((entry) => text(entry) ?? text(record(entry)?.stream));
    if (addresses === undefined || addresses.includes(undefined)) throw this.#nonsense('GET', path);
    return addresses as string[];
  }

  /** @param body sent as text when it is text, else as JSON. @returns the JSON of the answer, undefined without one */
  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { signal }: RequestOptions,
    body?: string | object,
  ): Promise<unknown> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const isText = typeof body === 'string';
    let answer: { readonly ok: boolean; readonly status: number; readonly text: string };
    try {
      const response = await fetch(this.url + path, {
        method,
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
        ...(body === undefined
          ? {}
          : {
              body: isText ? body : JSON.stringify(body),
              headers: { 'content-type': isText ? 'text/plain' : 'application/json' },
            }),
      });
      answer = { ok: response.ok, status: response.status, text: await boundedText(response) };
    } catch (cause) {
      throw this.#failure(cause, `${method} ${this.url}${path}`, deadline, signal);
    }
    if (!answer.ok) {
      throw refusal(`${method} ${this.url}${path} was refused (${answer.status}): ${shown(answer.text)}`);
    }
    if (answer.text.trim() === '') return undefined;
    try {
      return JSON.parse(answer.text);
    } catch {
      // Of DELETE nobody wants to know more than that it was done.
      return undefined;
    }
  }

  #failure(
    cause: unknown,
    what: string,
    deadline: AbortSignal,
    signal: AbortSignal | undefined,
  ): AlidadeError {
    if (signal?.aborted === true) {
      return new AlidadeError('ALI_ABORTED', `${what} was given up by its signal`, { cause });
    }
    if (deadline.aborted) {
      return new AlidadeError('ALI_TIMEOUT', `${what} was not answered within ${this.#timeoutMs} ms`, {
        cause,
      });
    }
    // fetch itself only says that it failed.
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    return new AlidadeError('ALI_DISPATCHER', `${what} failed: ${messageOf(reason)}`, { cause });
  }

  #nonsense(method: string, path: string): AlidadeError {
    return refusal(`${method} ${this.url}${path} was answered by something else than a dispatching layer`);
  }
}

function refusal(message: string): AlidadeError {
  return new AlidadeError('ALI_DISPATCHER', message);
}

async function boundedText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let whole = '';
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxAnswerBytes) throw new Error(`the answer has more than ${maxAnswerBytes} bytes`);
    whole += decoder.decode(chunk, { stream: true });
  }
  return whole + decoder.decode();
}

function shown(answer: string): string {
  const line = printable(answer.trim().slice(0, maxShownCharacters + 1));
  return line.length > maxShownCharacters
    ? `${line.slice(0, maxShownCharacters)}…`
    : line || 'without a word';
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

function liveChannel(value: unknown, backend: string | undefined): LiveChannel | undefined {
  const channel = record(value);
  const name = text(channel?.name);
  if (channel === undefined || name === undefined) return undefined;
  const { shape } = channel;
  return {
    name,
    backend: text(channel.backend) ?? backend,
    type: text(channel.type),
    shape: list(shape)?.every(Number.isSafeInteger) ? (shape as readonly number[]) : undefined,
    modulo: whole(channel.modulo),
    offset: whole(channel.offset),
    source: text(channel.source),
  };
}
