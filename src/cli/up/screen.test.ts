import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { Screen } from './screen.ts';

function screenOf(columns: number, rows: number) {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const terminal: Terminal = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    environment: { NO_COLOR: '1' },
    nowSeconds: () => 0,
  };
  const written = () => String(stdout.read() ?? '').replaceAll('\x1b[', '<');
  return { screen: new Screen(terminal), stdout, written };
}

const lines = (...texts: readonly string[]) => texts.map((text) => ({ text }));

test('the first frame is written as it is, later ones only where they changed, each in one write', () => {
  const { screen, written } = screenOf(20, 10);
  screen.draw(lines('a', 'b'));
  expect(written()).toBe('<?25la<K\nb<K\n');
  screen.draw(lines('a', 'c'));
  expect(written()).toBe('\r<1Ac<K\r<1B');
  screen.draw(lines('a', 'c'));
  expect(written()).toBe('');
  screen.draw(lines('a'));
  expect(written()).toBe('\r<2A<Ja<K\n');
});

test('a terminal that changed its size is drawn anew from its top', () => {
  const { screen, stdout, written } = screenOf(20, 10);
  screen.draw(lines('a'));
  written();
  stdout.columns = 10;
  screen.draw(lines('a'));
  expect(written()).toBe('<2J<Ha<K\n');
});

test('nothing is wider or higher than the terminal', () => {
  const { screen, written } = screenOf(5, 3);
  screen.draw(lines('1234567', '12345', 'c'));
  expect(written()).toBe('<?25l1234…<K\n12345<K\n');
});

test('a terminal that does not take its frames gets no more of them until it does', () => {
  const { screen, stdout, written } = screenOf(20, 10);
  stdout.write(Buffer.alloc(stdout.writableHighWaterMark));
  screen.draw(lines('a'));
  expect(stdout.readableLength).toBe(stdout.writableHighWaterMark);
  stdout.read();
  screen.draw(lines('a'));
  expect(written()).toBe('<?25la<K\n');
});

test('the cursor is seen again in the end', () => {
  const { screen, written } = screenOf(20, 10);
  screen.draw(lines('a'));
  written();
  screen[Symbol.dispose]();
  expect(written()).toBe('\r<J<?25h');
});

test('who drew nothing has nothing to clear', () => {
  const { screen, written } = screenOf(20, 10);
  screen[Symbol.dispose]();
  expect(written()).toBe('');
});
