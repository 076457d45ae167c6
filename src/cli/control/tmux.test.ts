import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { inTmux, withoutTmux } from './tmux.ts';

test.each([
  ['control serve -c a.yaml -t', 'control serve -c a.yaml'],
  ['control serve -t name -c a.yaml', 'control serve -c a.yaml'],
  ['control serve --tmux -c a.yaml', 'control serve -c a.yaml'],
  ['control serve --tmux=name -c a.yaml', 'control serve -c a.yaml'],
  ['control serve -tname -c a.yaml', 'control serve -c a.yaml'],
  ['control get peaches', 'control get peaches'],
])('%s goes into the session without its tmux', (typed, within) => {
  expect(withoutTmux(typed.split(' '))).toEqual(within.split(' '));
});

test('without tmux it says so', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const stream = new PassThrough();
    const terminal = { stdin: stream, stdout: stream, stderr: stream, environment: {}, nowSeconds: () => 0 };
    const started = inTmux({ tmux: 'serving' }, terminal, async () => expect.unreachable());
    await expect(started).rejects.toMatchObject({
      code: 'ALI_USAGE',
      message: expect.stringContaining('there is no tmux here'),
    });
  } finally {
    process.env.PATH = path;
  }
});
