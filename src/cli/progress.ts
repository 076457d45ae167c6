import type { Terminal } from './terminal.ts';

/** A bar on stderr that shows how much of some bytes is done; nothing when stderr is not a terminal. */
export interface Progress extends Disposable {
  /** @param totalBytes undefined where it is not known, as of a pipe: then the bytes are only counted */
  update(label: string, doneBytes: number, totalBytes: number | undefined): void;
}

const quiet: Progress = { update: () => undefined, [Symbol.dispose]: () => undefined };

/** A progress bar that is shown from its first update until it is disposed, and leaves no trace. */
export async function openProgress(terminal: Terminal): Promise<Progress> {
  if (terminal.stderr.isTTY !== true) return quiet;
  const { default: library } = await import('cli-progress');
  let label = '';
  let total: number | undefined;
  const bar = new library.SingleBar({
    stream: terminal.stderr as NodeJS.WriteStream,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    // Nothing of the terminal is changed that Ctrl-C would leave changed.
    hideCursor: false,
    linewrap: true,
    format(options, { value, progress }) {
      const megabytes = `${(value / 1e6).toFixed(1)} MB`;
      if (total === undefined) return `${label} ${megabytes}`;
      const percent = `${Math.floor(progress * 100)}`.padStart(3);
      return `${label} ${library.Format.BarFormat(progress, options)} ${percent} % of ${(total / 1e6).toFixed(1)} MB`;
    },
  });
  let started = false;
  return {
    update(newLabel, doneBytes, totalBytes) {
      label = newLabel;
      total = totalBytes;
      if (!started) bar.start(totalBytes ?? Number.MAX_SAFE_INTEGER, doneBytes);
      started = true;
      if (totalBytes !== undefined) bar.setTotal(totalBytes);
      bar.update(doneBytes);
    },
    [Symbol.dispose]() {
      if (started) bar.stop();
    },
  };
}
