/** Messages of a source for tests, and who sends and takes them. */
import { createHash } from 'node:crypto';
import type { Log, LogLevel } from '../../src/shared/log.ts';
import { type Message, PullSocket, PushSocket, SubSocket } from '../../src/zmtp/index.ts';

export interface PulseOptions {
  /** Of float64 scalars; undefined is missing. */
  readonly values?: Readonly<Record<string, number | undefined>>;
  readonly timestampNs?: bigint;
  /** Makes the message this much larger. */
  readonly padBytes?: number;
  /** More keys of each channel. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The frames of one pulse. */
export function pulse(pulseId: number | bigint, options: PulseOptions = {}): Uint8Array[] {
  const { values = { A: Number(pulseId) }, padBytes = 0, metadata = {} } = options;
  const timestampNs = options.timestampNs ?? BigInt(pulseId) * 10_000_000n;
  const channels = [
    ...Object.keys(values).map((name) => ({ name, type: 'float64', shape: [1], ...metadata })),
    ...(padBytes > 0 ? [{ name: 'PAD', type: 'uint8', shape: [padBytes] }] : []),
  ];
  const header = Buffer.from(JSON.stringify({ htype: 'bsr_d-1.1', channels }));
  const [sec, ns] = [timestampNs / 1_000_000_000n, timestampNs % 1_000_000_000n];
  const hash = createHash('md5').update(header).digest('hex');
  const main = `{"htype": "bsr_m-1.1", "hash": "${hash}", "pulse_id": ${pulseId}, "global_timestamp": {"sec": ${sec}, "ns": ${ns}}}`;
  const timestamp = Buffer.alloc(16);
  timestamp.writeBigInt64LE(sec, 0);
  timestamp.writeBigInt64LE(ns, 8);
  const frames: Uint8Array[] = [Buffer.from(main), header];
  for (const value of Object.values(values)) {
    if (value === undefined) frames.push(Buffer.alloc(0), Buffer.alloc(0));
    else {
      const data = Buffer.alloc(8);
      data.writeDoubleLE(value);
      frames.push(data, timestamp);
    }
  }
  if (padBytes > 0) frames.push(Buffer.alloc(padBytes, 7), timestamp);
  return frames;
}

export function pulseIdOf(frames: Message): number {
  return Number(JSON.parse(Buffer.from(frames[0] as Uint8Array).toString()).pulse_id);
}

/** A source that keeps what it sends until somebody takes it. */
export class TestSource implements AsyncDisposable {
  readonly push = new PushSocket({ sendHighWaterMessages: 100_000, sendHighWaterBytes: 1e9, lingerMs: 0 });
  address = '';

  static async open(address = 'tcp://127.0.0.1:*'): Promise<TestSource> {
    const source = new TestSource();
    source.address = await source.push.bind(address);
    return source;
  }

  /** Sends pulses from `first` to `last`. */
  async send(first: number, last: number, options?: PulseOptions): Promise<void> {
    for (let id = first; id <= last; id++) await this.push.send(pulse(id, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.push.close({ lingerMs: 0 });
  }
}

/** Takes messages one by one. */
export class TestConsumer implements AsyncDisposable {
  readonly socket: PullSocket | SubSocket;
  readonly #messages: AsyncIterator<Message>;

  constructor(address: string, fanOut: 'push' | 'pub' = 'push') {
    this.socket = fanOut === 'push' ? new PullSocket() : new SubSocket();
    if (this.socket instanceof SubSocket) this.socket.subscribe('');
    this.socket.connect(address);
    this.#messages = this.socket[Symbol.asyncIterator]();
  }

  async next(): Promise<Message> {
    const { value } = await this.#messages.next();
    return value as Message;
  }

  async ids(count: number): Promise<number[]> {
    const ids: number[] = [];
    while (ids.length < count) ids.push(pulseIdOf(await this.next()));
    return ids;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.socket.close();
  }
}

export const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A log that keeps what it is told. */
export function keptLog(): Log & { readonly entries: string[] } {
  const entries: string[] = [];
  const at =
    (level: LogLevel) =>
    (text: string, fields: object = {}) => {
      const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`);
      entries.push(`${level}: ${text}${facts.join('')}`);
    };
  return {
    entries,
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    critical: at('critical'),
  };
}
