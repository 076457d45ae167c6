/** Where telescope state is said to be: an endpoint, as katsdptelstate takes it, as well as a URL. */
import { describe, expect, test } from 'vitest';
import { Endpoint, openTelescopeState } from '../../src/telstate/index.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

describe.skipIf(!requireServer('redis-server', 'telescope state at an endpoint'))('redis:', () => {
  test('host:port and an Endpoint are the Redis server there', async () => {
    const server = await RedisServer.start();
    await using _server = { [Symbol.asyncDispose]: () => server.close() };
    const { hostname, port } = new URL(server.url);
    await using byUrl = await openTelescopeState(server.url);
    await byUrl.set('observer', 'Ada');
    await using byText = await openTelescopeState(`${hostname}:${port}`);
    expect(await byText.get('observer')).toBe('Ada');
    await using byEndpoint = await openTelescopeState(new Endpoint(hostname, Number(port)));
    expect(await byEndpoint.get('observer')).toBe('Ada');
  });
});

test('what is neither a URL nor host:port is refused', async () => {
  await expect(openTelescopeState('host:port')).rejects.toMatchObject({ code: 'ALI_STORE_URL' });
  await expect(openTelescopeState('data')).rejects.toMatchObject({ code: 'ALI_STORE_URL' });
  await expect(openTelescopeState('host:99999')).rejects.toMatchObject({ code: 'ALI_ENDPOINT' });
});
