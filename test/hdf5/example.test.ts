import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommand } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';
import { debianPython, requireServer } from '../support/require-server.ts';

const folder = resolve(import.meta.dirname, '../../examples/growing-stack');
const execute = promisify(execFile);

describe.skipIf(!requireServer('h5py and h5dump', 'the example of a growing stack'))(
  'the example of a growing stack',
  () => {
    beforeAll(() => buildCommand(), 120_000);

    test('is followed image by image while it is written', async () => {
      using temporary = temporaryFolder();
      const path = join(temporary.path, 'stack.h5');
      await using writer = runProgram(new URL(`file://${join(folder, 'write.ts')}`), [path, '30', '50']);
      expect(await writer.line()).toBe(`writing 30 images of 128 x 192 to ${path}`);
      const { stdout } = await execute(debianPython, [join(folder, 'follow.py'), path, '30']);
      const places = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/, [\d.]+ s old$/, ''));
      expect(places).toEqual(Array.from({ length: 30 }, (_, i) => `image ${i}: brightest at (${i}, ${i})`));
      expect(await writer.ended, writer.errors()).toBe(0);
      expect(await writer.line()).toBe('closed with 30 images');
      expect((await execute('h5dump', ['-H', path])).stdout).toContain('( 30, 128, 192 )');
    });

    test('is run by the commands that its README names', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      expect(readme).toContain('node examples/growing-stack/write.ts');
      expect(readme).toContain(`${debianPython} examples/growing-stack/follow.py`);
    });
  },
);
