import { AlidadeError } from '../shared/errors.ts';
import type { ChannelDefinition } from './channel-definition.ts';
import type { ChannelValue } from './channel-type.ts';
import { decompress } from './compression/index.ts';
import { itemsOf, scalarOf } from './items.ts';
import { itemCount, scalarShape, shapeOfValue } from './shape.ts';

export interface DecodedValue {
  readonly value: ChannelValue;
  /** NumPy's; `[]` of a scalar and of text. */
  readonly shape: readonly number[];
}

/** The most bytes that one value is given when it is decompressed. */
const maxValueBytes = 256 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value in a data frame that is not empty.
 *
 * @param strictPython drops a slowest dimension of 1, as Python's bsread does
 * @returns undefined when it has no items
 * @throws ALI_DECODE with the reason
 */
export function decodeValue(
  definition: ChannelDefinition,
  frame: Uint8Array,
  strictPython: boolean,
): DecodedValue | undefined {
  const { type, itemBytes, fault, encoding } = definition;
  if (type === undefined || fault !== undefined) throw undecodable(fault ?? 'its type is not known');
  const bytes = plainBytes(definition, frame);
  if (bytes.length === 0) return undefined;
  if (bytes.length % itemBytes !== 0) {
    throw undecodable(`${bytes.length} bytes are no whole number of ${type} items`);
  }
  const items = bytes.length / itemBytes;
  const shape = shapeOfValue(definition.numpyShape, items, strictPython);
  if (shape === undefined) {
    throw undecodable(`${items} items do not fill the shape [${definition.shape}]`);
  }
  if (type === 'string') return { value: text(bytes), shape: scalarShape };
  const isBig = encoding === 'big';
  if (shape.length === 0) return { value: scalarOf(type, bytes, isBig), shape };
  return { value: itemsOf(type, bytes, isBig), shape };
}

function plainBytes({ compression, shape, itemBytes, encoding, type }: ChannelDefinition, frame: Uint8Array) {
  if (compression === 'none') return frame;
  if (compression === undefined) throw undecodable('its compression is not known');
  const isOpen = shape === undefined || type === 'string' || shape.includes(-1) || itemCount(shape) === 1;
  return decompress(frame, {
    compression,
    elementBytes: itemBytes,
    byteOrder: encoding,
    sizeBytes: isOpen ? undefined : itemCount(shape) * itemBytes,
    maxBytes: maxValueBytes,
  });
}

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw undecodable('the text is not UTF-8');
  }
}

function undecodable(reason: string): AlidadeError {
  return new AlidadeError('ALI_DECODE', reason);
}
