import { Fault } from '../encoding/fault.ts';
import { Float } from '../encoding/float.ts';
import { setOwn } from '../encoding/item.ts';
import { hasPlainValue, NpScalar } from '../encoding/np-scalar.ts';
import { Tuple } from '../encoding/tuple.ts';
import type { PlainObject, Value } from '../encoding/value.ts';
import { GlobalName } from './global-name.ts';
import { ArrayNode, type Budget, DTypeNode, type Node } from './node.ts';

export interface ExpandOptions {
  readonly exact: boolean;
  readonly maxDepth: number;
}

/**
 * The value that a pickle stands for: what it shares between several places is in each of them.
 *
 * @throws Fault where it holds itself, is nested too deep, or is a type or function
 */
export function expand(node: Node, options: ExpandOptions, budget: Budget): Value {
  return new Expansion(options, budget).value(node, 0);
}

class Expansion {
  readonly #options: ExpandOptions;
  readonly #budget: Budget;

  constructor(options: ExpandOptions, budget: Budget) {
    this.#options = options;
    this.#budget = budget;
  }

  value(node: Node, depth: number): Value {
    this.#budget.bytes(1);
    if (typeof node === 'string') {
      this.#budget.bytes(node.length);
      return node;
    }
    if (typeof node !== 'object' || node === null) return node;
    if (node instanceof Float) return this.#options.exact ? node : node.value;
    this.#budget.compound();
    if (node instanceof Uint8Array) return this.#bytes(node);
    if (node instanceof NpScalar) return this.#scalar(node);
    if (node instanceof ArrayNode) return this.#array(node);
    if (node instanceof GlobalName || node instanceof DTypeNode) {
      throw new Fault('it holds a type or function, which is not plain data');
    }
    if (node instanceof Tuple || Array.isArray(node) || node instanceof Map) {
      return this.#container(node, depth + 1);
    }
    return node;
  }

  #bytes(bytes: Uint8Array): Uint8Array {
    this.#budget.bytes(bytes.length);
    return new Uint8Array(bytes);
  }

  #scalar(scalar: NpScalar): Value {
    this.#budget.bytes(scalar.data.length);
    return this.#options.exact || !hasPlainValue(scalar.dtype.kind) ? scalar : scalar.value;
  }

  #array({ array }: ArrayNode): Value {
    if (array === undefined) throw new Fault('it holds a NumPy array that was never filled');
    this.#budget.bytes(array.data.length);
    return array;
  }

  #container(node: Tuple<Node> | Node[] | Map<Node, Node>, depth: number): Value {
    const { maxDepth } = this.#options;
    if (depth > maxDepth) throw new Fault(`it holds itself, or is nested deeper than ${maxDepth} levels`);
    if (node instanceof Map) return this.#dict(node, depth);
    const items: Value[] = [];
    for (const item of node instanceof Tuple ? node.items : node) items.push(this.value(item, depth));
    return node instanceof Tuple ? new Tuple(items) : items;
  }

  #dict(node: ReadonlyMap<Node, Node>, depth: number): Value {
    const map = new Map<Value, Value>();
    let plain = !this.#options.exact;
    for (const [key, value] of node) {
      if (typeof key !== 'string') plain = false;
      map.set(this.value(key, depth), this.value(value, depth));
    }
    if (!plain) return map;
    const record: PlainObject = {};
    for (const [key, value] of map) setOwn(record, key as string, value);
    return record;
  }
}
