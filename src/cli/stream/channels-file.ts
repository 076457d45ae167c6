import { readFileSync } from 'node:fs';
import type { RequestedChannel } from '../../bsread/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';

const maxBytes = 16 * 1024 * 1024;

/**
 * The channels of a file: JSON, a list of names or of `{"name", "modulo", "offset"}`, or an object with such a list as
 * `channels`; else text with a name on each line, `#` before what is none.
 *
 * @throws ALI_USAGE
 */
export function readChannels(path: string): readonly RequestedChannel[] {
  const text = textOf(path).trim();
  const entries = /^[[{]/.test(text) ? listOf(path, text) : linesOf(text);
  const channels = entries.map((entry, index) => {
    const channel = typeof entry === 'string' ? { name: entry } : (entry as Partial<RequestedChannel> | null);
    const isRight =
      typeof channel?.name === 'string' &&
      channel.name !== '' &&
      [channel.modulo, channel.offset].every((count) => count === undefined || Number.isSafeInteger(count));
    if (isRight) return channel as RequestedChannel;
    throw fault(path, `entry ${index + 1} is neither a name nor {"name", "modulo", "offset"}`);
  });
  if (channels.length === 0) throw fault(path, 'it names no channel');
  return channels;
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= maxBytes) return bytes.toString('utf8');
  } catch (error) {
    throw fault(path, messageOf(error));
  }
  throw fault(path, `it has more than ${maxBytes} bytes`);
}

function listOf(path: string, text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fault(path, messageOf(error));
  }
  const list = Array.isArray(value) ? value : (value as { channels?: unknown }).channels;
  if (Array.isArray(list)) return list;
  throw fault(path, 'it has no list of channels');
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function fault(path: string, what: string): AlidadeError {
  return new AlidadeError('ALI_USAGE', `cannot take channels from ${path}: ${what}`);
}
