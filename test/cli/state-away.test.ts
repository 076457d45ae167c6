/** `alidade state` on a Redis server that goes away while a verb waits. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

beforeAll(buildCommand, 120_000);

function errorLines(child: ChildProcessWithoutNullStreams): AsyncIterator<string> {
  return createInterface({ input: child.stderr })[Symbol.asyncIterator]();
}

describe.skipIf(!requireServer('redis-server', 'the command line on a Redis that goes away'))(
  'redis:',
  () => {
    test('watch and wait say when the store is gone and when it is back', async () => {
      using folder = temporaryFolder();
      const server = await RedisServer.start({
        settings: ['--appendonly', 'yes', '--appendfsync', 'always'],
      });
      try {
        const shell = new Shell(folder.path, { ALIDADE_STORE: server.url });
        expect(await shell.alidade('state', 'add', 's', '1')).toMatchObject({ status: 0 });
        const watching = shell.start('state', 'watch', 's', '--from', 'current');
        const watchErrors = errorLines(watching);
        expect((await linesOf(watching).next()).value).toMatch(/ {2}s {2}1$/);
        const wait = ['state', 'wait', 's', '--condition', 'value == 2', '--timeout'];
        const waiting = shell.start(...wait, '120s');
        const waitErrors = errorLines(waiting);
        // Both listen when as many clients hear a notice, which means nothing.
        while ((await server.command('PUBLISH', 'update/s', '')) !== ':2');
        // A whole run of the command later, the wait has had its second look and listens.
        expect(await shell.alidade('state', 'add', 's', '1.5')).toMatchObject({ status: 0 });
        const ended = [finished(watching), finished(waiting)] as const;
        await server.kill();
        expect((await watchErrors.next()).value).toBe('alidade: the store is not reachable; waiting for it');
        expect((await waitErrors.next()).value).toMatch(
          /^alidade: redis:.* is not reachable; waiting for it$/,
        );
        await server.start();
        expect((await watchErrors.next()).value).toMatch(/^alidade: the store is back; /);
        expect((await waitErrors.next()).value).toMatch(/^alidade: redis:.* is back; /);
        expect(await shell.alidade('state', 'add', 's', '2')).toMatchObject({ status: 0 });
        expect(await ended[1]).toMatchObject({ status: 0, stdout: '2\n' });
        watching.kill('SIGINT');
        expect(await ended[0]).toMatchObject({ status: 0 });
      } finally {
        await server.close();
      }
    }, 180_000);
  },
);
