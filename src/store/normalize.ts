import { AlidadeError } from '../shared/errors.ts';
import { type Key, keyBytes } from './key.ts';
import { type Condition, maxExpireMs, maxValueBytes, type NoticeOf, type Operation } from './store.ts';

/** A notice with nothing left to decide: sent as it is (`payload`), or `prefix` before what was written. */
export type PlainNotice =
  | { readonly channel: Uint8Array; readonly payload: Uint8Array }
  | { readonly channel: Uint8Array; readonly prefix: Uint8Array };

interface PlainChange {
  readonly key: Uint8Array;
  readonly notice: PlainNotice | undefined;
}

/** {@link Operation} with every key as bytes, every size checked and no optional left: what an engine sees. */
export type PlainOperation =
  | (PlainChange & {
      readonly do: 'set';
      readonly value: Uint8Array;
      readonly expireMs: number | undefined;
      readonly onlyIfAbsent: boolean;
    })
  | (PlainChange & {
      readonly do: 'set-field';
      readonly field: Uint8Array;
      readonly value: Uint8Array;
      readonly onlyIfAbsent: boolean;
    })
  | (PlainChange & { readonly do: 'delete-field'; readonly field: Uint8Array })
  | (PlainChange & {
      /** The members of `set-fields` are fields and values in turn. */
      readonly do: 'add' | 'set-add' | 'set-remove' | 'push' | 'set-fields';
      readonly members: readonly Uint8Array[];
    })
  | (PlainChange & {
      readonly do: 'trim';
      readonly below: Uint8Array | undefined;
      readonly keepLast: number | undefined;
    })
  | (PlainChange & { readonly do: 'pop' | 'drain' | 'delete' });

export type PlainCondition =
  | { readonly if: 'absent'; readonly key: Uint8Array }
  | { readonly if: 'equals'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly if: 'field-absent'; readonly key: Uint8Array; readonly field: Uint8Array }
  | {
      readonly if: 'field-equals';
      readonly key: Uint8Array;
      readonly field: Uint8Array;
      readonly value: Uint8Array;
    }
  | { readonly if: 'revision'; readonly key: Uint8Array; readonly revision: number };

const noBytes = new Uint8Array(0);

/** @throws ALI_KEY, ALI_VALUE_TOO_LARGE, ALI_USAGE (a value that is not bytes, a number that is no count or time) */
export function plainOperation(operation: Operation): PlainOperation {
  const key = keyBytes(operation.key);
  const notice = operation.notice && plainNotice(operation.notice);
  switch (operation.do) {
    case 'set':
      return {
        do: 'set',
        key,
        notice,
        value: checked(operation.value, operation.key),
        expireMs: wholeMs(operation.expireMs),
        onlyIfAbsent: operation.onlyIfAbsent ?? false,
      };
    case 'set-field':
      return {
        do: 'set-field',
        key,
        notice,
        field: keyBytes(operation.field),
        value: checked(operation.value, operation.key),
        onlyIfAbsent: operation.onlyIfAbsent ?? false,
      };
    case 'set-fields': {
      const members: Uint8Array[] = [];
      for (const [field, value] of operation.fields) {
        members.push(keyBytes(field), checked(value, operation.key));
      }
      return { do: 'set-fields', key, notice, members };
    }
    case 'delete-field':
      return { do: 'delete-field', key, notice, field: keyBytes(operation.field) };
    case 'push':
      return { do: 'push', key, notice, members: checkedAll(operation.items, operation.key) };
    case 'add':
    case 'set-add':
    case 'set-remove':
      return { do: operation.do, key, notice, members: checkedAll(operation.members, operation.key) };
    case 'trim':
      return {
        do: 'trim',
        key,
        notice,
        below: operation.below && checked(operation.below, operation.key),
        keepLast: wholeNumber('keepLast', operation.keepLast),
      };
    default:
      return { do: operation.do, key, notice };
  }
}

export function plainCondition(condition: Condition): PlainCondition {
  const key = keyBytes(condition.key);
  switch (condition.if) {
    case 'absent':
      return { if: 'absent', key };
    case 'equals':
      return { if: 'equals', key, value: checked(condition.value, condition.key) };
    case 'field-absent':
      return { if: 'field-absent', key, field: keyBytes(condition.field) };
    case 'field-equals':
      return {
        if: 'field-equals',
        key,
        field: keyBytes(condition.field),
        value: checked(condition.value, condition.key),
      };
    case 'revision':
      wholeNumber('revision', condition.revision);
      return { if: 'revision', key, revision: condition.revision };
  }
}

function plainNotice(notice: NoticeOf): PlainNotice {
  const channel = keyBytes(notice.channel);
  return 'payload' in notice
    ? { channel, payload: checked(notice.payload, notice.channel) }
    : { channel, prefix: checked(notice.prefix ?? noBytes, notice.channel) };
}

function wholeMs(expireMs: number | undefined): number | undefined {
  if (expireMs === undefined) return undefined;
  const ms = Math.ceil(expireMs);
  if (ms > 0 && ms <= maxExpireMs) return ms;
  throw new AlidadeError(
    'ALI_USAGE',
    `expireMs is a positive number of milliseconds up to ${maxExpireMs}, not ${expireMs}`,
  );
}

function wholeNumber<T extends number | undefined>(name: string, value: T): T {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new AlidadeError('ALI_USAGE', `${name} is a whole number from 0, not ${value}`);
}

function checkedAll(values: readonly Uint8Array[], key: Key): readonly Uint8Array[] {
  for (const value of values) checked(value, key);
  return values;
}

function checked(value: Uint8Array, key: Key): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    const what = value === null ? 'null' : typeof value;
    throw new AlidadeError(
      'ALI_USAGE',
      `the value for key ${shown(key)} is bytes (a Uint8Array), not ${what}`,
    );
  }
  if (value.length <= maxValueBytes) return value;
  throw new AlidadeError(
    'ALI_VALUE_TOO_LARGE',
    `the value for key ${shown(key)} has ${value.length} bytes; a store takes at most ${maxValueBytes} (64 MiB). Keep larger data in files and their names here.`,
  );
}

function shown(key: Key): string {
  return typeof key === 'string' ? JSON.stringify(key) : `0x${Buffer.from(key).toString('hex')}`;
}
