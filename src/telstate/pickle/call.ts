import { Complex } from '../encoding/complex.ts';
import { Fault } from '../encoding/fault.ts';
import { Float } from '../encoding/float.ts';
import { Tuple } from '../encoding/tuple.ts';
import { GlobalName } from './global-name.ts';
import { ArrayNode, type Budget, bytesOf, DTypeNode, itemsOf, type Node } from './node.ts';
import { completeArray, completeDType, makeDType, makeFromBuffer, makeScalar } from './numpy.ts';

/** What Python would get by calling a name that is known; nothing is called. @throws Fault */
export function made(callee: Node, args: Node, budget: Budget): Node {
  if (!(callee instanceof GlobalName) || !(args instanceof Tuple))
    throw new Fault('it calls what is no name');
  budget.compound();
  switch (callee.means) {
    case 'complex': {
      const [re, im] = itemsOf(args, 'a complex number', 2, 2);
      return Complex.fromBits(floatOf(re).bits, floatOf(im).bits);
    }
    case 'set': {
      const [items = []] = itemsOf(args, 'a set', 0, 1);
      if (!Array.isArray(items)) throw new Fault('a set is not made of a list');
      budget.bytes(8 * items.length);
      return [...items];
    }
    case 'ordered-dict':
      return orderedDict(args, budget);
    case 'encode': {
      const [text, codec = 'utf-8'] = itemsOf(args, 'bytes', 1, 2);
      if (typeof text !== 'string' || (codec !== 'latin1' && codec !== 'latin-1')) {
        throw new Fault('bytes are not made of latin-1 text');
      }
      return bytesOf(text, 'bytes', budget);
    }
    case 'bytes':
    case 'bytearray':
      return bytesFrom(args, budget);
    case 'dtype':
      return makeDType(args);
    case 'npscalar':
      return makeScalar(args, budget);
    case 'array-of-buffer':
      return makeFromBuffer(args, budget);
    case 'ndarray': {
      const [kind] = itemsOf(args, 'a NumPy array', 3, 3);
      if (kind instanceof GlobalName && kind.means === 'ndarray-class') return new ArrayNode();
      throw new Fault('it holds a NumPy array of a class of its own');
    }
    case 'ndarray-class':
      throw new Fault('it makes a NumPy array in a way that pickles do not');
  }
}

/** What `__setstate__` would do to something that was {@link made}. @throws Fault */
export function completed(node: Node, state: Node, budget: Budget): void {
  if (node instanceof DTypeNode) completeDType(node, state, budget);
  else if (node instanceof ArrayNode) completeArray(node, state, budget);
  else throw new Fault('it holds an object with a state, which is not plain data');
}

function bytesFrom(args: Tuple<Node>, budget: Budget): Uint8Array {
  const [content, codec] = itemsOf(args, 'a bytearray', 0, 2);
  if (content === undefined) return new Uint8Array(0);
  if (typeof content === 'string' && codec !== 'latin1' && codec !== 'latin-1') {
    throw new Fault('a bytearray is not made of latin-1 text');
  }
  return bytesOf(content, 'a bytearray', budget);
}

/** Python 2 gives the pairs at once, Python 3 item by item afterwards. */
function orderedDict(args: Tuple<Node>, budget: Budget): Map<Node, Node> {
  const [pairs = []] = itemsOf(args, 'an ordered dict', 0, 1);
  if (!Array.isArray(pairs)) throw new Fault('an ordered dict is not made of a list');
  budget.bytes(16 * pairs.length);
  return new Map(
    pairs.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new Fault('an ordered dict is not made of pairs');
      return [pair[0] as Node, pair[1] as Node];
    }),
  );
}

function floatOf(node: Node | undefined): Float {
  if (node instanceof Float) return node;
  throw new Fault('a part of a complex number is not a float');
}
