import { Fault } from '../encoding/fault.ts';
import { Float } from '../encoding/float.ts';
import { Tuple } from '../encoding/tuple.ts';
import { maxCompounds } from '../encoding/wire.ts';
import { completed, made } from './call.ts';
import { GlobalName, globalName } from './global-name.ts';
import { ArrayNode, type Budget, DTypeNode, type Node } from './node.ts';
import type { Source } from './source.ts';

/** The stack, the marks in it and the memo of a pickle that is read, with what can be done to them. */
export class Machine {
  readonly #source: Source;
  readonly #budget: Budget;
  readonly #stack: Node[] = [];
  /** Heights of the stack at which something was begun that takes all above it. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Node>();

  constructor(source: Source, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  push(node: Node): void {
    if (this.#stack.length >= maxCompounds)
      throw new Fault(`it holds more than ${maxCompounds} values at once`);
    this.#stack.push(node);
  }

  /** Pushes something that takes memory of its own. */
  make(node: Node): void {
    this.#budget.compound();
    this.push(node);
  }

  pop(): Node {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new Fault('it takes what is not there');
    return this.#stack.pop() as Node;
  }

  top(): Node {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new Fault('it takes what is not there');
    return this.#stack.at(-1) as Node;
  }

  mark(): void {
    if (this.#marks.length >= maxCompounds)
      throw new Fault(`it begins more than ${maxCompounds} values at once`);
    this.#marks.push(this.#stack.length);
  }

  /** What was pushed since the last mark. */
  popMark(): Node[] {
    const start = this.#marks.pop();
    if (start === undefined) throw new Fault('it ends what was not begun');
    return this.#stack.splice(start);
  }

  /** POP takes a mark where one is on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  tuple(size: number): void {
    const items: Node[] = [];
    for (let i = 0; i < size; i++) items.unshift(this.pop());
    this.make(new Tuple(items));
  }

  makeTuple(): void {
    this.make(new Tuple(this.popMark()));
  }

  append(items: readonly Node[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Fault('it appends to what is not a list');
    for (const item of items) list.push(item);
  }

  setItems(pairs: readonly Node[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) throw new Fault('it sets an item of what is not a dict');
    fill(dict, pairs);
  }

  dict(pairs: readonly Node[]): void {
    const dict = new Map<Node, Node>();
    fill(dict, pairs);
    this.make(dict);
  }

  put(index: number): void {
    if (this.#memo.size >= maxCompounds) throw new Fault(`it shares more than ${maxCompounds} values`);
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): void {
    const node = this.#memo.get(index);
    if (node === undefined) throw new Fault('it refers to what is not there');
    this.push(node);
  }

  global(module: Node, name: Node): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw new Fault('it names what is no name');
    const found = globalName(module, name);
    if (found === undefined) {
      throw new Fault(
        `it asks for ${shown(module)}.${shown(name)}, which is not plain data; nothing of it was run`,
      );
    }
    this.push(found);
  }

  call(): void {
    const args = this.pop();
    this.push(made(this.pop(), args, this.#budget));
  }

  build(): void {
    const state = this.pop();
    completed(this.top(), state, this.#budget);
  }

  bytes(size: number): void {
    this.make(this.#source.copy(size));
  }

  float(): void {
    this.push(Float.fromBits(this.#source.floatBits()));
  }

  /** The one value that is left. */
  result(): Node {
    if (this.#stack.length !== 1 || this.#marks.length > 0) throw new Fault('it does not end with one value');
    if (this.#source.remaining > 0) throw new Fault(`${this.#source.remaining} bytes follow the value`);
    return this.#stack[0] as Node;
  }
}

function fill(dict: Map<Node, Node>, pairs: readonly Node[]): void {
  if (pairs.length % 2 !== 0) throw new Fault('a dict has a key without a value');
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i] as Node;
    if (Array.isArray(key) || key instanceof Map || isUnfinished(key)) {
      throw new Fault('a dict has a list, dict, set or array as a key');
    }
    dict.set(key, pairs[i + 1] as Node);
  }
}

function isUnfinished(node: Node): boolean {
  return node instanceof GlobalName || node instanceof DTypeNode || node instanceof ArrayNode;
}

function shown(name: string): string {
  const text = JSON.stringify(name).slice(1, -1);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
