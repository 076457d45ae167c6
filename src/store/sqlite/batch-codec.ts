import { AlidadeError, type ErrorCode } from '../../shared/errors.ts';
import { type PlainCondition, type PlainNotice, type PlainOperation, plainOperation } from '../normalize.ts';
import type { BatchResult, Operation, Outcome } from '../store.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import type { PlainBatch } from './writes.ts';

/**
 * Batches and their results as bytes, for the way between a process and its writer thread: one transferred buffer for a
 * group of any size costs a tenth of what cloning its objects would.
 */
const conditionTags = ['absent', 'equals', 'field-absent', 'field-equals', 'revision'] as const;
const operationTags = [
  'set',
  'set-field',
  'delete-field',
  'add',
  'set-add',
  'set-remove',
  'push',
  'trim',
  'pop',
  'drain',
  'delete',
  'set-fields',
] as const;

/** Operations are checked as they are written, so that a long batch is not in memory once more. */
export function writeBatch(out: ByteWriter, batch: UncheckedBatch): void {
  out.u32(batch.conditions.length);
  for (const condition of batch.conditions) writeCondition(out, condition);
  out.u32(batch.operations.length);
  out.measured(() => {
    for (const operation of batch.operations) writeOperation(out, plainOperation(operation));
  });
}

export interface UncheckedBatch {
  readonly conditions: readonly PlainCondition[];
  readonly operations: readonly Operation[];
}

/** Fewer operations than this are read at once, which is faster; more of them one by one, for the sake of memory. */
const many = 64;

export function readBatch(from: ByteReader): PlainBatch {
  const conditions = Array.from({ length: from.u32() }, () => readCondition(from));
  const length = from.u32();
  const sizeBytes = from.u32();
  if (length < many) return { conditions, operations: Array.from({ length }, () => readOperation(from)) };
  const bytes = from.raw(sizeBytes);
  return { conditions, operations: { length, [Symbol.iterator]: () => readOperations(bytes) } };
}

function* readOperations(bytes: Uint8Array): Generator<PlainOperation> {
  for (const from = new ByteReader(bytes); !from.done; ) yield readOperation(from);
}

export function writeResult(out: ByteWriter, result: BatchResult | AlidadeError): void {
  if (result instanceof AlidadeError) {
    out.u8(2);
    writeText(out, result.code);
    writeText(out, result.message);
  } else if (!result.applied) {
    out.u8(0);
    out.u32(result.failed);
  } else {
    out.u8(1);
    out.u32(result.outcomes.length);
    for (const { changed, found, items } of result.outcomes) {
      out.u32(changed);
      out.u8((found === undefined ? 0 : 1) | (items === undefined ? 0 : 2));
      if (found !== undefined) out.bytes(found);
      if (items !== undefined) writeList(out, items);
    }
  }
}

export function readResult(from: ByteReader): BatchResult | AlidadeError {
  const tag = from.u8();
  if (tag === 2) return new AlidadeError(readText(from) as ErrorCode, readText(from));
  if (tag === 0) return { applied: false, failed: from.u32() };
  return { applied: true, outcomes: Array.from({ length: from.u32() }, () => readOutcome(from)) };
}

function readOutcome(from: ByteReader): Outcome {
  const changed = from.u32();
  const flags = from.u8();
  return {
    changed,
    // Copies, so that a result that is kept does not keep its whole group in memory.
    ...(flags & 1 && { found: new Uint8Array(from.bytes()) }),
    ...(flags & 2 && { items: readList(from).map((item) => new Uint8Array(item)) }),
  };
}

function writeCondition(out: ByteWriter, condition: PlainCondition): void {
  out.u8(conditionTags.indexOf(condition.if));
  out.bytes(condition.key);
  if ('field' in condition) out.bytes(condition.field);
  if ('value' in condition) out.bytes(condition.value);
  if ('revision' in condition) out.f64(condition.revision);
}

function readCondition(from: ByteReader): PlainCondition {
  const tag = conditionTags[from.u8()] ?? 'absent';
  const key = from.bytes();
  switch (tag) {
    case 'absent':
      return { if: tag, key };
    case 'equals':
      return { if: tag, key, value: from.bytes() };
    case 'field-absent':
      return { if: tag, key, field: from.bytes() };
    case 'field-equals':
      return { if: tag, key, field: from.bytes(), value: from.bytes() };
    case 'revision':
      return { if: tag, key, revision: from.f64() };
  }
}

function writeOperation(out: ByteWriter, operation: PlainOperation): void {
  out.u8(operationTags.indexOf(operation.do));
  out.bytes(operation.key);
  writeNotice(out, operation.notice);
  switch (operation.do) {
    case 'set':
      out.u8(operation.onlyIfAbsent ? 1 : 0);
      out.f64(operation.expireMs ?? -1);
      out.bytes(operation.value);
      break;
    case 'set-field':
      out.u8(operation.onlyIfAbsent ? 1 : 0);
      out.bytes(operation.field);
      out.bytes(operation.value);
      break;
    case 'delete-field':
      out.bytes(operation.field);
      break;
    case 'trim':
      out.f64(operation.keepLast ?? -1);
      writeList(out, operation.below === undefined ? [] : [operation.below]);
      break;
    case 'add':
    case 'set-add':
    case 'set-remove':
    case 'push':
    case 'set-fields':
      writeList(out, operation.members);
      break;
  }
}

function readOperation(from: ByteReader): PlainOperation {
  const tag = operationTags[from.u8()] ?? 'delete';
  const key = from.bytes();
  const notice = readNotice(from);
  switch (tag) {
    case 'set': {
      const onlyIfAbsent = from.u8() === 1;
      const expireMs = from.f64();
      return {
        do: tag,
        key,
        notice,
        onlyIfAbsent,
        expireMs: expireMs < 0 ? undefined : expireMs,
        value: from.bytes(),
      };
    }
    case 'set-field':
      return {
        do: tag,
        key,
        notice,
        onlyIfAbsent: from.u8() === 1,
        field: from.bytes(),
        value: from.bytes(),
      };
    case 'delete-field':
      return { do: tag, key, notice, field: from.bytes() };
    case 'trim': {
      const keepLast = from.f64();
      return {
        do: tag,
        key,
        notice,
        keepLast: keepLast < 0 ? undefined : keepLast,
        below: readList(from)[0],
      };
    }
    case 'add':
    case 'set-add':
    case 'set-remove':
    case 'push':
    case 'set-fields':
      return { do: tag, key, notice, members: readList(from) };
    default:
      return { do: tag, key, notice };
  }
}

function writeNotice(out: ByteWriter, notice: PlainNotice | undefined): void {
  if (notice === undefined) {
    out.u8(0);
    return;
  }
  out.u8('payload' in notice ? 1 : 2);
  out.bytes(notice.channel);
  out.bytes('payload' in notice ? notice.payload : notice.prefix);
}

function readNotice(from: ByteReader): PlainNotice | undefined {
  const tag = from.u8();
  if (tag === 0) return undefined;
  const channel = from.bytes();
  return tag === 1 ? { channel, payload: from.bytes() } : { channel, prefix: from.bytes() };
}

function writeList(out: ByteWriter, list: readonly Uint8Array[]): void {
  out.u32(list.length);
  for (const bytes of list) out.bytes(bytes);
}

function readList(from: ByteReader): Uint8Array[] {
  return Array.from({ length: from.u32() }, () => from.bytes());
}

function writeText(out: ByteWriter, text: string): void {
  out.bytes(Buffer.from(text, 'utf8'));
}

function readText(from: ByteReader): string {
  return Buffer.from(from.bytes()).toString('utf8');
}
