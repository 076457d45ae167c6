import fc from 'fast-check';

/** What holds for every input of a parser; run shortly by `npm test`, and for longer by `npm run fuzz`. */
export interface Property {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

const longestReport = 10_000;

/** Tries all properties in turn, each for its share of the time. What fails is printed with its seed. */
export async function runProperties(properties: readonly Property[], seconds: number): Promise<void> {
  const shareMs = (seconds * 1000) / properties.length;
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
}
