import { expect, test } from 'vitest';
import { helpText, readOptions, storeUrlOf } from './application-options.ts';

const read = (words: readonly string[], environment = {}) =>
  readOptions({ name: 'BATTERY', frequencyHz: 10 }, '/apps/battery.ts', words, environment);

test('the command line is that of the reference', () => {
  expect(read([])).toEqual({
    appName: 'BATTERY',
    storeUrl: undefined,
    flag: undefined,
    frequencyHz: 10,
    debug: false,
    checked: false,
    args: [],
  });
  const words =
    '--app-name B2 --env-init ROBOT --redis-server robot --redis-port 6380 --frequency 2.5 --debug --checked';
  expect(read(words.split(' '), { ROBOT: 'ROBOT_INIT' })).toEqual({
    appName: 'B2',
    storeUrl: 'redis://robot:6380/0',
    flag: 'ROBOT_INIT',
    frequencyHz: 2.5,
    debug: true,
    checked: true,
    args: [],
  });
  expect(read(['-h'])).toBeUndefined();
});

test('without a name the sender is the name of the file', () => {
  expect(readOptions({}, '/apps/battery.ts', [], {})?.appName).toBe('battery');
  expect(readOptions({}, 'console.py', [], {})?.appName).toBe('console');
  expect(helpText({}, '/apps/battery.ts')).toContain('Usage: battery.ts [options]\n');
});

test('words that are no options are for applications that take some', () => {
  expect(readOptions({ argumentsHelp: 'PORT' }, 'a.ts', ['/dev/ttyS0'], {})?.args).toEqual(['/dev/ttyS0']);
  expect(() => read(['/dev/ttyS0'])).toThrow(/--help lists what there is/);
});

test.each([
  [['--nothing'], /--nothing/],
  [['--env-init', 'ROBOT'], /the variable ROBOT is not set/],
  [['--frequency', '0'], /--frequency: '0'/],
  [['--frequency', ''], /--frequency: ''/],
  [['--frequency', 'fast'], /--frequency: 'fast'/],
  [['--redis-port', '0'], /--redis-port: '0'/],
  [['--redis-server', 'a b'], /--redis-server: 'a b'/],
  [['--store', ''], /--store/],
  [['--store', 'sqlite:x', '--redis-port', '1'], /say one of them/],
])('%j is bad usage', (words, message) => {
  expect(() => read(words)).toThrow(message);
});

test('a store is named by a URL, by a server, or by the surroundings', () => {
  expect(storeUrlOf({ store: 'sqlite:x' }, { ALIDADE_STORE: 'sqlite:y' })).toBe('sqlite:x');
  expect(storeUrlOf({}, { ALIDADE_STORE: 'sqlite:y' })).toBe('sqlite:y');
  expect(storeUrlOf({ redisPort: '7000' }, { ALIDADE_STORE: 'sqlite:y' })).toBe('redis://localhost:7000/0');
  expect(storeUrlOf({ redisServer: '::1' }, {})).toBe('redis://[::1]:6379/0');
});
