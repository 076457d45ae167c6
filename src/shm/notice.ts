import { type Key, keyBytes, type Operation } from '../store/index.ts';

/** What is published with every write of a frame, on the channel of its name. */
export const available = Buffer.from('available');

/**
 * The write of one frame, with its notice. Several of them in one batch are a grouped flush.
 *
 * @param text the frame as it is on the wire
 * @example
 * await space.batch([], [frameWrite('BATTERY__command', '{"ts": 1.5, "sender": "APP", "command": "go"}')], { durability: 'fast' });
 */
export function frameWrite(name: Key, text: string, expireMs?: number): Operation {
  const key = keyBytes(name);
  return { do: 'set', key, value: Buffer.from(text), expireMs, notice: { channel: key, payload: available } };
}

/** Whether a notice says that a frame was written; programs may send others on the same channel. */
export function saysAvailable(payload: Uint8Array): boolean {
  return available.equals(payload);
}
