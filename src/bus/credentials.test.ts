import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { findCredentials } from './credentials.ts';
import { meshDefaults } from './mesh-file.ts';

const home = '.project8_authentications.json';

test('without anything it is guest', () => {
  expect(findCredentials({}, {})).toEqual({ username: 'guest', password: 'guest' });
});

test('what comes first wins, for user and password on their own', () => {
  using folder = temporaryFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text);
    return join(folder.path, name);
  };
  file(home, '{"amqp": {"username": "home", "password": "home", "broker": "b"}, "slack": {"dripline": "x"}}');
  const environment = { HOME: folder.path };
  expect(findCredentials({}, environment)).toEqual({ username: 'home', password: 'home' });
  const variables = { ...environment, DRIPLINE_PASSWORD: 'environment' };
  expect(findCredentials({}, variables)).toEqual({ username: 'home', password: 'environment' });
  const authFile = file('auth.yaml', 'dripline:\n  username: file\n  password: "0123"\n');
  expect(findCredentials({ authFile }, variables)).toEqual({ username: 'file', password: '0123' });
  const passwordFile = file('password', ' of its own \r\nnothing\n');
  expect(findCredentials({ authFile, passwordFile }, variables).password).toBe(' of its own ');
  const given = { authFile, passwordFile, username: '', password: 'given' };
  expect(findCredentials(given, variables)).toEqual({ username: '', password: 'given' });
  expect(findCredentials({ authFile: file('old.json', '{"amqp": {"username": "u"}}') }, {})).toEqual({
    username: 'u',
    password: 'guest',
  });
});

test('groups of a configuration say for each of the two where it stands', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'secret');
  writeFileSync(path, 'from a file\n');
  const authGroups = {
    dripline: { username: { env: 'LAB_USER', default: 'anybody' }, password: { file: path } },
  };
  expect(findCredentials({ authGroups }, { LAB_USER: 'lab', DRIPLINE_USER: 'other' })).toEqual({
    username: 'lab',
    password: 'from a file',
  });
  expect(findCredentials({ authGroups }, {}).username).toBe('anybody');
});

test.each([
  ['a file that is not there', undefined, 'missing'],
  ['a file without our group', '{"slack": {}}', "no group 'dripline'"],
  ['a file that is broken', 'dripline: {username: s3cret\n- x', 'neither YAML nor JSON (line'],
  ['a password that is a number', 'dripline: {username: a, password: 12345}', 'in quotes'],
  ['a list', '[s3cret]', 'no settings'],
  ['aliases', 'a: &a [s3cret]\ndripline: *a', 'has aliases'],
])('%s is refused, and nothing of it is shown', (_, text, why) => {
  using folder = temporaryFolder();
  const authFile = join(folder.path, 'auth');
  if (text !== undefined) writeFileSync(authFile, text);
  let said = '';
  try {
    findCredentials({ authFile }, {});
  } catch (error) {
    said = String(error);
    expect(error).toMatchObject({ code: 'ALI_CREDENTIALS' });
  }
  expect(said).toContain(why);
  expect(said).toContain(authFile);
  expect(said).not.toMatch(/s3cret|12345/);
});

test('the mesh file of a home folder names the broker and the exchanges', () => {
  using folder = temporaryFolder();
  expect(meshDefaults(folder.path)).toEqual({});
  const path = join(folder.path, '.dripline_mesh.yaml');
  writeFileSync(
    path,
    'broker: rabbit.lab\nbroker_port: 5673\nalerts_exchange: lab_alerts\nmax_payload_size: 1\n',
  );
  expect(meshDefaults(folder.path)).toEqual({
    broker: 'rabbit.lab',
    brokerPort: 5673,
    alertsExchange: 'lab_alerts',
  });
  writeFileSync(path, 'broker_port: many\n');
  expect(() => meshDefaults(folder.path)).toThrow("'broker_port'");
});
