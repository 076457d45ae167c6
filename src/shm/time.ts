/**
 * The wall clock in Unix seconds. It goes on within a millisecond, so that two frames of one millisecond have each a
 * time of its own, and is never away from the system's by more than that.
 */
export function microseconds(): () => number {
  let wallMs = 0;
  let startMs = 0;
  return () => {
    const nowMs = Date.now();
    const atMs = performance.now();
    if (nowMs !== wallMs) {
      wallMs = nowMs;
      startMs = atMs;
    }
    const micros = Math.min(999, Math.floor((atMs - startMs) * 1000));
    return (wallMs * 1000 + micros) / 1e6;
  };
}
