import { expect, test } from 'vitest';
import { runProgram } from '../support/program.ts';

test('a wait keeps its process until it settles, though nothing else does', async () => {
  await using program = runProgram(new URL('../faults/programs/waiting-alone.ts', import.meta.url));
  expect(await program.ended).toBe(0);
  expect(program.lines).toEqual(['ALI_ABORTED']);
});
