import { AlidadeError, isAlidadeError, messageOf } from '../../shared/errors.ts';
import type { RedisTarget } from './url.ts';

/** ioredis's word for a command that it did not send, because the connection was not open. */
const notSent = "Stream isn't writeable and enableOfflineQueue options is false";

/** Whether a command failed before one byte of it went out, so that it may be sent again. */
export function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && error.message === notSent;
}

/** The first word of an error reply (`WRONGTYPE`, `OOM`), undefined for an error that is not the server's answer. */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  // Before Redis 7 an error inside a script comes as "ERR Error running script (…): @user_script:3: -OOM …".
  return /^(?:ERR Error running script .*?@user_script: ?\d+: -?)?([A-Z]+)\b/.exec(error.message)?.[1];
}

/**
 * What an error of ioredis, the socket or the server means for the user of this target. The error itself is not kept
 * as a cause: it carries the arguments of its command, among which a password or 64 MiB of value may be.
 */
export function redisFailure(error: unknown, target: RedisTarget, doing = 'the operation'): AlidadeError {
  if (isAlidadeError(error)) return error;
  const code = replyCode(error);
  const said = scrubbed(messageOf(error), target);
  if (code === undefined) return connectionFailure(error, said, target);
  const where = target.location;
  switch (code) {
    case 'WRONGTYPE':
      return new AlidadeError(
        'ALI_WRONG_KIND',
        `${where}: ${doing} met a key that holds another kind of entry; nothing was written`,
      );
    case 'OOM':
      return new AlidadeError(
        'ALI_STORE_FULL',
        `${where} has used all the memory it is allowed (maxmemory) and refused the write; nothing was written. Raise maxmemory or delete what is no longer needed.`,
      );
    case 'MISCONF':
      return new AlidadeError(
        'ALI_STORE_FULL',
        `${where} cannot save to its disk and refuses writes; nothing was written: ${said}`,
      );
    case 'READONLY':
      return new AlidadeError(
        'ALI_READ_ONLY',
        `${where} is a read-only replica; nothing was written. Write to its master.`,
      );
    case 'WRONGPASS':
    case 'NOAUTH':
    case 'NOPERM':
      return loginFailure(code, said, target);
    case 'CROSSSLOT':
      return new AlidadeError(
        'ALI_USAGE',
        `${where} is a Redis Cluster, where the keys of one batch must lie in one hash slot; nothing was done. Give the keys one {tag} or write them one by one.`,
      );
    case 'MOVED':
    case 'ASK':
      return new AlidadeError(
        'ALI_STORE_FAILED',
        `${where} is one node of a Redis Cluster and the key lies on another node (${said}); nothing was done. Connect through a cluster proxy, or to a single server.`,
      );
    case 'LOADING':
    case 'MASTERDOWN':
    case 'CLUSTERDOWN':
    case 'TRYAGAIN':
      return new AlidadeError('ALI_STORE_UNREACHABLE', `${where} is not ready yet: ${said}`);
    case 'BUSY':
      return new AlidadeError('ALI_STORE_BUSY', `${where} is held up by a slow script: ${said}`);
    default:
      return new AlidadeError('ALI_STORE_FAILED', `${where}: ${doing} failed: ${said}`);
  }
}

function loginFailure(code: string, said: string, target: RedisTarget): AlidadeError {
  const who = target.username === undefined ? 'the default user' : `user '${target.username}'`;
  const what = {
    WRONGPASS: `refused the user name or password (for ${who}). Check both in the store URL; special characters in them are percent-encoded.`,
    NOAUTH: 'wants a password. Give it in the store URL: redis://USER:PASSWORD@HOST.',
    NOPERM: `does not allow ${who} what this needs: ${said}. An administrator grants it with ACL SETUSER.`,
  }[code];
  return new AlidadeError('ALI_STORE_LOGIN', `${target.location} ${what}`);
}

function connectionFailure(error: unknown, said: string, target: RedisTarget): AlidadeError {
  const why = reasonOf(error, target);
  if (/Protocol error|Unknown RESP type|please report/i.test(said)) {
    return new AlidadeError(
      'ALI_STORE_UNREACHABLE',
      `what listens at ${target.location} does not speak as a Redis server does. Check host and port; a server with TLS needs rediss://.`,
    );
  }
  if (target.tls !== undefined && /CERT|SELF_SIGNED|ALTNAME|SSL|TLS/i.test(why)) {
    return new AlidadeError(
      'ALI_STORE_UNREACHABLE',
      `no safe connection to ${target.location}: ${said}. For a certificate of your own, name its authority in NODE_EXTRA_CA_CERTS.`,
    );
  }
  return new AlidadeError('ALI_STORE_UNREACHABLE', `${unreachable(target)} (${why})`);
}

/** The shortest word for why a connection failed: `ECONNREFUSED`, or what was said. */
export function reasonOf(error: unknown, target: RedisTarget): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : scrubbed(messageOf(error), target);
}

function unreachable(target: RedisTarget): string {
  return `no answer from the Redis server at ${target.location}: is it running there, and reachable from here?`;
}

/** For an operation that never was sent; `lastError` is why the connection failed last. */
export function notReached(target: RedisTarget, waitMs: number, lastError?: AlidadeError): AlidadeError {
  return new AlidadeError(
    lastError?.code ?? 'ALI_STORE_UNREACHABLE',
    `${lastError?.message ?? unreachable(target)} Waited ${waitMs / 1000} s; nothing was sent.`,
  );
}

/** For an operation that was sent and whose answer did not come. */
export function answerLost(target: RedisTarget, why: string): AlidadeError {
  return new AlidadeError(
    'ALI_STORE_UNREACHABLE',
    `the connection to ${target.location} was lost before the answer came (${why}); the operation was done once or not at all`,
  );
}

function scrubbed(message: string, target: RedisTarget): string {
  return target.password === undefined ? message : message.replaceAll(target.password, '***');
}
