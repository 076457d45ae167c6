import { clip, type Terminal } from '../terminal.ts';
import type { Line } from './table.ts';

const control = '\x1b[';
const looks = { strong: '1', faint: '2', alert: '33' } as const;

/**
 * Lines that are drawn in place again and again, each frame in one write and only where it changed: nothing flickers, and
 * text that stays can be selected. The lines below the frame are left to the shell.
 */
export class Screen implements Disposable {
  readonly #terminal: Terminal;
  readonly #coloured: boolean;
  #drawn: readonly string[] = [];
  #size = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#coloured = (terminal.environment.NO_COLOR ?? '') === '' && terminal.environment.TERM !== 'dumb';
  }

  get width(): number {
    return this.#terminal.stdout.columns || 80;
  }

  /** Lines that have room at once: the cursor stands on the one below them. */
  get height(): number {
    return Math.max(2, (this.#terminal.stdout.rows || 24) - 1);
  }

  draw(lines: readonly Line[]): void {
    const { stdout } = this.#terminal;
    // A terminal that does not take the last frame (Ctrl-S, a slow line) gets the next one later.
    if (stdout.writableNeedDrain) return;
    const frame = lines.slice(0, this.height).map((line) => this.#styled(line));
    const text = this.#change(frame);
    this.#drawn = frame;
    if (text !== '') stdout.write(text);
  }

  /** Shows the cursor again, below the last frame. */
  [Symbol.dispose](): void {
    if (this.#size !== '') this.#terminal.stdout.write(`\r${control}J${control}?25h`);
    this.#size = '';
  }

  #change(frame: readonly string[]): string {
    const size = `${this.width}x${this.height}`;
    const all = frame.map((line) => `${line}${control}K\n`).join('');
    if (this.#size !== size) {
      const first = this.#size === '';
      this.#size = size;
      // A terminal that changed its width has moved the lines: nobody knows where they are now.
      return first ? `${control}?25l${all}` : `${control}2J${control}H${all}`;
    }
    const before = this.#drawn;
    if (before.length !== frame.length) return `\r${control}${before.length}A${control}J${all}`;
    const changed = frame.flatMap((line, i) => {
      if (line === before[i]) return [];
      const up = frame.length - i;
      return [`\r${control}${up}A${line}${control}K\r${control}${up}B`];
    });
    return changed.join('');
  }

  #styled({ text, look }: Line): string {
    const clipped = clip(text, this.width);
    return look === undefined || !this.#coloured || clipped === ''
      ? clipped
      : `${control}${looks[look]}m${clipped}${control}0m`;
  }
}
