import type { Complex } from '../encoding/complex.ts';
import type { DType } from '../encoding/dtype.ts';
import { Fault } from '../encoding/fault.ts';
import type { Float } from '../encoding/float.ts';
import type { NdArray } from '../encoding/nd-array.ts';
import type { NpScalar } from '../encoding/np-scalar.ts';
import { Tuple } from '../encoding/tuple.ts';
import { maxCompounds } from '../encoding/wire.ts';
import type { GlobalName } from './global-name.ts';

/** What the machine works on: values that may still grow, be shared, or hold themselves. Floats are always `Float`. */
export type Node =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float
  | Complex
  | NpScalar
  | Tuple<Node>
  | Node[]
  | Map<Node, Node>
  | GlobalName
  | DTypeNode
  | ArrayNode;

/** A NumPy type: made from its code alone, and completed by its state. */
export class DTypeNode {
  type: DType;
  /** Not empty for a type that is itself an array, as only fields of a structure can be. */
  shape: readonly number[] = [];
  /** Fields in it at every level: one type may stand in many, so that a few bytes could mean billions. */
  fieldCount = 0;

  constructor(type: DType) {
    this.type = type;
  }
}

/** A NumPy array: made empty, and filled by its state. */
export class ArrayNode {
  array: NdArray | undefined;

  constructor(array?: NdArray) {
    this.array = array;
  }
}

/** What a pickle may cost, whatever its bytes say. */
export class Budget {
  #compounds = 0;
  #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** One more list, dict, tuple, ... */
  compound(): void {
    if (++this.#compounds > maxCompounds) {
      throw new Fault(`it holds more than ${maxCompounds} compound values`);
    }
  }

  /** Bytes that are copied or looked at again. */
  bytes(count: number): void {
    this.#bytes -= count;
    if (this.#bytes < 0) throw new Fault('it means far more bytes than it has');
  }
}

/** @throws Fault when it is not a tuple of `least` to `most` items */
export function itemsOf(node: Node | undefined, what: string, least: number, most: number): readonly Node[] {
  if (node instanceof Tuple && node.length >= least && node.length <= most) return node.items;
  throw new Fault(`${what} is not made as Python makes it`);
}

/** The bytes of what Python 3 has as bytes, and Python 2 as a str, which is read as one character a byte. */
export function bytesOf(node: Node | undefined, what: string, budget: Budget): Uint8Array {
  if (node instanceof Uint8Array) return node;
  if (typeof node !== 'string' || /[^\0-\xff]/.test(node)) throw new Fault(`${what} has no bytes`);
  budget.bytes(node.length);
  return Uint8Array.from(Buffer.from(node, 'latin1'));
}
