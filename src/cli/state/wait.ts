import type { Command } from 'commander';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { compileCondition } from '../../shared/expression.ts';
import {
  formatJson,
  type Indexed,
  type Value,
  type WatchConnection,
  type WatchEvent,
} from '../../telstate/index.ts';
import { examples, named } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { formatTime, parseTime } from '../time.ts';
import { parseValue } from '../value.ts';
import { expressionValue } from './expression-value.ts';
import { assertKey, type StateOptions, withState, withStateOptions } from './open.ts';
import { printIndexed, printValue } from './print.ts';
import { showCell } from './show.ts';
import { Waiting } from './waiting.ts';

/** What a condition is asked about: a value, and of a sensor its time. */
interface Condition {
  /** As it was typed. */
  readonly source: string;
  readonly isTrue: (value: unknown, timeSeconds?: number) => boolean;
}

interface WaitOptions extends StateOptions {
  readonly sub?: Value;
  readonly condition?: Condition;
  readonly timeout?: number;
}

export function defineWait(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('wait')
      .description('wait until a key is there, or fulfils a condition, and print its value')
      .argument('<key>')
      .option('--sub <subkey>', 'wait for this sub-key of an indexed key', parseValue)
      .option(
        '--condition <expression>',
        'wait until this is true of value (and of a sensor, time)',
        named('--condition', readCondition),
      )
      .option(
        '--timeout <duration>',
        'give up after so long: 10s, 500ms, 2m',
        named('--timeout', parseDurationMs),
      ),
  )
    .addHelpText(
      'after',
      examples(
        'alidade state wait wind_speed --timeout 10s',
        "alidade state wait wind_speed --condition '0 <= value < 15' --timeout 10s",
        "alidade state wait gains --sub m062 --condition 'abs(value - 0.75) < 0.1'",
      ),
    )
    .action((key: string, options: WaitOptions) =>
      withState(
        options,
        terminal,
        'read',
        async ({ state, location, isSnapshot }) => {
          // A snapshot never changes: it is so now, or never.
          const timeoutMs = isSnapshot ? 0 : options.timeout;
          const { sub: subKey, condition } = options;
          using waiting = new Waiting(
            { key, subKey, source: condition?.source, timeoutMs },
            location,
            terminal,
          );
          const limits = {
            condition: (value: Value, timeSeconds?: number) => {
              waiting.saw(value, timeSeconds);
              return condition?.isTrue(value, timeSeconds) ?? true;
            },
            timeoutMs,
            exact: true,
            onConnection: (now: 'away' | 'back') => waiting.connection(now),
          };
          const inVain = async (error: unknown): Promise<never> => {
            throw await waiting.failure(error, state);
          };
          if (subKey !== undefined) {
            const value = await state.waitIndexed(key, subKey, limits).catch(inVain);
            return printValue(terminal, options, value);
          }
          const { type, value } = await state.waitKey(key, limits).catch(inVain);
          if (type === 'indexed') return printIndexed(terminal, options, value as Indexed);
          await printValue(terminal, options, value);
        },
        options.sub === undefined ? { key } : { key, type: 'indexed' },
      ),
    );
}

function readCondition(source: string): Condition {
  const isTrue = compileCondition(source, { names: ['value', 'time'] });
  return {
    source,
    isTrue: (value, timeSeconds) => isTrue({ value: expressionValue(value as Value), time: timeSeconds }),
  };
}

interface WatchVerbOptions extends StateOptions {
  readonly from?: 'current' | number;
}

export function defineWatch(state: Command, terminal: Terminal): void {
  const readFrom = (text: string) => (text === 'current' ? text : parseTime(text, terminal.nowSeconds));
  withStateOptions(
    state
      .command('watch')
      .description('print every update of some keys, one a line, until Ctrl-C')
      .argument('<keys...>')
      .option(
        '--from <time>',
        "begin with the samples from then on, or with 'current' values (default: now)",
        named('--from', readFrom),
      ),
  )
    .addHelpText('after', examples('alidade state watch wind_speed gains --from current'))
    .action((keys: readonly string[], options: WatchVerbOptions) => {
      for (const key of keys) assertKey(key);
      return withState(options, terminal, 'read', async ({ state, location, isSnapshot }) => {
        if (isSnapshot) throw new AlidadeError('ALI_USAGE', `${location} is a snapshot: it never changes`);
        using interrupt = onInterrupt();
        const { signal } = interrupt;
        await using watch = await state.watch(keys, { from: options.from ?? 'now', exact: true, signal });
        const keyWidth = Math.max(...keys.map((key) => printable(key).length));
        for await (const event of watch) {
          if (options.json === true) await printLine(terminal, eventJson(event));
          else if (event.event === 'away' || event.event === 'back') {
            terminal.stderr.write(`alidade: ${connectionText[event.event]}\n`);
          } else await printLine(terminal, clipped(terminal, eventLine(event, keyWidth, terminal)));
        }
      });
    });
}

/** Said on stderr: it is about no key. */
const connectionText: Record<WatchConnection['event'], string> = {
  away: 'the store is not reachable; waiting for it',
  back: 'the store is back; what was missed was printed, or named as a gap',
};

/** Of an event without a time of its own the line says when it came. */
function eventLine(
  event: Exclude<WatchEvent, WatchConnection>,
  keyWidth: number,
  terminal: Terminal,
): string {
  const key = printable(event.key).padEnd(keyWidth);
  if (event.event === 'gap') {
    const what =
      event.missed === undefined ? 'samples were removed' : `${event.missed} late samples were missed`;
    return `${formatTime(terminal.nowSeconds())}  ${key}  gap: ${what} before ${formatTime(event.beforeSeconds)}`;
  }
  const time = formatTime(event.timeSeconds ?? terminal.nowSeconds());
  if (event.event === 'undecodable')
    return `${time}  ${key}  cannot be read: ${printable(event.error.message)}`;
  const subKey = event.subKey === undefined ? '' : `[${showCell(event.subKey)}] `;
  return `${time}  ${key}  ${subKey}${showCell(event.value)}${event.late === true ? '  (late)' : ''}`;
}

/** One JSON object; `time` is that of a sample, and left out where there is none. */
function eventJson(event: WatchEvent): string {
  if (event.event === 'away' || event.event === 'back') return JSON.stringify(event);
  const { event: kind, key } = event;
  if (event.event === 'gap') {
    const { reason, missed, beforeSeconds: before } = event;
    return JSON.stringify({ event: kind, key, reason, missed, before });
  }
  const { type, timeSeconds: time, late } = event;
  if (event.event === 'undecodable') {
    return JSON.stringify({ event: kind, key, type, time, late, error: event.error.message });
  }
  const head = JSON.stringify({ event: kind, key, type, time, late }).slice(0, -1);
  const subKey = event.subKey === undefined ? '' : `,"subkey":${formatJson(event.subKey)}`;
  return `${head}${subKey},"value":${formatJson(event.value)}}`;
}

/** A signal that fires at Ctrl-C, which then does not end the process by force. */
function onInterrupt(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => process.off('SIGINT', interrupt),
  };
}
