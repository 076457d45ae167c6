import type { Terminal } from '../terminal.ts';
import type { TerminalSize } from './terminal-chart.ts';

/** How large a drawing may be; without a terminal as wide as $COLUMNS, else 80. */
export function sizeOf({ stdout, environment }: Terminal): TerminalSize {
  const columns = stdout.columns ?? (Number(environment.COLUMNS) || 80);
  const isPlain = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return {
    columns: Math.max(40, columns),
    rows: stdout.rows ?? 24,
    hasColour: stdout.isTTY === true && !isPlain,
  };
}
