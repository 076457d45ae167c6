/** `npm run interop [-- FILTER…]`: the suites under test/interop, against the real programs. */
import { needRedisServer, pythonWithPeers } from './python.ts';
import { closeRun } from './summary.ts';
import { runVitest } from './vitest.ts';

async function prepare(): Promise<string> {
  try {
    await needRedisServer();
    return await pythonWithPeers();
  } catch (error) {
    console.error(`npm run interop: ${(error as Error).message}`);
    process.exit(1);
  }
}

const python = await prepare();
console.log('\n== interop');
closeRun([], await runVitest(['--mode', 'interop', ...process.argv.slice(2)], { ALIDADE_PYTHON: python }));
