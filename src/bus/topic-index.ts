/** One word of the patterns that begin with the same words. */
class Node<T> {
  /** It stands behind a `#`, which takes any word and stays open for more. */
  readonly isHash: boolean;
  readonly words = new Map<string, Node<T>>();
  readonly targets = new Set<T>();

  constructor(isHash: boolean) {
    this.isHash = isHash;
  }
}

/** With more routing keys than this remembered, all are forgotten: most programs use a few again and again. */
const maxRemembered = 10_000;

/**
 * Who wants which routing keys: patterns of AMQP's topic exchanges, in which `*` stands for one word and `#` for any
 * number of them, none included. A search takes time by words of the key times patterns alive, whatever the patterns.
 */
export class TopicIndex<T, Found> {
  readonly #foundOf: (targets: readonly T[]) => Found;
  #root = new Node<T>(false);
  #remembered = new Map<string, Found>();

  /** @param foundOf what a search gives for those that match; it is made once and remembered */
  constructor(foundOf: (targets: readonly T[]) => Found) {
    this.#foundOf = foundOf;
  }

  add(pattern: string, target: T): void {
    let node = this.#root;
    for (const word of wordsOf(pattern)) {
      const next = node.words.get(word) ?? new Node(word === '#');
      node.words.set(word, next);
      node = next;
    }
    node.targets.add(target);
    this.#remembered.clear();
  }

  delete(pattern: string, target: T): void {
    this.#delete(this.#root, wordsOf(pattern), 0, target);
    this.#remembered.clear();
  }

  /** What is made of those whose patterns match, each of them once. */
  match(routingKey: string): Found {
    const known = this.#remembered.get(routingKey);
    if (known !== undefined) return known;
    let alive = withOpen(new Set([this.#root]));
    for (const word of routingKey.split('.')) {
      const next = new Set<Node<T>>();
      for (const node of alive) {
        if (node.isHash) next.add(node);
        for (const step of [node.words.get(word), node.words.get('*')]) {
          if (step !== undefined) next.add(step);
        }
      }
      alive = withOpen(next);
    }
    const found = this.#foundOf([...new Set([...alive].flatMap((node) => [...node.targets]))]);
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(routingKey, found);
    return found;
  }

  #delete(node: Node<T>, words: readonly string[], at: number, target: T): void {
    const word = words[at];
    if (word === undefined) {
      node.targets.delete(target);
      return;
    }
    const next = node.words.get(word);
    if (next === undefined) return;
    this.#delete(next, words, at + 1, target);
    if (next.words.size === 0 && next.targets.size === 0) node.words.delete(word);
  }
}

/** `#.#` matches what `#` matches. */
function wordsOf(pattern: string): string[] {
  return pattern.split('.').filter((word, at, words) => word !== '#' || words[at - 1] !== '#');
}

/** With the nodes behind a `#` that has taken no word yet. */
function withOpen<T>(nodes: Set<Node<T>>): Set<Node<T>> {
  // A set that grows while it is gone through is gone through to its end.
  for (const node of nodes) {
    const open = node.words.get('#');
    if (open !== undefined) nodes.add(open);
  }
  return nodes;
}
