import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForeignName } from '../test/support/require-server.ts';
import { run } from './run.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Suites that were left out, by what they need. */
  readonly leftOut: ReadonlyMap<ForeignName, readonly string[]>;
}

/** Runs vitest with its output on ours. A file that does not load and a run that breaks off count as a failure. */
export async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  try {
    const reportFile = join(folder, 'report.json');
    const skippedFile = join(folder, 'skipped');
    writeFileSync(skippedFile, '');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const status = await run('vitest', ['run', ...reporters, ...args], {
      ...env,
      ALIDADE_SKIPPED: skippedFile,
    });
    return { ...readCounts(reportFile, status), leftOut: readLeftOut(skippedFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The parts of vitest's JSON report that are counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function readCounts(file: string, status: number): Omit<TestCounts, 'leftOut'> {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const brokenFiles = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Lines of `name<tab>suite`, written by test/support/require-server.ts. */
function readLeftOut(file: string): Map<ForeignName, string[]> {
  const leftOut = new Map<ForeignName, string[]>();
  for (const line of new Set(readFileSync(file, 'utf8').split('\n'))) {
    const [name, suite] = line.split('\t') as [ForeignName, string?];
    if (suite === undefined) continue;
    leftOut.set(name, [...(leftOut.get(name) ?? []), suite].sort());
  }
  return leftOut;
}
