/** Telescope state of before 2019 as it lies in a store: refused, or read by permission. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Space } from '../../src/store/index.ts';
import { Float, TelescopeState } from '../../src/telstate/index.ts';
import { memberOf } from '../../src/telstate/time.ts';
import { onEveryEngine } from './engines.ts';

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const observer = latin1('\x80\x02U\x03Adaq\x00.');
const speed = latin1('\x80\x02G\x40\x10\x00\x00\x00\x00\x00\x00.');

onEveryEngine((makePlace) => {
  let space: Space;
  beforeEach(async () => {
    const place = await makePlace();
    space = await place.open();
    await space.write({ do: 'set', key: 'observer', value: observer });
    await space.write({ do: 'set', key: 'harmful', value: latin1('cos\nsystem\n(S"id"\ntR.') });
    await space.write({ do: 'add', key: 'wind_speed', members: [memberOf(10, speed), memberOf(11, speed)] });
    await space.write({ do: 'set-field', key: 'gains', field: observer, value: speed });
    return () => place[Symbol.asyncDispose]();
  });

  test('every way of reading refuses them, and says how to allow it', async () => {
    const state = new TelescopeState(space);
    const reads = [
      state.get('observer'),
      state.getRange('wind_speed', { start: 0 }),
      state.get('gains'),
      state.waitKey('observer'),
    ];
    for (const read of reads)
      await expect(read).rejects.toThrow(/KATSDPTELSTATE_ALLOW_PICKLE=1.*allowPickle/s);
    await expect(state.set('observer', 'Ada')).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
  });

  test('every way of reading gives them by permission, in views too', async () => {
    const state = new TelescopeState(space, { allowPickle: true }).view('beam1');
    expect(await state.get('observer')).toBe('Ada');
    expect(await state.getRange('wind_speed', { start: 0, exact: true })).toEqual([
      { value: new Float(4), timeSeconds: 10 },
      { value: new Float(4), timeSeconds: 11 },
    ]);
    expect(await state.get('gains')).toEqual(new Map([['Ada', 4]]));
    expect(await state.waitKey('wind_speed', { condition: (value) => value === 4 })).toMatchObject({
      value: 4,
    });
  });

  test('by permission for one read', async () => {
    const state = new TelescopeState(space);
    expect(await state.get('observer', { allowPickle: true })).toBe('Ada');
    expect(await state.waitKey('observer', { allowPickle: true })).toMatchObject({ value: 'Ada' });
    const forbidden = new TelescopeState(space, { allowPickle: true });
    await expect(forbidden.get('observer', { allowPickle: false })).rejects.toThrow(/pickled/);
  });

  test('what would run something is refused by its name', async () => {
    const state = new TelescopeState(space, { allowPickle: true });
    await expect(state.get('harmful')).rejects.toThrow(/asks for os\.system/);
  });

  test('an attribute that was pickled can be set again to what it is', async () => {
    const state = new TelescopeState(space, { allowPickle: true }).root();
    await state.set('observer', 'Ada');
    await expect(state.set('observer', 'Grace')).rejects.toThrow(/from 'Ada' to 'Grace'/);
  });
});

/** What a process with this setting makes of a pickle, and what it says on standard error. */
function inEnvironment(setting: string): string {
  const script = `
    import { decodeValue } from '${join(import.meta.dirname, '../../src/telstate/index.ts')}';
    process.on('warning', ({ message }) => console.log(message));
    const read = () => { try { return decodeValue(Uint8Array.from(Buffer.from('gAJLBS4=', 'base64'))); } catch (error) { return error.code; } };
    const first = read();
    process.env.KATSDPTELSTATE_ALLOW_PICKLE = '1';
    console.log(first, read());`;
  return execFileSync(
    process.execPath,
    ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', script],
    {
      encoding: 'utf8',
      env: { ...process.env, KATSDPTELSTATE_ALLOW_PICKLE: setting },
    },
  );
}

test('the environment is looked at once', () => {
  expect(inEnvironment('1')).toBe('5 5\n');
  expect(inEnvironment('0')).toBe('ALI_DECODE ALI_DECODE\n');
  expect(inEnvironment('yes')).toMatch(/^ALI_DECODE ALI_DECODE\n.*'yes', which means nothing/);
});
