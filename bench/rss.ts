import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { median } from './table.ts';

/** What the second half may add to the first: the allocator and the collector breathe. */
const allowedGrowth = 0.1;

/**
 * Prints the medians of the three parts of a run, and whether the last is above the middle one: then the exit status is 1.
 *
 * @param marksMb resident memory, at equal distances in time
 */
export function judgeFlat(marksMb: readonly number[], whose = ''): void {
  const third = Math.floor(marksMb.length / 3);
  if (third < 1) throw new Error('this was too short to tell');
  const start = median(marksMb.slice(0, third));
  const middle = median(marksMb.slice(third, -third));
  const end = median(marksMb.slice(-third));
  const growth = end / middle - 1;
  console.log(
    `\nRSS${whose} at start ${start.toFixed(1)} MB, middle ${middle.toFixed(1)} MB, end ${end.toFixed(1)} MB`,
  );
  const isFlat = growth <= allowedGrowth;
  console.log(`${isFlat ? 'flat' : 'NOT FLAT'}: ${(growth * 100).toFixed(1)} % from middle to end`);
  if (!isFlat) process.exitCode = 1;
}

/** The resident memory of a process, in MB of 2^20 bytes. */
export function rssMbOf(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib) / 1024;
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  }
}
