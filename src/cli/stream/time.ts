/** Nanoseconds of Unix time as `2026-01-31T12:00:00.000000001Z`; `-` where there is none. */
export function shownNanoseconds(timeNs: bigint | undefined): string {
  if (timeNs === undefined) return '-';
  const nanoseconds = ((timeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const date = new Date(Number((timeNs - nanoseconds) / 1_000_000n));
  if (Number.isNaN(date.getTime())) return `${timeNs} ns`;
  return date.toISOString().replace(/\.\d+Z$/, `.${String(nanoseconds).padStart(9, '0')}Z`);
}
