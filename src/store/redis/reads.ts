import { keyBytes } from '../key.ts';
import type { Bound, Entry, Field, Kind, Read, ReadResults } from '../store.ts';
import { asBuffer } from './bytes.ts';
import type { Argument, Command } from './connection.ts';
import { scripts } from './scripts.ts';

/** The one command that answers a read. @throws ALI_KEY */
export function readCommand(read: Read): Command {
  const key = asBuffer(keyBytes(read.key));
  switch (read.read) {
    case 'kind':
      return ['TYPE', key];
    case 'value':
      return ['GET', key];
    case 'entry':
      return ['EVALSHA', scripts.entry.sha, '1', key];
    case 'field':
      return ['HGET', key, asBuffer(keyBytes(read.field))];
    case 'fields':
      // Not `hgetall`: for that name ioredis makes an object, whose keys are no longer bytes.
      return ['HGETALL', key];
    case 'range': {
      const [min, max] = ends(read);
      const limit: Argument[] = read.limit === undefined ? [] : ['LIMIT', '0', String(read.limit)];
      return read.reverse === true
        ? ['ZREVRANGEBYLEX', key, max, min, ...limit]
        : ['ZRANGEBYLEX', key, min, max, ...limit];
    }
    case 'count':
      return ['ZLEXCOUNT', key, ...ends(read)];
    case 'members':
      return ['SMEMBERS', key];
    case 'expiry':
      return ['PTTL', key];
    case 'length':
      return ['LLEN', key];
    case 'items': {
      const start = read.start ?? 0;
      if (read.limit === undefined) return ['LRANGE', key, String(start), '-1'];
      if (read.limit === 0) return ['LRANGE', key, '1', '0'];
      return ['LRANGE', key, String(start), String(start + read.limit - 1)];
    }
  }
}

/** The command again with the text of its script, for a server that has lost it. */
export function withScriptText(command: Command): Command {
  const [name, sha, ...rest] = command;
  return name === 'EVALSHA' && sha === scripts.entry.sha ? ['EVAL', scripts.entry.lua, ...rest] : command;
}

/** What a read gives where the key is absent or of another kind. */
export function nothing(read: Read): ReadResults[Read['read']] {
  switch (read.read) {
    case 'fields':
    case 'range':
    case 'members':
    case 'items':
      return [];
    case 'count':
    case 'length':
      return 0;
    default:
      return undefined;
  }
}

export function readResult(read: Read, reply: unknown): ReadResults[Read['read']] {
  if (reply === null) return nothing(read);
  switch (read.read) {
    case 'kind':
      return kindOf(reply as Buffer);
    case 'entry':
      return entryOf(reply as [Buffer, unknown?]);
    case 'fields':
      return fieldsOf(reply as Buffer[]);
    case 'members':
      return (reply as Buffer[]).sort(Buffer.compare);
    case 'expiry':
      // -1: the key stays; -2: there is none.
      return (reply as number) < 0 ? undefined : (reply as number);
    default:
      return reply as Buffer | Buffer[] | number;
  }
}

const kinds: Record<string, Kind | undefined> = {
  none: undefined,
  string: 'value',
  hash: 'hash',
  zset: 'series',
  set: 'set',
  list: 'list',
};

function kindOf(type: Buffer): Kind | undefined {
  const name = type.toString('latin1');
  return name in kinds ? kinds[name] : 'other';
}

function entryOf([type, content]: [Buffer, unknown?]): Entry | undefined {
  const kind = kindOf(type);
  switch (kind) {
    case undefined:
      return undefined;
    case 'value':
      return { kind, value: content as Buffer };
    case 'series':
      return { kind, last: content as Buffer };
    case 'hash':
      return { kind, fields: fieldsOf(content as Buffer[]) };
    default:
      return { kind };
  }
}

function fieldsOf(flat: readonly Buffer[]): Field[] {
  const fields: Field[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) fields.push([flat[i] as Buffer, flat[i + 1] as Buffer]);
  return fields;
}

function ends(read: { min?: Bound | undefined; max?: Bound | undefined }): [Argument, Argument] {
  return [bound(read.min, '-'), bound(read.max, '+')];
}

function bound(end: Bound | undefined, open: string): Argument {
  if (end === undefined) return open;
  return Buffer.concat([Buffer.from(end.inclusive ? '[' : '('), end.at]);
}
