import type { Instrument } from '../../instrument/index.ts';

/** A store that takes longer than this to read from is shown as it was. */
const patienceMs = 200;

/** Calls back at every period, after the instrument was read again, until it is disposed. */
export function startRhythm(instrument: Instrument, periodMs: number, onBeat: () => void): Disposable {
  let isOver = false;
  const beat = async () => {
    let patience: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, patienceMs);
    });
    await Promise.race([instrument.refresh(), enough]);
    clearTimeout(patience);
    if (!isOver) onBeat();
  };
  const timer = setInterval(() => void beat(), periodMs);
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
