import { spawnSync } from 'node:child_process';
import type { Channel, ChannelType, ItemArray, PulseMessage } from '../../src/bsread/index.ts';
import { arrayOf } from '../../src/bsread/items.ts';
import { type Program, runCommand } from '../support/program.ts';
import { pythonProgram } from './python.ts';

/** A value as python/bsread_party.py describes it: bytes are little-endian, in C order, in base64. */
export type DescribedValue =
  | { readonly text: string }
  | { readonly dtype: string; readonly shape: readonly number[]; readonly data: string }
  | null;

export interface DescribedMessage {
  readonly pulseId: string;
  readonly timestampNs: string;
  readonly values: readonly (readonly [string, DescribedValue])[];
  /** Nanoseconds, channel by channel; null where there is none. */
  readonly times: readonly (string | null)[];
}

/** NumPy's names of the types. */
export const dtypes: Readonly<Record<Exclude<ChannelType, 'string'>, string>> = {
  int8: '|i1',
  uint8: '|u1',
  bool: '|b1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float32: '<f4',
  float64: '<f8',
};

/** What `npm run interop` could not install is not there to be tried. */
export function hasRealBsread(): boolean {
  return spawnSync(pythonProgram(), ['-c', 'import bsread']).status === 0;
}

/** What we received, described as Python describes it. */
export function describeMessage(message: PulseMessage): DescribedMessage {
  return {
    pulseId: String(message.pulseId),
    timestampNs: String(message.globalTimestampNs),
    values: message.channels.map((channel) => [channel.name, describeChannel(channel)]),
    times: message.channels.map(({ timestampNs }) =>
      timestampNs === undefined ? null : String(timestampNs),
    ),
  };
}

function describeChannel(channel: Channel): DescribedValue {
  const value = channel.value();
  const { type } = channel.definition;
  if (value === undefined || type === undefined) return null;
  if (typeof value === 'string') return { text: value };
  const array = typeof value === 'object' ? value : arrayOf(type as 'int8', [value]);
  return describeArray(type as 'int8', array as ItemArray, channel.shape);
}

export function describeArray(
  type: Exclude<ChannelType, 'string'>,
  { buffer, byteOffset, byteLength }: ItemArray,
  shape: readonly number[],
): DescribedValue {
  return { dtype: dtypes[type], shape, data: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

/** The real bsread in a process of its own. */
export class BsreadParty implements AsyncDisposable {
  readonly #program: Program;

  constructor() {
    const file = new URL('python/bsread_party.py', import.meta.url).pathname;
    this.#program = runCommand(pythonProgram(), ['-B', file]);
  }

  /** Sends all to our source, which listens, or who connects: then it listens itself. */
  send(
    port: number,
    mode: 'push' | 'pub',
    messages: readonly Omit<DescribedMessage, 'times'>[],
    headerCompression: string | null,
    compression: string | null,
    bind = false,
  ): Promise<void> {
    const address = 'tcp://127.0.0.1';
    return this.#ask({ do: 'send', address, port, mode, messages, headerCompression, compression, bind });
  }

  /** Sends all to where it sent before. */
  sendOn(messages: readonly Omit<DescribedMessage, 'times'>[]): Promise<void> {
    return this.#ask({ do: 'send_on', messages });
  }

  connect(port: number, mode: 'pull' | 'sub'): Promise<void> {
    return this.#ask({ do: 'connect', host: '127.0.0.1', port, mode });
  }

  receive(count: number): Promise<(DescribedMessage | null)[]> {
    return this.#ask({ do: 'receive', count });
  }

  async #ask<T>(request: object): Promise<T> {
    this.#program.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await this.#program.line()) as { answer: T } | { error: string };
    if ('error' in answer) throw new Error(answer.error);
    return answer.answer;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}
