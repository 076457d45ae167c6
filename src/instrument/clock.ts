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
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
