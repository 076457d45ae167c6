/** Waits in memory, where nothing else keeps the process, until a signal with a timer of its own gives up. */
import { openTelescopeState } from '../../../src/telstate/index.ts';

await using state = await openTelescopeState('memory:');
await state
  .waitKey('nothing', { signal: AbortSignal.timeout(100) })
  .catch((error: { code?: string }) => console.log(error.code));
