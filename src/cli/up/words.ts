import type { Losses } from '../../instrument/index.ts';

/** `12 345`: groups of three digits. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `1 sample`, `12 345 samples`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function lostSamples({ slow, late, failed }: Losses): number {
  return slow + late + failed;
}

/** `0 lost`, `14 lost (store too slow 14)`. */
export function lossText(losses: Losses): string {
  const { slow, late, failed } = losses;
  const reasons = [
    slow > 0 ? `store too slow ${grouped(slow)}` : '',
    late > 0 ? `too late ${grouped(late)}` : '',
    failed > 0 ? `failed ${grouped(failed)}` : '',
  ].filter((reason) => reason !== '');
  const lost = `${grouped(lostSamples(losses))} lost`;
  return reasons.length === 0 ? lost : `${lost} (${reasons.join(', ')})`;
}

/** How long ago, in at most six characters: `0.1 s`, `42 s`, `12 min`, `3 h`, `2 d`. */
export function ageText(seconds: number): string {
  const age = Math.max(0, seconds);
  if (age < 9.95) return `${age.toFixed(1)} s`;
  if (age < 120) return `${Math.round(age)} s`;
  if (age < 7200) return `${Math.floor(age / 60)} min`;
  return age < 172_800 ? `${Math.floor(age / 3600)} h` : `${Math.floor(age / 86_400)} d`;
}
