import { type Descriptor, type Field, parseDType } from '../encoding/dtype.ts';
import { Fault } from '../encoding/fault.ts';
import { NdArray } from '../encoding/nd-array.ts';
import { NpScalar } from '../encoding/np-scalar.ts';
import { countItems } from '../encoding/shape.ts';
import { Tuple } from '../encoding/tuple.ts';
import { ArrayNode, type Budget, bytesOf, DTypeNode, itemsOf, type Node } from './node.ts';

/** NumPy itself has types of some thousand fields. */
const maxFields = 10_000;

/** `dtype('f8', align, copy)`: the type in the machine's own byte order, until its state says another. */
export function makeDType(args: Tuple<Node>): DTypeNode {
  const [code] = itemsOf(args, 'a NumPy type', 1, 3);
  if (typeof code !== 'string') throw new Fault('a NumPy type has no code');
  // Pickles give objects a size, which their own type does not have.
  return new DTypeNode(parseDType(/^O\d*$/.test(code) ? 'O' : code));
}

/**
 * Completes a type: (version, byte order, array of, names, fields, item size, alignment, flags, metadata).
 * As numpy/core/src/multiarray/descriptor.c writes it since 2005.
 */
export function completeDType(node: DTypeNode, state: Node, budget: Budget): void {
  const items = itemsOf(state, 'the state of a NumPy type', 6, 9);
  const [version, order, subarray, names, fields, itemSize] = items;
  if (typeof version !== 'number' || version < 1 || version > 4) {
    throw new Fault(`a NumPy type has a state of version ${String(version)}, which is unknown`);
  }
  if (subarray instanceof Tuple) {
    const [base, shape] = itemsOf(subarray, 'a NumPy type', 2, 2);
    if (!(base instanceof DTypeNode) || base.shape.length > 0) throw new Fault('a NumPy type is of no type');
    node.type = base.type;
    node.fieldCount = base.fieldCount;
    node.shape = typeof shape === 'number' ? [shape] : shapeOf(shape);
  } else if (names instanceof Tuple) {
    if (!(fields instanceof Map)) throw new Fault('a structured NumPy type has no fields');
    completeStruct(node, names, fields, itemSize, budget);
  } else {
    const { descriptor } = node.type;
    if (typeof descriptor !== 'string') return;
    const mark = order === '>' ? '>' : '<';
    node.type = parseDType(`${mark}${descriptor.slice(1).replace(/\[.*/, '')}${unitOf(items[8])}`);
  }
}

/** Fields in the order of their places, with the gaps between them as padding, as NumPy's own `descr` has them. */
function completeStruct(
  node: DTypeNode,
  names: Tuple<Node>,
  fields: ReadonlyMap<Node, Node>,
  itemSize: Node | undefined,
  budget: Budget,
): void {
  let fieldCount = names.length;
  const placed = Array.from(names, (name) => {
    const [type, offset, title] = itemsOf(fields.get(name), 'a field of a NumPy type', 2, 3);
    if (typeof name !== 'string' || !(type instanceof DTypeNode) || typeof offset !== 'number') {
      throw new Fault('a field of a NumPy type is not made as Python makes it');
    }
    fieldCount += type.fieldCount;
    if (fieldCount > maxFields) throw new Fault(`a NumPy type has more than ${maxFields} fields`);
    return { label: typeof title === 'string' ? ([title, name] as const) : name, type, offset };
  }).sort((a, b) => a.offset - b.offset);
  budget.bytes(64 * fieldCount);
  const descriptor: Field[] = [];
  let at = 0;
  const padTo = (offset: number) => {
    if (!Number.isInteger(offset) || offset < at) throw new Fault('fields of a NumPy type overlap');
    if (offset > at) descriptor.push(['', `|V${offset - at}`]);
    at = offset;
  };
  for (const { label, type, offset } of placed) {
    padTo(offset);
    const inner: Descriptor = type.type.descriptor;
    descriptor.push(type.shape.length === 0 ? [label, inner] : [label, inner, type.shape]);
    at += type.type.itemSizeBytes * type.shape.reduce((product, length) => product * length, 1);
  }
  if (typeof itemSize === 'number') padTo(itemSize);
  node.type = parseDType(descriptor);
  node.fieldCount = fieldCount;
}

/** `[25s]` from the metadata of a time: ({…}, (unit, number of it, divisor, events)). */
function unitOf(metadata: Node | undefined): string {
  if (!(metadata instanceof Tuple)) return '';
  const [name, count] = itemsOf(metadata.items[1], 'the unit of a NumPy time', 2, 4);
  const unit = name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : name;
  if (typeof unit !== 'string' || typeof count !== 'number') throw new Fault('a NumPy time has no unit');
  return unit === 'generic' ? '' : `[${count}${unit}]`;
}

/** `scalar(dtype, bytes)` */
export function makeScalar(args: Tuple<Node>, budget: Budget): NpScalar {
  const [dtype, content] = itemsOf(args, 'a NumPy scalar', 2, 2);
  const type = plainType(dtype);
  const data = bytesOf(content, 'a NumPy scalar', budget);
  if (data.length !== type.itemSizeBytes) throw new Fault('a NumPy scalar has not the bytes of its type');
  return new NpScalar(type, data);
}

/** Fills an array: (version, shape, dtype, column-major, bytes); before 2005 without the version. */
export function completeArray(node: ArrayNode, state: Node, budget: Budget): void {
  const items = itemsOf(state, 'the state of a NumPy array', 4, 5);
  const [shape, dtype, fortran, content] = items.slice(-4);
  node.array = arrayOf(content, dtype, shape, fortran === true || fortran === 1, budget);
}

/** `_frombuffer(bytes, dtype, shape, order)` of pickle protocol 5. */
export function makeFromBuffer(args: Tuple<Node>, budget: Budget): ArrayNode {
  const [content, dtype, shape, order] = itemsOf(args, 'a NumPy array', 4, 5);
  return new ArrayNode(arrayOf(content, dtype, shape, order === 'F', budget));
}

function arrayOf(
  content: Node | undefined,
  dtype: Node | undefined,
  shape: Node | undefined,
  fortran: boolean,
  budget: Budget,
): NdArray {
  const type = plainType(dtype);
  const lengths = shapeOf(shape);
  const sizeBytes = countItems(lengths, type.itemSizeBytes) * type.itemSizeBytes;
  const data = bytesOf(content, 'a NumPy array', budget);
  if (data.length !== sizeBytes) {
    throw new Fault(`a NumPy array has ${data.length} bytes where its shape needs ${sizeBytes}`);
  }
  return new NdArray(type, lengths, data, fortran);
}

function plainType(node: Node | undefined) {
  if (node instanceof DTypeNode && node.shape.length === 0) return node.type;
  throw new Fault('a NumPy array or scalar has no type');
}

/** The lengths themselves are judged where they are used. */
function shapeOf(node: Node | undefined): readonly number[] {
  const items = itemsOf(node, 'the shape of a NumPy array', 0, 32);
  if (items.every((length) => typeof length === 'number')) return items;
  throw new Fault('the shape of a NumPy array is not made of numbers');
}
