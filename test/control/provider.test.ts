import { expect, test } from 'vitest';
import { KeyValueStore, Provider } from '../../src/control/index.ts';
import { Attached, requestOf } from './attached.ts';

const request = requestOf('group');

function group() {
  const provider = new Provider({ name: 'group' });
  const inner = new Provider({ name: 'inner' });
  const fast = new KeyValueStore({ name: 'fast', initialValue: 1, logIntervalSeconds: 1, logRules: 'v2' });
  const slow = new KeyValueStore({ name: 'slow', initialValue: 2, logIntervalSeconds: 60, logRules: 'v2' });
  const never = new KeyValueStore({ name: 'never', initialValue: 3, logRules: 'v2' });
  inner.add(slow);
  for (const child of [never, fast, inner]) provider.add(child);
  const attached = new Attached(provider, inner, fast, slow, never);
  const status = provider.attributeNamed('logging_status');
  return { provider, attached, fast, slow, status };
}

test('a provider lists what is in it, at any depth', async () => {
  const { provider } = group();
  expect(await provider.attributeNamed('endpoint_names')?.read?.(request)).toEqual([
    'never',
    'fast',
    'inner',
    'slow',
  ]);
});

test('its logging_status is that of all in it; one that cannot be logged does not keep the others from it', async () => {
  const { attached, fast, slow, status } = group();
  expect(await status?.read?.(request)).toEqual([
    ['never', false],
    ['fast', false],
    ['inner', [['slow', false]]],
  ]);
  await expect(status?.write?.('on', request)).rejects.toThrow(
    'done, but not for all: never: log interval must be > 0',
  );
  expect([fast.isLogging, slow.isLogging]).toEqual([true, true]);
  await attached.settled();
  expect(attached.alerts.map(({ routingKey }) => routingKey)).toEqual([
    'sensor_value.fast',
    'sensor_value.slow',
  ]);
  await status?.write?.('off', request);
  expect([fast.isLogging, slow.isLogging]).toEqual([false, false]);
  expect(attached.clock.timers).toBe(0);
});

test('without a device, what is sent to it gives nothing', () => {
  expect(group().provider.onSend(['hello', 5], request)).toBe(null);
});
