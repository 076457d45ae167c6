import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { AlidadeError } from '../../shared/errors.ts';
import { openTelescopeState } from '../../telstate/index.ts';
import type { Terminal } from '../terminal.ts';
import { Waiting } from './waiting.ts';

const aim = { key: 'wind', subKey: undefined, source: 'value > 5', timeoutMs: 2000 };
const inTime = new AlidadeError('ALI_TIMEOUT', 'late');

function terminalWith(isTTY: boolean): Terminal & { readonly stderr: PassThrough } {
  const stderr = Object.assign(new PassThrough(), { isTTY });
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    environment: {},
    nowSeconds: () => 0,
  };
}

test('on a terminal it is said what is waited for', async () => {
  const terminal = terminalWith(true);
  using _waiting = new Waiting(aim, 'redis://host', terminal);
  const [line] = (await once(terminal.stderr, 'data')) as [Buffer];
  expect(String(line)).toBe("alidade: waiting for 'wind' to fulfil value > 5, at most 2 s\n");
});

test('a store that goes away is told when it does and when it is back, and at the end', async () => {
  const terminal = terminalWith(false);
  using waiting = new Waiting(aim, 'redis://host', terminal);
  await using state = await openTelescopeState('memory:');
  waiting.saw(3, undefined);
  waiting.connection('away');
  expect(await waiting.failure(inTime, state)).toMatchObject({
    message: expect.stringMatching(/: the last value was 3; the store is not reachable$/),
  });
  waiting.connection('back');
  expect(await waiting.failure(inTime, state)).toMatchObject({
    message: expect.stringMatching(/; the store was not reachable for a while$/),
  });
  expect(String(terminal.stderr.read())).toBe(
    'alidade: redis://host is not reachable; waiting for it\nalidade: redis://host is back; the key was looked at again\n',
  );
});

test('what is no time-out stays what it is', async () => {
  using waiting = new Waiting(aim, 'redis://host', terminalWith(false));
  await using state = await openTelescopeState('memory:');
  const other = new AlidadeError('ALI_STORE_CLOSED', 'closed');
  expect(await waiting.failure(other, state)).toBe(other);
});
