import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `--mode interop` runs the suites against foreign programs (npm run interop), every other mode all the rest. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'interop' ? ['test/interop/**/*.test.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: mode === 'interop' ? [] : ['test/interop/**'],
    pool: 'forks',
    // Suites start servers and processes of their own; more at once than this only makes them wait for each other.
    maxWorkers: Math.min(4, availableParallelism()),
    // On a machine kept busy by others; what hangs, hangs longer.
    testTimeout: 60_000,
    // Servers are started there.
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    // A second is little for what another process does on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
}));
