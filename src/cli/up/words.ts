import type { Losses } from '../../instrument/index.ts';

/** `12 345`: groups of three digits. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `1 sample`, `12 345 samples`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function lostSamples({ slow, late, failed, unreachable }: Losses): number {
  return slow + late + failed + unreachable;
}

/** `0 lost`, `14 lost (store too slow 14, the last at 12:03:05)`. */
export function lossText(losses: Losses, lastSeconds?: number): string {
  const reasons = lossReasons(losses, lastSeconds);
  const lost = `${grouped(lostSamples(losses))} lost`;
  return reasons === '' ? lost : `${lost} (${reasons})`;
}

/** `store too slow 14, the last at 12:03:05`; nothing where nothing was lost. */
export function lossReasons(losses: Losses, lastSeconds?: number): string {
  const { slow, late, failed, unreachable } = losses;
  if (lostSamples(losses) === 0) return '';
  return [
    unreachable > 0 ? `store not reachable ${grouped(unreachable)}` : '',
    slow > 0 ? `store too slow ${grouped(slow)}` : '',
    late > 0 ? `too late ${grouped(late)}` : '',
    failed > 0 ? `failed ${grouped(failed)}` : '',
    lastSeconds === undefined ? '' : `the last at ${clockText(lastSeconds)}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** The time of day on this machine: `12:03:05`. */
export function clockText(timeSeconds: number): string {
  const time = new Date(timeSeconds * 1000);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** How long ago, in at most six characters: `0.1 s`, `42 s`, `12 min`, `3 h`, `2 d`. */
export function ageText(seconds: number): string {
  const age = Math.max(0, seconds);
  if (age < 9.95) return `${age.toFixed(1)} s`;
  if (age < 120) return `${Math.round(age)} s`;
  if (age < 7200) return `${Math.floor(age / 60)} min`;
  return age < 172_800 ? `${Math.floor(age / 3600)} h` : `${Math.floor(age / 86_400)} d`;
}
