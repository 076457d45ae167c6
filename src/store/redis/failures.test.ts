import { expect, test } from 'vitest';
import { redisFailure, replyCode } from './failures.ts';
import { redisTarget } from './url.ts';

const target = redisTarget('redis://me:s3cret@h:1');

function reply(message: string): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return error;
}

test.each([
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'ALI_WRONG_KIND'],
  ['WRONGTYPE Operation against a key … script: abc, on @user_script:3.', 'ALI_WRONG_KIND'],
  [
    'ERR Error running script (call to f_12ab): @user_script:3: WRONGTYPE Operation against',
    'ALI_WRONG_KIND',
  ],
  ['ERR Error running script (call to f_12ab): @user_script: 3: -OOM command not allowed', 'ALI_STORE_FULL'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'ALI_STORE_FULL'],
  ['MISCONF Redis is configured to save RDB snapshots, but', 'ALI_STORE_FULL'],
  ["READONLY You can't write against a read only replica.", 'ALI_READ_ONLY'],
  ['NOAUTH Authentication required.', 'ALI_STORE_LOGIN'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'ALI_STORE_LOGIN'],
  ['NOPERM this user has no permissions', 'ALI_STORE_LOGIN'],
  ['LOADING Redis is loading the dataset in memory', 'ALI_STORE_UNREACHABLE'],
  ['BUSY Redis is busy running a script.', 'ALI_STORE_BUSY'],
  ["CROSSSLOT Keys in request don't hash to the same slot", 'ALI_USAGE'],
  ['MOVED 3999 127.0.0.1:6381', 'ALI_STORE_FAILED'],
  ['ERR something else s3cret', 'ALI_STORE_FAILED'],
])('%s is %s', (message, code) => {
  const failure = redisFailure(reply(message), target);
  expect(failure.code).toBe(code);
  expect(failure.message).toContain('redis://h:1');
  expect(failure.message).not.toContain('s3cret');
  expect(failure.cause).toBeUndefined();
});

test('only what the server said has a reply code', () => {
  expect(replyCode(reply('NOSCRIPT No matching script.'))).toBe('NOSCRIPT');
  expect(replyCode(new Error('WRONGTYPE is what a socket said'))).toBeUndefined();
  expect(replyCode(undefined)).toBeUndefined();
});
