import { foreign } from '../test/support/require-server.ts';
import type { TestCounts } from './vitest.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
}

/**
 * Prints how each check went, which suites were left out and how to get them, and the plain closing line; sets the
 * exit status. (In CI a suite that lacks its server does not leave itself out: it fails.)
 */
export function closeRun(checks: readonly Check[], counts: TestCounts): void {
  const failed = counts.failed + checks.filter((check) => !check.ok).length;
  console.log();
  for (const check of [...checks, { name: 'tests', ok: counts.failed === 0 }]) {
    console.log(`${check.ok ? 'ok    ' : 'FAILED'}  ${check.name}`);
  }
  for (const [name, suites] of counts.leftOut) {
    const remedy = `apt-get install ${foreign[name].packages.join(' ')}`;
    console.log(`left out, for want of ${name}: ${suites.join(', ')}. To run them: ${remedy}`);
  }
  console.log(`\n${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
