import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisServer } from '../support/redis-server.ts';
import { runPython } from './python.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.close());

test('the real katsdptelstate writes and reads on a real Redis server', async () => {
  const output = await runPython(
    `
import sys, katsdptelstate
ts = katsdptelstate.TelescopeState(sys.argv[1])
ts['n_antennas'] = 64
ts.add('wind_speed', 6.25, ts=1500000000.5)
print(katsdptelstate.__version__, ts['n_antennas'], ts.get_range('wind_speed', st=0))
`,
    server.url,
  );
  expect(output).toBe('0.14 64 [(6.25, 1500000000.5)]\n');
  expect(await server.command('TYPE', 'wind_speed')).toBe('+zset');
});
