import type { PlainOperation } from '../normalize.ts';
import type { Outcome } from '../store.ts';
import { expiryArgument, flag, noticeArguments, trimBelow, trimRank } from './batch.ts';
import { asBuffer } from './bytes.ts';
import type { Argument } from './connection.ts';
import { packedArray } from './packed.ts';
import { type Script, scripts } from './scripts.ts';

/** The short way for one operation: a command of the server, or a small script. */
export interface Single {
  readonly call: string | Script;
  /** What follows the key. */
  readonly args: readonly Argument[];
  readonly outcome: (reply: unknown) => Outcome;
}

type WithMembers = Extract<PlainOperation, { readonly members: readonly Uint8Array[] }>;

/** Longer lists of members go to the batch script, which checks what a server takes. */
const mostMembers = 100_000;

const changedOne = (): Outcome => ({ changed: 1 });
const changedAsSaid = (reply: unknown): Outcome => ({ changed: reply as number });
const changedOrFound = (reply: unknown): Outcome =>
  reply === null ? { changed: 1 } : { changed: 0, found: reply as Buffer };

/** The short way for an operation, undefined where only the batch script will do. */
export function singleOf(operation: PlainOperation): Single | undefined {
  return operation.notice === undefined ? quiet(operation) : telling(operation);
}

/** Longer batches would keep the server from others, of which several go at once. */
const mostSets = 64;

/** What the script for values that are set together takes for one batch; undefined where the batch holds anything else. */
export function setArguments(operations: readonly PlainOperation[]): readonly Argument[] | undefined {
  if (operations.length === 0 || operations.length > mostSets) return undefined;
  const args: Argument[] = [];
  for (const operation of operations) {
    if (operation.do !== 'set' || operation.onlyIfAbsent) return undefined;
    const notice = noticeArguments(operation.notice);
    args.push(...notice, asBuffer(operation.value), expiryArgument(operation.expireMs));
  }
  // One argument costs a client less than many.
  return [String(operations.length), packedArray(args)];
}

function telling(operation: PlainOperation): Single | undefined {
  const notice = noticeArguments(operation.notice);
  switch (operation.do) {
    case 'set': {
      const value = asBuffer(operation.value);
      const args = [...notice, value, flag(operation.onlyIfAbsent), expiryArgument(operation.expireMs)];
      return { call: scripts.set, args, outcome: changedOrFound };
    }
    case 'set-field': {
      const args = [
        ...notice,
        asBuffer(operation.field),
        asBuffer(operation.value),
        flag(operation.onlyIfAbsent),
      ];
      return { call: scripts.setField, args, outcome: changedOrFound };
    }
    case 'add':
      if (operation.members.length === 0 || operation.members.length > mostMembers) return undefined;
      return {
        call: scripts.add,
        args: [...notice, String(operation.members.length), ...operation.members.map(asBuffer)],
        outcome: changedAsSaid,
      };
    default:
      return undefined;
  }
}

function quiet(operation: PlainOperation): Single | undefined {
  switch (operation.do) {
    case 'set': {
      if (operation.onlyIfAbsent) return telling(operation);
      const value = asBuffer(operation.value);
      const expiry = expiryArgument(operation.expireMs);
      return { call: 'SET', args: expiry === '' ? [value] : [value, 'PX', expiry], outcome: changedOne };
    }
    case 'set-field':
      if (operation.onlyIfAbsent) return telling(operation);
      return {
        call: 'HSET',
        args: [asBuffer(operation.field), asBuffer(operation.value)],
        outcome: changedOne,
      };
    case 'delete-field':
      return { call: 'HDEL', args: [asBuffer(operation.field)], outcome: changedAsSaid };
    case 'trim':
      return trim(operation);
    case 'pop':
      return {
        call: 'LPOP',
        args: [],
        outcome: (reply) =>
          reply === null ? { changed: 0, items: [] } : { changed: 1, items: [reply as Buffer] },
      };
    case 'delete':
      return { call: 'UNLINK', args: [], outcome: changedAsSaid };
    case 'drain':
      return undefined;
    default:
      return members(operation);
  }
}

function members(operation: WithMembers): Single | undefined {
  const count = operation.members.length;
  if (count === 0 || count > mostMembers) return undefined;
  const args = operation.members.map(asBuffer);
  switch (operation.do) {
    case 'add':
      return { call: 'ZADD', args: args.flatMap((member) => ['0', member]), outcome: changedAsSaid };
    case 'set-add':
      return { call: 'SADD', args, outcome: changedAsSaid };
    case 'set-remove':
      return { call: 'SREM', args, outcome: changedAsSaid };
    case 'set-fields':
      return { call: 'HSET', args, outcome: () => ({ changed: count / 2 }) };
    case 'push':
      return { call: 'RPUSH', args, outcome: () => ({ changed: count }) };
  }
}

function trim(operation: Extract<PlainOperation, { readonly do: 'trim' }>): Single | undefined {
  const { below, keepLast } = operation;
  if (below !== undefined && keepLast === undefined) {
    return { call: 'ZREMRANGEBYLEX', args: ['-', trimBelow(below)], outcome: changedAsSaid };
  }
  if (below === undefined && keepLast !== undefined) {
    return { call: 'ZREMRANGEBYRANK', args: ['0', trimRank(keepLast)], outcome: changedAsSaid };
  }
  return undefined;
}
