import { readFileSync } from 'node:fs';
import { StopSignals } from '../../shared/stop-signals.ts';
import type { Terminal } from '../terminal.ts';

/** The wish to end: a key, where somebody sits at a terminal, or Ctrl-C and its kin. */
export interface AnyKey extends Disposable {
  readonly signal: AbortSignal;
  /** Whether a key is waited for. */
  readonly byKey: boolean;
}

/** Waits for a key or a signal; disposing gives the terminal back as it was. */
export function onAnyKey({ stdin }: Terminal): AnyKey {
  const stop = new StopSignals();
  const key = new AbortController();
  const byKey = stdin.isTTY === true && inForeground();
  const pressed = () => key.abort();
  if (byKey) {
    // So that one key is enough, without Enter; Ctrl-C then is a key too.
    stdin.setRawMode?.(true);
    stdin.once('data', pressed);
  }
  return {
    signal: AbortSignal.any([stop.signal, key.signal]),
    byKey,
    [Symbol.dispose]() {
      stop[Symbol.dispose]();
      if (!byKey) return;
      stdin.off('data', pressed);
      stdin.setRawMode?.(false);
      stdin.pause();
    },
  };
}

/** A job in the background that touches its terminal would be stopped by the kernel (SIGTTIN, SIGTTOU). */
function inForeground(): boolean {
  try {
    // Behind the name of the program, which may hold anything: state, parent, group, session, terminal, its group.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    // -1: it has no terminal of its own that could be in other hands.
    return fields[5] === '-1' || fields[2] === fields[5];
  } catch {
    return true;
  }
}
