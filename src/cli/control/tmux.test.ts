import { expect, test } from 'vitest';
import { withoutTmux } from './tmux.ts';

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
