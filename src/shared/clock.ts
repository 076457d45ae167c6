/** Time as an instrument lives in it; tests bring their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** Calls back once, not before `delayMs` are over. Gives the function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** A timer of Node.js takes at most this; what is later is waited for in steps. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: Date.now,
  after(delayMs, callback) {
    const endMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const wait = () => {
      const leftMs = Math.max(0, endMs - performance.now());
      timer = leftMs > longestTimerMs ? setTimeout(wait, longestTimerMs) : setTimeout(callback, leftMs);
    };
    wait();
    return () => clearTimeout(timer);
  },
};
