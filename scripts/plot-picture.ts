/**
 * `node scripts/plot-picture.ts [FILE]`: simulates five minutes of the example instrument, which is stopped for a while,
 * and draws them with `alidade state plot` (docs/plot.png).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../src/cli/main.ts';
import { processTerminal } from '../src/cli/terminal.ts';
import { readDefinition } from '../src/instrument/index.ts';
import { openTelescopeState } from '../src/telstate/index.ts';
import { root } from './run.ts';

const startSeconds = Date.parse('2026-03-01T20:58:20Z') / 1000;
const lengthSeconds = 300;
const stop = { fromSeconds: startSeconds + 190, toSeconds: startSeconds + 213 };
const drawn = [
  'wind_speed',
  'receiver_power',
  'm061_pos_actual_scan_azim',
  'm063_pos_actual_scan_azim',
  'observation_state',
];

const definition = readDefinition(join(root, 'examples/telescope'));

async function simulate(url: string): Promise<void> {
  await using state = await openTelescopeState(url);
  for (const { name, units, simulate } of definition.sensors) {
    if (units !== undefined) await state.set(`${name}_units`, units);
    if (simulate === undefined) continue;
    const times = Array.from(
      { length: lengthSeconds * simulate.rateHz },
      (_, i) => startSeconds + i / simulate.rateHz,
    );
    await state.addMany(
      name,
      times
        .filter((time) => time < stop.fromSeconds || time >= stop.toSeconds)
        .map((timeSeconds) => ({ value: simulate.valueAt(timeSeconds), timeSeconds })),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'alidade-plot-'));
try {
  const url = `sqlite:${folder}`;
  await simulate(url);
  const file = process.argv[2] ?? join(root, 'docs/plot.png');
  process.exitCode = await main(
    ['state', 'plot', ...drawn, '--store', url, '--png', file],
    processTerminal(),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
