import { ascii, joined, u8, u16, u32 } from './bytes.ts';
import { refusal } from './refusal.ts';
import type { NumberTypeName, TypeName } from './type-name.ts';

export type NumberKind = NumberTypeName extends infer Name
  ? Name extends `${infer Base}be`
    ? Base
    : Name
  : never;

/** A {@link TypeName}, resolved. */
export interface ItemType {
  /** As messages name it. */
  readonly label: string;
  readonly kind: NumberKind | 'bool' | 'string' | 'field';
  readonly isBigEndian: boolean;
  readonly sizeBytes: number;
  /** The body of its datatype message. */
  readonly datatype: Uint8Array;
}

const integer = /^(u?)int(8|16|32|64)(be)?$/;
const float = /^float(16|32|64)(be)?$/;

const known = new Map<string, ItemType>();

/** @throws ALI_HDF5_REFUSED */
export function itemType(name: TypeName): ItemType {
  if (typeof name === 'object') return fieldType(name.string);
  let type = known.get(name);
  if (type === undefined) {
    type = typeNamed(name);
    known.set(name, type);
  }
  return type;
}

function typeNamed(name: Exclude<TypeName, object>): ItemType {
  if (name === 'bool') return named(name, 'bool', 1, boolean());
  if (name === 'string') return named(name, 'string', 16, text());
  const ofInteger = integer.exec(name);
  if (ofInteger !== null) {
    const [, unsigned, bits, be] = ofInteger;
    const size = Number(bits) / 8;
    return number(name, size, be, fixedPoint(size, unsigned === '', be !== undefined));
  }
  const ofFloat = float.exec(name);
  if (ofFloat !== null) {
    const [, bits, be] = ofFloat;
    return number(name, Number(bits) / 8, be, floatingPoint(Number(bits), be !== undefined));
  }
  throw refusal(
    `${JSON.stringify(name)} is no type; there are int8 to uint64, float16 to float64 (with be for big-endian), bool, string and {string: bytes}`,
  );
}

function named(label: string, kind: ItemType['kind'], sizeBytes: number, datatype: Uint8Array): ItemType {
  return { label, kind, isBigEndian: false, sizeBytes, datatype };
}

function number(name: NumberTypeName, size: number, be: string | undefined, datatype: Uint8Array): ItemType {
  const kind = (be === undefined ? name : name.slice(0, -2)) as NumberKind;
  return { label: name, kind, isBigEndian: be !== undefined, sizeBytes: size, datatype };
}

function fieldType(sizeBytes: number): ItemType {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 1 || sizeBytes >= 2 ** 31) {
    throw refusal(`a text field has 1 byte or more (below 2 GiB), not ${sizeBytes}`);
  }
  // Class 3, padded with NUL, UTF-8.
  return named(`{string: ${sizeBytes}}`, 'field', sizeBytes, joined(u8(0x13, 0x11, 0, 0), u32(sizeBytes)));
}

function fixedPoint(size: number, isSigned: boolean, isBigEndian: boolean): Uint8Array {
  const flags = (isSigned ? 0x08 : 0) | (isBigEndian ? 0x01 : 0);
  return joined(u8(0x10, flags, 0, 0), u32(size), u16(0), u16(8 * size));
}

/** Bits of exponent and mantissa, and the bias of the exponent (IEEE 754). */
const floatLayouts = { 16: [5, 10, 15], 32: [8, 23, 127], 64: [11, 52, 1023] } as const;

function floatingPoint(bits: number, isBigEndian: boolean): Uint8Array {
  const [exponent, mantissa, bias] = floatLayouts[bits as keyof typeof floatLayouts];
  return joined(
    u8(0x11, isBigEndian ? 0x21 : 0x20, bits - 1, 0),
    u32(bits / 8),
    u16(0),
    u16(bits),
    u8(mantissa, exponent, 0, mantissa),
    u32(bias),
  );
}

/** Variable length, UTF-8, ending in NUL. */
function text(): Uint8Array {
  const character = joined(u8(0x10, 0, 0, 0), u32(1), u16(0), u16(8));
  return joined(u8(0x19, 1, 1, 0), u32(16), character);
}

/** An enumeration over int8, as h5py has it. */
function boolean(): Uint8Array {
  return joined(u8(0x38, 2, 0, 0), u32(1), fixedPoint(1, true, false), ascii('FALSE\0TRUE\0'), u8(0, 1));
}
