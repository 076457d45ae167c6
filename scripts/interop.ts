/** `npm run interop [-- FILTER…]`: the suites under test/interop, against the real programs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provenTable } from '../test/interop/proven.ts';
import { needForeign } from './debian.ts';
import { pythonWithPeers } from './python.ts';
import { run } from './run.ts';
import { closeRun } from './summary.ts';
import { runVitest } from './vitest.ts';

async function prepare(): Promise<string> {
  try {
    await needForeign('redis-server');
    return await pythonWithPeers();
  } catch (error) {
    console.error(`npm run interop: ${(error as Error).message}`);
    process.exit(1);
  }
}

const python = await prepare();
console.log('\n== build');
const build = { name: 'build', ok: (await run('tsc', ['-p', 'tsconfig.json'])) === 0 };

console.log('\n== interop');
const folder = mkdtempSync(join(tmpdir(), 'alidade-interop-'));
try {
  const provenFile = join(folder, 'proven');
  writeFileSync(provenFile, '');
  const env = { ALIDADE_PYTHON: python, ALIDADE_PROVEN: provenFile };
  const counts = await runVitest(['--mode', 'interop', ...process.argv.slice(2)], env);
  console.log(`\nCases that passed against the real programs:\n\n${provenTable(provenFile)}`);
  closeRun([build], counts);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
