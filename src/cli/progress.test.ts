import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

function terminalWith(stderr: Terminal['stderr']): Terminal {
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    environment: {},
    nowSeconds: () => 0,
  };
}

function shown(isTTY: boolean): { readonly terminal: Terminal; readonly text: () => string } {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  return { terminal: terminalWith(stderr), text: () => String(stderr.read() ?? '') };
}

test('work of a known size is a bar with its size', async () => {
  const { terminal, text } = shown(true);
  using progress = await openProgress(terminal);
  progress.update('loading', 5e6, 20e6);
  expect(text()).toMatch(/loading █+░+ {2}25 % of 20\.0 MB/);
});

test('work of an unknown size is a count', async () => {
  const { terminal, text } = shown(true);
  using progress = await openProgress(terminal);
  progress.update('checking', 5e6, undefined);
  expect(text()).toMatch(/checking 5\.0 MB/);
});

test('work whose portion is known is a bar with what was done', async () => {
  const { terminal, text } = shown(true);
  using progress = await openProgress(terminal);
  progress.portion('writing', 0.5, 5e6);
  expect(text()).toMatch(/writing █{15}░{15} {2}50 % 5\.0 MB/);
});

test('things that are counted are a bar with their number', async () => {
  const { terminal, text } = shown(true);
  using progress = await openProgress(terminal);
  progress.count('storing', 25_000, 100_000, 'hashes');
  expect(text()).toMatch(/storing █+░+ {2}25 % of 100 000 hashes/);
});

test('where nobody looks nothing is shown', async () => {
  const { terminal, text } = shown(false);
  {
    using progress = await openProgress(terminal);
    progress.update('loading', 5e6, 20e6);
    progress.portion('writing', 0.5, 5e6);
    progress.count('storing', 1, 2, 'hashes');
  }
  expect(text()).toBe('');
});
