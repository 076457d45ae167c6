/** `alidade state wait` and `watch`: what waits for others to write. */
import { beforeEach, describe, expect, test } from 'vitest';
import { finished, linesOf } from '../support/command.ts';
import { useStateCommand } from './state-command.ts';

const desk = useStateCommand();
const { said, refused } = desk;

describe('wait', () => {
  beforeEach(() => said('add', 'wind', '3', '--time', '100'));

  test('is over at once when it is so already', async () => {
    expect(await said('wait', 'wind')).toBe('3');
    expect(await said('wait', 'wind', '--condition', 'value == 3 and time == 100', '--json')).toBe('3');
  });

  test('gives up after its timeout', async () => {
    const wait = (...args: readonly string[]) => refused(4, 'wait', ...args, '--timeout', '20ms');
    expect(await wait('wint')).toBe(
      "alidade: timed out after 0.02 s waiting for 'wint': there is no such key; did you mean 'wind'? (ALI_TIMEOUT)",
    );
    expect(await wait('wind', '--condition', 'value > 5')).toContain(
      "waiting for 'wind' to fulfil value > 5: the last value was 3 at 1970-01-01T00:01:40.000000Z (ALI_TIMEOUT)",
    );
    await said('index', 'set', 'gains', 'm000', '1.0');
    expect(await wait('gains', '--sub', 'm001')).toContain("'gains'['m001']: 'gains' has no such sub-key");
    expect(await wait('gains', '--sub', 'm000', '--condition', 'value > 5')).toContain('last value was 1.0');
    expect(await refused(5, 'wait', 'wind', '--sub', 'm000')).toContain("'wind' is a sensor");
  });

  test('is woken by another process', async () => {
    const waiting = finished(
      desk.shell.start('state', 'wait', 'wind', '--condition', 'value > 5', '--timeout', '60s'),
    );
    await said('add', 'wind', '4', '--time', '200');
    await said('add', 'wind', '6.5', '--time', '300');
    expect(await waiting).toEqual({ status: 0, stdout: '6.5\n', stderr: '' });
  });

  test('waits for a sub-key', async () => {
    await said('index', 'set', 'gains', 'm000', '1');
    const waiting = finished(
      desk.shell.start(
        'state',
        'wait',
        'gains',
        '--sub',
        'm062',
        '--condition',
        'value[0] == 2',
        '--timeout',
        '60s',
      ),
    );
    await said('index', 'set', 'gains', 'm062', '[2]');
    expect(await waiting).toEqual({ status: 0, stdout: '[2]\n', stderr: '' });
  });

  test('prints an indexed key as get does', async () => {
    await said('index', 'set', 'gains', 'm000', '1.0');
    for (const options of [[], ['--json']]) {
      expect(await said('wait', 'gains', ...options)).toBe(await said('get', 'gains', ...options));
    }
  });

  test('a condition that makes no sense is bad input, with a caret under the place', async () => {
    expect(await refused(2, 'wait', 'wind', '--condition', 'value >')).toBe(
      'alidade: --condition: expected a value before the end, at column 8 (ALI_EXPRESSION)\n  value >\n         ^',
    );
    expect(await refused(2, 'wait', 'wind', '--condition', "value < 'a'")).toContain('(ALI_EXPRESSION)');
  });
});

describe('watch', () => {
  test('prints every update, and ends with 0 at Ctrl-C', async () => {
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gains', 'm000', '1.0');
    const watching = desk.shell.start(
      'state',
      'watch',
      'wind',
      'gains',
      'observer',
      '--from',
      'current',
      '--json',
    );
    const ended = finished(watching);
    const lines = linesOf(watching);
    const next = async () => JSON.parse((await lines.next()).value as string) as unknown;
    expect([await next(), await next()]).toEqual(
      expect.arrayContaining([
        { event: 'update', key: 'wind', type: 'sensor', time: 100, value: 1 },
        { event: 'update', key: 'gains', type: 'indexed', subkey: 'm000', value: 1 },
      ]),
    );
    await said('add', 'wind', '2', '--time', '200');
    expect(await next()).toEqual({ event: 'update', key: 'wind', type: 'sensor', time: 200, value: 2 });
    await said('add', 'wind', '1.5', '--time', '150');
    expect(await next()).toEqual({
      event: 'update',
      key: 'wind',
      type: 'sensor',
      time: 150,
      late: true,
      value: 1.5,
    });
    await said('set', 'observer', 'Ada');
    expect(await next()).toEqual({ event: 'update', key: 'observer', type: 'attribute', value: 'Ada' });
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('prints lines of time, key and value', async () => {
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gain', 'm000', '1.0');
    const watching = desk.shell.start('state', 'watch', 'wind', 'gain', '--from', 'current');
    const ended = finished(watching);
    const lines = linesOf(watching);
    const both = [(await lines.next()).value as string, (await lines.next()).value as string];
    expect(both).toContain('1970-01-01T00:01:40.000000Z  wind  1');
    expect(both).toContainEqual(expect.stringMatching(/^\d{4}-\S+Z {2}gain {2}\[m000\] 1\.0$/));
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });
});
