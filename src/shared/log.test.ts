import { expect, test } from 'vitest';
import { type LogOptions, openLog, parseLogLevel } from './log.ts';

async function logged(options: Partial<LogOptions> = {}) {
  let text = '';
  const log = await openLog({
    name: 'buffer',
    output: {
      write: (line: string) => {
        text += line;
        return true;
      },
    },
    clock: { nowMs: () => 1_600_000_000_123, after: () => () => {} },
    ...options,
  });
  return { log, text: () => text };
}

test('levels are known by the names of the reference programs, in any case', () => {
  const names = ['DEBUG', 'info', 'Warning', 'WARN', 'ERROR', 'CRITICAL', 'FATAL', 'PROG', 'TRACE'];
  expect(names.map(parseLogLevel)).toEqual([
    'debug',
    'info',
    'warning',
    'warning',
    'error',
    'critical',
    'critical',
    'info',
    'debug',
  ]);
  for (const wrong of ['', 'loud', 'constructor', 'toString']) {
    expect(() => parseLogLevel(wrong)).toThrow(`"${wrong}" is no level of a log (debug, info, warning`);
  }
});

test('an entry is a line with its time, level, who speaks and the facts', async () => {
  const { log, text } = await logged();
  log.warning('a pulse is missing', { channel: 'A', pulse_id: 2n ** 62n });
  log.critical('the end');
  expect(text()).toBe(
    '2020-09-13T12:26:40.123Z WARNING buffer: a pulse is missing (channel=A, pulse_id=4611686018427387904)\n' +
      '2020-09-13T12:26:40.123Z CRITICAL buffer: the end\n',
  );
});

test('what is less urgent than the level is not written', async () => {
  const { log, text } = await logged({ level: 'error' });
  log.debug('1');
  log.info('2');
  log.warning('3');
  log.error('4');
  expect(text()).toMatch(/^\S+ ERROR {3}buffer: 4\n$/);
});

test('as JSON, an entry is an object on a line', async () => {
  const { log, text } = await logged({ format: 'json' });
  log.info('two\nlines', { channel: 'B' });
  expect(text().endsWith('\n')).toBe(true);
  expect(JSON.parse(text())).toEqual({
    level: 'info',
    time: '2020-09-13T12:26:40.123Z',
    name: 'buffer',
    channel: 'B',
    message: 'two\nlines',
  });
});

test('what a peer sends cannot write lines or move the cursor', async () => {
  const { log, text } = await logged();
  log.info('hello\n2020 ERROR forged', { channel: '\u001b[2J\u0085' });
  expect(text()).toBe(
    '2020-09-13T12:26:40.123Z INFO    buffer: hello\\x0a2020 ERROR forged (channel=\\x1b[2J\\x85)\n',
  );
});
