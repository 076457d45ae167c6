import { decompress } from '../bsread/compression/index.ts';
import type { ChannelDefinition } from '../bsread/index.ts';
import { declaredForm, type Form, formOf, formOfValue } from './form.ts';
import { undecodable } from './undecodable.ts';

/** A value that could be decoded. */
export interface PlainValue {
  readonly form: Form;
  /** Not compressed, in the channel's byte order; truth values are 0 and 1. */
  readonly bytes: Uint8Array;
  /** Of a text. */
  readonly text: string | undefined;
}

/** The most bytes that a value is given where type and shape do not tell them. */
const maxOpenBytes = 256 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns undefined when it has no items. @throws ALI_DECODE */
export function plainValue(frame: Uint8Array, definition: ChannelDefinition): PlainValue | undefined {
  const { type, itemBytes, fault, shape } = definition;
  if (type === undefined || fault !== undefined) throw undecodable(fault ?? 'its type is not known');
  const bytes = plainBytes(frame, definition);
  if (bytes.length === 0) return undefined;
  if (type === 'string') return { form: formOf(type, [], itemBytes), bytes, text: textOf(bytes, definition) };
  const isWhole = bytes.length % itemBytes === 0;
  const form = isWhole ? formOfValue(definition, bytes.length / itemBytes) : undefined;
  if (form === undefined)
    throw undecodable(`${bytes.length} bytes do not fill the shape [${shape}] of ${type}`);
  return { form, bytes: type === 'bool' ? truths(bytes) : bytes, text: undefined };
}

function plainBytes(frame: Uint8Array, definition: ChannelDefinition): Uint8Array {
  const { compression, itemBytes, encoding, numpyShape } = definition;
  if (compression === 'none' || compression === undefined) return frame;
  const isArray = numpyShape !== undefined && numpyShape.length > 0;
  const declared = isArray ? declaredForm(definition) : undefined;
  return decompress(frame, {
    compression,
    elementBytes: itemBytes,
    byteOrder: encoding,
    sizeBytes: declared?.type === 'string' ? undefined : declared?.rowBytes,
    maxBytes: maxOpenBytes,
  });
}

/** The same items in the other byte order. */
export function swapped(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const buffer = Buffer.from(bytes);
  if (itemBytes === 2) return buffer.swap16();
  if (itemBytes === 4) return buffer.swap32();
  if (itemBytes === 8) return buffer.swap64();
  return buffer;
}

/** Any byte but 0 is true. */
function truths(bytes: Uint8Array): Uint8Array {
  return bytes.some((byte) => byte > 1) ? bytes.map((byte) => (byte === 0 ? 0 : 1)) : bytes;
}

function textOf(bytes: Uint8Array, { numpyShape }: ChannelDefinition): string {
  const [length, ...more] = numpyShape ?? [];
  if (more.length > 0 || (length !== undefined && length !== -1 && length !== bytes.length)) {
    throw undecodable(`a text of ${bytes.length} bytes does not fill the shape [${numpyShape}]`);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw undecodable('the text is not UTF-8');
  }
  if (text.includes('\0'))
    throw undecodable('the text has a NUL character, where readers of HDF5 would end it');
  return text;
}
