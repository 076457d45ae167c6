import { expect, test } from 'vitest';
import { redisTarget } from './url.ts';

test('a URL gives host, port, database, user and password, decoded', () => {
  expect(redisTarget('redis://us%65r:p%40ss%2F@store.example:6380/3')).toEqual({
    host: 'store.example',
    port: 6380,
    username: 'user',
    password: 'p@ss/',
    database: 3,
    tls: undefined,
    location: 'redis://store.example:6380/3',
  });
});

test('what a URL leaves out has its usual value', () => {
  expect(redisTarget('redis://h')).toMatchObject({
    port: 6379,
    username: undefined,
    password: undefined,
    database: undefined,
    location: 'redis://h:6379',
  });
  expect(redisTarget(new URL('redis://h/'))).toMatchObject({ database: undefined });
  expect(redisTarget('redis://:pw@h')).toMatchObject({ username: undefined, password: 'pw' });
});

test('rediss means TLS for the name of the host', () => {
  expect(redisTarget('rediss://h:1').tls).toEqual({ servername: 'h' });
  expect(redisTarget('rediss://10.0.0.1', { ca: 'x' }).tls).toEqual({ ca: 'x' });
});

test('an IPv6 host has brackets in the URL only', () => {
  expect(redisTarget('redis://[::1]:7/0')).toMatchObject({ host: '::1', location: 'redis://[::1]:7/0' });
});

test.each([
  'redis://u:s3cret@',
  'redis://u:s3cret@h/x',
  'redis://u:s3cret@h/0/1',
  'redis://u:s3cret@h/-1',
  'redis://u:s3cret@h:port',
  'redis://u:s3cret%zz@h',
  'redis://u:s3cret@h?db=1',
  'http://u:s3cret@h',
  'redis:',
  's3cret',
])('%s is refused with ALI_STORE_URL, which shows the form and no password', (url) => {
  const error = (() => {
    try {
      return redisTarget(url);
    } catch (thrown) {
      return thrown as Error;
    }
  })();
  expect(error).toMatchObject({ code: 'ALI_STORE_URL' });
  expect((error as Error).message).toContain('redis://[USER:PASSWORD@]HOST');
  expect((error as Error).message).not.toContain('s3cret');
});
