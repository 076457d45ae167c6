/** `run.ts SECONDS`: all properties in turn, each for its share of the time. */
import fc from 'fast-check';
import { properties } from './properties.ts';

const longestReport = 10_000;
const shareMs = (Number(process.argv[2]) * 1000) / properties.length;
for (const { name, property } of properties) {
  const details = await fc.check(property, {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: shareMs,
    maxSkipsPerRun: 0,
  });
  if (details.failed && !details.interrupted) {
    console.error(`FAILED  ${name}\n${fc.defaultReportMessage(details)?.slice(0, longestReport)}`);
    process.exitCode = 1;
  } else {
    console.log(`ok  ${String(details.numRuns).padStart(9)} inputs, seed ${details.seed}: ${name}`);
  }
}
