import type { Socket } from 'node:net';
import { openPresence } from './presence.ts';

export interface Doorbell {
  /** Stops listening and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens for rings of those who share `folder` on a socket of this name in its runtime folder. Once this resolves, every
 * later {@link Ringer.ring} calls `onRing`; rings that come together may be one call.
 *
 * @throws the system's error when the socket cannot be made.
 */
export function openDoorbell(folder: string, name: string, onRing: () => void): Promise<Doorbell> {
  const onCaller = (caller: Socket) => {
    caller.unref();
    caller.on('data', onRing);
    // To come to the door is a ring too: a process that writes once and ends may be gone before its byte is out.
    onRing();
  };
  // Whoever rang while there was no bell was not heard.
  return openPresence(folder, name, onCaller, onRing);
}
