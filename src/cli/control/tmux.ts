import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AlidadeError } from '../../shared/errors.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { quoted } from '../up/called-as.ts';

interface TmuxOptions {
  readonly tmux?: string | true;
  readonly json?: boolean;
}

/** Does the work; with `--tmux` starts this very command in a tmux session instead, where it goes on without us. */
export async function inTmux(
  { tmux, json }: TmuxOptions,
  terminal: Terminal,
  work: () => Promise<void>,
): Promise<void> {
  if (tmux === undefined) return work();
  const [node = '', script = '', ...words] = process.argv;
  const name =
    tmux === true ? `${words.find((word) => !word.startsWith('-')) ?? 'alidade'}-${process.pid}` : tmux;
  if (!/^[\w-]+$/.test(name)) {
    throw new AlidadeError(
      'ALI_USAGE',
      `--tmux: '${name}' is no name of a session: use letters, digits, - and _`,
    );
  }
  const line = [node, script, ...withoutTmux(words)].map(quoted).join(' ');
  // What it said stays to be read when it has ended.
  const shown = `${line}; echo "(ended with $?)"; exec "\${SHELL:-sh}"`;
  const child = spawn('tmux', ['new-session', '-d', '-s', name, shown], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status] = await once(child, 'exit').catch((cause: unknown) => {
    throw new AlidadeError('ALI_USAGE', '--tmux: there is no tmux here: install it, or leave --tmux out', {
      cause,
    });
  });
  if (status !== 0) {
    throw new AlidadeError(
      'ALI_USAGE',
      `--tmux: tmux did not start a session '${name}'; is there one already?`,
    );
  }
  await printLine(
    terminal,
    json === true ? JSON.stringify({ tmux: name }) : `started in tmux: tmux attach -t ${name}`,
  );
}

/** The words of the command line, but for `--tmux [NAME]` itself. */
export function withoutTmux(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === '-t' || word === '--tmux');
  if (at < 0) return words.filter((word) => !/^(?:--tmux=|-t.)/.test(word));
  const hasName = words[at + 1] !== undefined && !words[at + 1]?.startsWith('-');
  return [...words.slice(0, at), ...words.slice(at + (hasName ? 2 : 1))];
}
