import { Fault } from './fault.ts';

/**
 * One field of a structured type, as NumPy's `dtype.descr` has it: name (or title and name), type, and the shape when
 * the field is itself an array. A field with the name '' is padding.
 */
export type Field = readonly [
  name: string | readonly [title: string, name: string],
  type: Descriptor,
  shape?: readonly number[],
];

/** A NumPy type: `'<f8'`, `'float64'`, `'|S3'`, `'<M8[ns]'`, or a list of fields. */
export type Descriptor = string | readonly Field[];

export type DTypeKind = 'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'U' | 'V' | 'M' | 'm' | 'struct';

export interface DTypeField {
  readonly name: string;
  readonly title: string | undefined;
  readonly type: DType;
  /** Empty for a plain field. */
  readonly shape: readonly number[];
  readonly offset: number;
}

/** A NumPy type, understood. */
export interface DType {
  /** In canonical form: `'<f8'` for `'float64'`, `'|i1'` for `'<i1'`. */
  readonly descriptor: Descriptor;
  readonly kind: DTypeKind;
  readonly itemSizeBytes: number;
  readonly littleEndian: boolean;
  /** Unit of a time: `'ns'`, `'25s'`, or '' for NumPy's generic unit and for other kinds. */
  readonly unit: string;
  readonly fields: readonly DTypeField[];
}

const maxItemSizeBytes = 2 ** 31 - 1;
const maxStructDepth = 32;

const names: Readonly<Record<string, string>> = {
  '?': 'b1',
  bool: 'b1',
  bool_: 'b1',
  bool8: 'b1',
  b: 'i1',
  int8: 'i1',
  byte: 'i1',
  B: 'u1',
  uint8: 'u1',
  ubyte: 'u1',
  h: 'i2',
  int16: 'i2',
  short: 'i2',
  H: 'u2',
  uint16: 'u2',
  ushort: 'u2',
  i: 'i4',
  int32: 'i4',
  intc: 'i4',
  I: 'u4',
  uint32: 'u4',
  uintc: 'u4',
  l: 'i8',
  q: 'i8',
  p: 'i8',
  int: 'i8',
  int64: 'i8',
  intp: 'i8',
  int_: 'i8',
  longlong: 'i8',
  L: 'u8',
  Q: 'u8',
  P: 'u8',
  uint: 'u8',
  uint64: 'u8',
  uintp: 'u8',
  ulonglong: 'u8',
  e: 'f2',
  float16: 'f2',
  half: 'f2',
  f: 'f4',
  float32: 'f4',
  single: 'f4',
  d: 'f8',
  float: 'f8',
  float64: 'f8',
  float_: 'f8',
  double: 'f8',
  g: 'f16',
  float128: 'f16',
  longdouble: 'f16',
  F: 'c8',
  complex64: 'c8',
  csingle: 'c8',
  D: 'c16',
  complex: 'c16',
  complex128: 'c16',
  cdouble: 'c16',
  G: 'c32',
  complex256: 'c32',
  clongdouble: 'c32',
  S: 'S0',
  a: 'S0',
  bytes: 'S0',
  bytes_: 'S0',
  c: 'S1',
  U: 'U0',
  str: 'U0',
  str_: 'U0',
  V: 'V0',
  void: 'V0',
};

const sizes: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 16],
  c: [8, 16, 32],
  M: [8],
  m: [8],
};

const plainTypes = new Map<string, DType>();
const maxPlainTypes = 256;

export function isDType(dtype: Descriptor | DType): dtype is DType {
  return typeof dtype === 'object' && 'kind' in dtype;
}

/**
 * Understands a NumPy type: codes with or without byte order ('<f8', 'i4', '=u2', '|V3', '<M8[25s]'), names
 * ('float64', 'd', 'datetime64[ms]') and lists of fields.
 *
 * @throws Fault on anything else, on object types, and on items above 2 GiB.
 */
export function parseDType(descriptor: unknown): DType {
  return parse(descriptor, 0);
}

function parse(descriptor: unknown, depth: number): DType {
  if (typeof descriptor === 'string') {
    const known = plainTypes.get(descriptor);
    if (known !== undefined) return known;
    const type = parsePlain(descriptor);
    if (plainTypes.size < maxPlainTypes) plainTypes.set(descriptor, type);
    return type;
  }
  if (Array.isArray(descriptor)) return parseStruct(descriptor, depth);
  throw new Fault('a dtype is a text such as "<f8", or a list of fields');
}

function parsePlain(text: string): DType {
  const match = /^([<>=|]?)([^<>=|[\]]{1,20})(?:\[([^[\]]{0,30})\])?$/u.exec(text);
  if (match === null) throw unknownType(text);
  const [, order = '', word = '', unit = ''] = match;
  const code = codeOf(word);
  const parts = code === undefined ? null : /^([biufcSUVMm])(\d{1,10})$/.exec(code);
  if (parts === null) throw unknownType(text);
  const kind = parts[1] as DTypeKind;
  const size = Number(parts[2]);
  const allowed = sizes[kind];
  if (allowed !== undefined && !allowed.includes(size)) throw unknownType(text);
  const isTime = kind === 'M' || kind === 'm';
  if (
    (!isTime && match[3] !== undefined) ||
    !/^(\d{0,9}(Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as))?$/u.test(unit)
  ) {
    throw unknownType(text);
  }
  const itemSizeBytes = kind === 'U' ? 4 * size : size;
  if (itemSizeBytes > maxItemSizeBytes) throw new Fault(`dtype ${quote(text)} is larger than 2 GiB an item`);
  const orderless = kind === 'S' || kind === 'V' || (kind !== 'U' && itemSizeBytes === 1);
  const littleEndian = orderless || order !== '>';
  const mark = orderless ? '|' : littleEndian ? '<' : '>';
  const canonicalUnit = unit === 'μs' ? 'us' : unit.replace(/^0*1(?!\d)/, '');
  const suffix = canonicalUnit === '' ? '' : `[${canonicalUnit}]`;
  return {
    descriptor: `${mark}${kind}${size}${suffix}`,
    kind,
    itemSizeBytes,
    littleEndian,
    unit: canonicalUnit,
    fields: [],
  };
}

function codeOf(word: string): string | undefined {
  if (Object.hasOwn(names, word)) return names[word];
  if (word === 'O' || word.startsWith('object')) {
    throw new Fault('arrays of Python objects are pickles inside, which are neither read nor written');
  }
  if (word === 'M' || word === 'datetime64') return 'M8';
  if (word === 'm' || word === 'timedelta64') return 'm8';
  return word.replace(/^a(?=\d)/, 'S');
}

function parseStruct(list: readonly unknown[], depth: number): DType {
  if (depth >= maxStructDepth) throw new Fault(`a structured dtype is nested deeper than ${maxStructDepth}`);
  const fields: DTypeField[] = [];
  const canonical: Field[] = [];
  const used = new Set<string>();
  let offset = 0;
  for (const entry of list) {
    const field = parseField(entry, offset, depth);
    if (field.name !== '') {
      if (used.has(field.name)) throw new Fault(`a structured dtype has two fields ${quote(field.name)}`);
      used.add(field.name);
    }
    fields.push(field);
    const name = field.title === undefined ? field.name : ([field.title, field.name] as const);
    canonical.push(
      field.shape.length === 0 ? [name, field.type.descriptor] : [name, field.type.descriptor, field.shape],
    );
    offset += field.type.itemSizeBytes * field.shape.reduce((product, n) => product * n, 1);
    if (offset > maxItemSizeBytes) throw new Fault('a structured dtype is larger than 2 GiB an item');
  }
  return {
    descriptor: canonical,
    kind: 'struct',
    itemSizeBytes: offset,
    littleEndian: true,
    unit: '',
    fields,
  };
}

function parseField(entry: unknown, offset: number, depth: number): DTypeField {
  if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3) {
    throw new Fault('a field of a structured dtype is a name, a type and perhaps a shape');
  }
  const [label, typeText, shapeValue] = entry as readonly unknown[];
  const titled = Array.isArray(label) && label.length === 2;
  const name: unknown = titled ? label[1] : label;
  const title: unknown = titled ? label[0] : undefined;
  if (typeof name !== 'string' || (title !== undefined && typeof title !== 'string')) {
    throw new Fault('the name of a field in a structured dtype is text');
  }
  const type = parse(typeText, depth + 1);
  const shape = shapeValue === undefined ? [] : typeof shapeValue === 'number' ? [shapeValue] : shapeValue;
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new Fault(`field ${quote(name)} has a shape that is not a list of at most 32 positive integers`);
  }
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  if (count * Math.max(type.itemSizeBytes, 1) > maxItemSizeBytes || (type.itemSizeBytes === 0 && count > 1)) {
    throw new Fault(`field ${quote(name)} is larger than 2 GiB, or an array of empty items`);
  }
  return { name, title, type, shape, offset };
}

function unknownType(text: string): Fault {
  return new Fault(`${quote(text)} is not a NumPy dtype that can be stored`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
