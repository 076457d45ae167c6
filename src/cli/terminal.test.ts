import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { clipped, printable, printLine, type Terminal } from './terminal.ts';

function terminal(stdout: Terminal['stdout']): Terminal {
  return {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    environment: {},
    nowSeconds: () => 0,
  };
}

test('control characters, lone surrogates and line separators are shown as escapes', () => {
  expect(printable('a\u001b[2J\r\u009bé€😀')).toBe('a\\x1b[2J\\x0d\\x9bé€😀');
  expect(printable('\udcff\ud800\u2028')).toBe('\\xff\\ud800\\u2028');
  expect(printable('a\n\tb')).toBe('a\\x0a\\x09b');
  expect(printable('a\n\tb\u0007', true)).toBe('a\n\tb\\x07');
});

test('a line is cut to the width of a terminal, and never elsewhere', () => {
  const narrow = Object.assign(new PassThrough(), { isTTY: true, columns: 5 });
  expect(clipped(terminal(narrow), '123456')).toBe('1234…');
  expect(clipped(terminal(narrow), '12345')).toBe('12345');
  expect(clipped(terminal(narrow), 'abc😀😀😀')).toBe('abc😀…');
  expect(clipped(terminal(narrow), '😀😀😀😀😀')).toBe('😀😀😀😀😀');
  expect(clipped(terminal(new PassThrough()), '123456')).toBe('123456');
});

test('printing waits while the reader is slow', async () => {
  const slow = new PassThrough({ highWaterMark: 4 });
  const printing = printLine(terminal(slow), 'more than four');
  const first = await Promise.race([printing.then(() => 'printed'), Promise.resolve('waiting')]);
  expect(first).toBe('waiting');
  expect(slow.read()?.toString()).toBe('more than four\n');
  await printing;
});
