import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { keyText, type Space } from '../../store/index.ts';
import type { FailedKey, WriteReport } from '../../store/rdb/index.ts';
import { repr } from '../../telstate/index.ts';
import { examples } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { type StateOptions, withState, withStateOptions } from './open.ts';

interface DumpOptions extends StateOptions {
  readonly keys?: readonly string[];
}

export function defineDump(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('dump')
      .description(
        'write keys into a snapshot that Redis and katsdptelstate load, whatever the view; the file is there whole or not at all',
      )
      .argument('<file>', 'the RDB file to make or replace, or - for standard output')
      .option('--keys <globs...>', 'only keys that match one of these (default: all)'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade state dump night.rdb',
        "alidade state dump some.rdb --keys 'imm*' 'mut*'",
        'alidade state dump - | alidade state load - --store sqlite:copy',
      ),
    )
    .action((file: string, options: DumpOptions) => {
      if (file === '-' && terminal.stdout.isTTY === true) {
        throw new AlidadeError('ALI_USAGE', 'a snapshot is not text: name a file, or pipe it somewhere');
      }
      return withState(options, terminal, 'read', async ({ state, location }) => {
        const { keys, unmatched } = await matching(state.space, options.keys);
        const report = await write(state.space, file, keys, terminal);
        if (report.keysWritten === 0) {
          throw new AlidadeError(
            'ALI_NOT_FOUND',
            `no snapshot was written: no ${wanted(options.keys)} found`,
          );
        }
        await say(summary(report, unmatched, file, location, options.json === true), file, options, terminal);
      });
    });
}

/** The keys that match any of the globs, undefined for all, and the globs that match none. */
async function matching(
  space: Space,
  globs: readonly string[] | undefined,
): Promise<{ readonly keys: readonly Uint8Array[] | undefined; readonly unmatched: readonly string[] }> {
  if (globs === undefined) return { keys: undefined, unmatched: [] };
  const found: Uint8Array[] = [];
  const unmatched: string[] = [];
  for (const glob of globs) {
    const keys = await space.keys(glob);
    for (const key of keys) found.push(key);
    if (keys.length === 0) unmatched.push(glob);
  }
  return { keys: found, unmatched };
}

async function write(
  space: Space,
  file: string,
  keys: readonly Uint8Array[] | undefined,
  terminal: Terminal,
): Promise<WriteReport> {
  const { writeSnapshot } = await import('../../store/rdb/index.ts');
  // Where nothing would be left behind, a signal ends the command as it does by default.
  using stop = file === '-' ? undefined : new StopSignals();
  using progress = await openProgress(terminal);
  return await writeSnapshot(space, file === '-' ? terminal.stdout : file, {
    keys,
    filename: file === '-' ? 'standard output' : file,
    signal: stop?.signal,
    onProgress: ({ portion, bytes }) => progress.portion('writing', portion, bytes),
  });
}

function wanted(globs: readonly string[] | undefined): string {
  return globs === undefined
    ? 'key was'
    : `key that matches ${globs.map((glob) => repr(glob)).join(' or ')} was`;
}

const namedAtMost = 5;
const reasons: Record<FailedKey['reason'], string> = {
  missing: 'deleted meanwhile',
  foreign: 'of a type that only Redis has',
  twice: 'there twice',
};

function summary(
  { keysWritten, keysFailed, failed, sizeBytes }: WriteReport,
  unmatched: readonly string[],
  file: string,
  location: string,
  json: boolean,
): string {
  const leftOut = keysFailed + unmatched.length;
  if (json) return JSON.stringify({ keys: keysWritten, failed: leftOut, bytes: sizeBytes });
  const named = [
    ...unmatched.map((glob) => `${repr(glob)} (not found)`),
    ...failed.map(({ key, reason }) => `${repr(keyText(key))} (${reasons[reason]})`),
  ].slice(0, namedAtMost);
  const more = leftOut > named.length ? ', …' : '';
  const keys = `${keysWritten} ${keysWritten === 1 ? 'key' : 'keys'}`;
  const into = file === '-' ? 'standard output' : file;
  return `wrote ${keys} (${(sizeBytes / 1e6).toFixed(1)} MB) from ${location} into ${into}${
    leftOut === 0 ? '' : `, left out ${leftOut}: ${named.join(', ')}${more}`
  }`;
}

/** Where standard output has the snapshot, only what was asked for is said, or what is missing, beside it. */
async function say(line: string, file: string, options: DumpOptions, terminal: Terminal): Promise<void> {
  if (file !== '-') return printLine(terminal, line);
  if (options.json === true || line.includes(', left out ')) terminal.stderr.write(`${line}\n`);
}
