import type { Terminal } from './terminal.ts';
import { grouped } from './up/words.ts';

/** A bar on stderr that shows how much of some bytes is done; nothing when stderr is not a terminal. */
export interface Progress extends Disposable {
  /** @param totalBytes undefined where it is not known, as of a pipe: then the bytes are only counted */
  update(label: string, doneBytes: number, totalBytes: number | undefined): void;
  /** The same of work whose size in bytes shows only at its end. @param portion how much is done, 0 to 1 */
  portion(label: string, portion: number, doneBytes: number): void;
  /** The same of things that are counted. @param many what they are called: `keys` */
  count(label: string, done: number, total: number, many: string): void;
}

const quiet: Progress = {
  update: () => undefined,
  portion: () => undefined,
  count: () => undefined,
  [Symbol.dispose]: () => undefined,
};

/** A progress bar that is shown from its first update until it is disposed, and leaves no trace. */
export async function openProgress(terminal: Terminal): Promise<Progress> {
  if (terminal.stderr.isTTY !== true) return quiet;
  const { default: library } = await import('cli-progress');
  let label = '';
  /** What follows the bar; without a bar only this is shown. */
  let size = '';
  let hasBar = false;
  const bar = new library.SingleBar({
    stream: terminal.stderr as NodeJS.WriteStream,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    // Nothing of the terminal is changed that Ctrl-C would leave changed.
    hideCursor: false,
    linewrap: true,
    format(options, { progress }) {
      if (!hasBar) return `${label} ${size}`;
      const percent = `${Math.floor(progress * 100)}`.padStart(3);
      return `${label} ${library.Format.BarFormat(progress, options)} ${percent} % ${size}`;
    },
  });
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  let started = false;
  const show = (done: number, total: number) => {
    if (!started) bar.start(total, done);
    started = true;
    bar.setTotal(total);
    bar.update(done);
  };
  return {
    update(newLabel, doneBytes, totalBytes) {
      label = newLabel;
      hasBar = totalBytes !== undefined;
      size = totalBytes === undefined ? megabytes(doneBytes) : `of ${megabytes(totalBytes)}`;
      show(doneBytes, totalBytes ?? Number.MAX_SAFE_INTEGER);
    },
    portion(newLabel, portion, doneBytes) {
      label = newLabel;
      hasBar = true;
      size = megabytes(doneBytes);
      show(portion, 1);
    },
    count(newLabel, done, total, many) {
      label = newLabel;
      hasBar = true;
      size = `of ${grouped(total)} ${many}`;
      show(done, total);
    },
    [Symbol.dispose]() {
      if (started) bar.stop();
    },
  };
}
