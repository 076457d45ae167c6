import type { Readable, Writable } from 'node:stream';

export { printable } from '../shared/printable.ts';

/** Where a command reads and writes, what it is told by its surroundings, and when it is. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly setRawMode?: (raw: boolean) => unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  /** The file of the program that the user called, as in `process.argv[1]`. */
  readonly program?: string | undefined;
}

/**
 * The terminal of this process. Output that nobody reads any more (`| head`) ends it quietly, and output that cannot be
 * written ends it. Work goes on beside a log that nobody reads any more, or that a full disk does not take.
 */
export function processTerminal(): Terminal {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`alidade: the output cannot be written: ${error.message} (ALI_FILE_NOT_WRITTEN)\n`);
    process.exit(1);
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    nowSeconds: () => Date.now() / 1000,
    program: process.argv[1],
  };
}

/**
 * Writes one line, and waits while the reader is slow: a long table takes no more memory than a short one.
 */
export async function printLine(terminal: Terminal, line: string): Promise<void> {
  if (terminal.stdout.write(`${line}\n`)) return;
  await new Promise<void>((resolve) => {
    terminal.stdout.once('drain', resolve);
  });
}

/** A line cut to the width of the terminal, if there is one. */
export function clipped(terminal: Terminal, line: string): string {
  const { isTTY, columns } = terminal.stdout;
  // A terminal that does not know its width says 0.
  return isTTY === true && columns ? clip(line, columns) : line;
}

/** The first `width` characters, the last of which tells that there are more. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
