import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CutRun, cutOf, recordRun } from './cut-run.ts';
import { Judge } from './judge.ts';

export interface Failure {
  /**
   * Of the cut. The same number makes the same cut again, but for the places of deflated chunks, which stand in the file
   * in the order in which they were ready.
   */
  readonly number: number;
  readonly how: string;
  readonly problem: string;
  /** The file as the cut left it, where images are kept; what it was to hold lies beside it, as JSON. */
  readonly kept?: string;
}

export interface CampaignOptions {
  readonly cuts: number;
  /** The number of the first cut; 0 by default. */
  readonly first?: number;
  readonly cutsPerRun?: number;
  /** Python processes that look at the files. */
  readonly judges?: number;
  /** Every so many cuts h5dump looks too. */
  readonly dumpEvery?: number;
  /** Where images of failing cuts go. */
  readonly keepIn?: string;
  /** Power cuts on a disk that loses what it had said is safe: what no file survives, and the judges must see. */
  readonly isForgetful?: boolean;
  readonly onCut?: (failures: number) => void;
}

/**
 * Cuts the writing of many files, and has the real readers open what is left. Cut `number` belongs to run
 * `number / cutsPerRun`, whose seed that is.
 */
export async function runCampaign(options: CampaignOptions): Promise<Failure[]> {
  const { cuts, first = 0, cutsPerRun = 250, judges = 1 } = options;
  const failures: Failure[] = [];
  const end = first + cuts;
  let next = Math.floor(first / cutsPerRun);
  const memory = '/dev/shm';
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'alidade-cuts-'));
  const lane = async (own: string) => {
    mkdirSync(own);
    await using judge = new Judge();
    for (let seed = next++; seed * cutsPerRun < end; seed = next++) {
      const numbers = {
        from: Math.max(first, seed * cutsPerRun),
        to: Math.min(end, (seed + 1) * cutsPerRun),
      };
      const recorded = await recordRun(seed);
      const run = options.isForgetful ? forgetful(recorded) : recorded;
      const name = await judge.learn(run.model, own);
      for (let number = numbers.from; number < numbers.to; number++) {
        const failure = await judgeCut({
          run,
          seed,
          number,
          cutsPerRun,
          name,
          judge,
          folder: own,
          ...options,
        });
        if (failure !== undefined) failures.push(failure);
        options.onCut?.(failures.length);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: judges }, (_, i) => lane(join(folder, String(i)))));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return failures.sort((a, b) => a.number - b.number);
}

function forgetful(run: CutRun): CutRun {
  const operations = run.operations.map((operation) =>
    operation.do === 'sync' ? { ...operation, safe: 0 } : operation,
  );
  return { ...run, operations };
}

async function judgeCut(work: {
  run: CutRun;
  seed: number;
  number: number;
  cutsPerRun: number;
  name: string;
  judge: Judge;
  folder: string;
  dumpEvery?: number;
  keepIn?: string;
}): Promise<Failure | undefined> {
  const { run, seed, number, cutsPerRun, judge, dumpEvery = 0, keepIn } = work;
  const { how, image, state, isClosed } = cutOf(run, number % cutsPerRun, cutsPerRun, seed);
  const path = join(work.folder, 'cut.h5');
  writeFileSync(path, image.bytes);
  const isDumped = dumpEvery > 0 && number % dumpEvery === 0;
  const problem =
    (await judge.check(work.name, path, state, isClosed)) ?? (isDumped ? await dump(path) : undefined);
  if (problem === undefined) return undefined;
  if (keepIn === undefined) return { number, how, problem };
  const kept = join(keepIn, `cut-${number}.h5`);
  mkdirSync(keepIn, { recursive: true });
  copyFileSync(path, kept);
  copyFileSync(join(work.folder, 'model.json'), join(keepIn, `cut-${number}-written.json`));
  writeFileSync(join(keepIn, `cut-${number}-committed.json`), JSON.stringify({ how, problem, state }));
  return { number, how, problem, kept };
}

/** What h5dump says against a file. */
async function dump(path: string): Promise<string | undefined> {
  const child = spawn('h5dump', [path], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return code === 0 && errors === '' ? undefined : `h5dump: ${errors.slice(0, 500)}`;
}
