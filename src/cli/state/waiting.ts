import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { repr, type TelescopeState, type Value } from '../../telstate/index.ts';
import { clip, printable, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import { keyHint } from './hint.ts';
import { showCell } from './show.ts';

/** What `alidade state wait` waits for. */
export interface Aim {
  readonly key: string;
  readonly subKey: Value | undefined;
  /** The condition as it was typed. */
  readonly source: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** So long a wait may take without a word about it. */
const quietMs = 500;
const longestValue = 200;

/** What a wait tells on stderr, and how it ends in vain: with what was seen. */
export class Waiting implements Disposable {
  readonly #aim: Aim;
  readonly #terminal: Terminal;
  readonly #location: string;
  readonly #note: NodeJS.Timeout | undefined;
  #last: { readonly value: Value; readonly timeSeconds: number | undefined } | undefined;
  #isAway = false;
  #wasAway = false;

  constructor(aim: Aim, location: string, terminal: Terminal) {
    this.#aim = aim;
    this.#location = location;
    this.#terminal = terminal;
    if (terminal.stderr.isTTY === true) {
      this.#note = setTimeout(() => this.#say(`waiting for ${this.#wanted()}${this.#limit()}`), quietMs);
    }
  }

  /** Takes note of a value that was looked at. */
  saw(value: Value, timeSeconds: number | undefined): void {
    this.#last = { value, timeSeconds };
  }

  connection(now: 'away' | 'back'): void {
    this.#isAway = now === 'away';
    this.#wasAway ||= this.#isAway;
    this.#say(
      this.#isAway
        ? `${this.#location} is not reachable; waiting for it`
        : `${this.#location} is back; the key was looked at again`,
    );
  }

  /** The error of a wait in vain, with what was waited for and what was seen. */
  async failure(error: unknown, state: TelescopeState): Promise<unknown> {
    if (!isAlidadeError(error, 'ALI_TIMEOUT')) return error;
    const seconds = (this.#aim.timeoutMs ?? 0) / 1000;
    const away = this.#isAway
      ? '; the store is not reachable'
      : this.#wasAway
        ? '; the store was not reachable for a while'
        : '';
    const message = `timed out after ${seconds} s waiting for ${this.#wanted()}: ${await this.#seen(state)}${away}`;
    return new AlidadeError('ALI_TIMEOUT', message, { cause: error });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#note);
  }

  #wanted(): string {
    const { key, subKey, source } = this.#aim;
    const name = subKey === undefined ? repr(key) : `${repr(key)}[${repr(subKey)}]`;
    return source === undefined ? name : `${name} to fulfil ${source}`;
  }

  #limit(): string {
    const { timeoutMs } = this.#aim;
    return timeoutMs === undefined ? '; Ctrl-C gives up' : `, at most ${timeoutMs / 1000} s`;
  }

  async #seen(state: TelescopeState): Promise<string> {
    if (this.#last !== undefined) {
      const { value, timeSeconds } = this.#last;
      const time = timeSeconds === undefined ? '' : ` at ${formatTime(timeSeconds)}`;
      return `the last value was ${clip(showCell(value), longestValue)}${time}`;
    }
    if (this.#isAway) return 'no value was seen';
    const { key, subKey } = this.#aim;
    if (subKey !== undefined && (await state.exists(key).catch(() => false))) {
      return `${repr(key)} has no such sub-key`;
    }
    return `there is no such key${await keyHint(state, key)}`;
  }

  #say(line: string): void {
    this.#terminal.stderr.write(`alidade: ${printable(line)}\n`);
  }
}
