/** A stretch of text that prefixes share. What several of them go on with after it are its children. */
interface Branch {
  label: string;
  /** A prefix ends here. */
  isEnd: boolean;
  /** By their first characters. Beside the root, a branch where no prefix ends has two or more. */
  children: Map<number, Branch> | undefined;
}

/**
 * Topics' prefixes, each with a count of how often it was added, as subscriptions count in libzmq: a prefix is in the
 * set until it was removed as often as it was added. Prefixes and topics are texts of one character a byte (latin1).
 *
 * They are kept as a tree, so that to add, to remove and to match costs what the text is long, however many there are:
 * peers choose the prefixes, and may choose them to cost as much as they can.
 */
export class PrefixSet {
  #counts = new Map<string, number>();
  #root: Branch = { label: '', isEnd: false, children: undefined };
  #sizeBytes = 0;
  #longest = 0;

  /** The length of the longest prefix there ever was: no more of a topic matters. */
  get longest(): number {
    return this.#longest;
  }

  /** How many different prefixes there are. */
  get size(): number {
    return this.#counts.size;
  }

  /** The sum of their lengths. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @returns whether it is new */
  add(prefix: string): boolean {
    const count = this.#counts.get(prefix) ?? 0;
    this.#counts.set(prefix, count + 1);
    if (count > 0) return false;
    this.#grow(prefix);
    this.#sizeBytes += prefix.length;
    this.#longest = Math.max(this.#longest, prefix.length);
    return true;
  }

  /** One that is not in the set is let be. @returns whether it is gone now */
  remove(prefix: string): boolean {
    const count = this.#counts.get(prefix);
    if (count === undefined) return false;
    if (count > 1) {
      this.#counts.set(prefix, count - 1);
      return false;
    }
    this.#counts.delete(prefix);
    this.#prune(prefix);
    this.#sizeBytes -= prefix.length;
    return true;
  }

  /** Whether some prefix in the set is one of `topic`. */
  matches(topic: string): boolean {
    let branch = this.#root;
    for (let at = 0; !branch.isEnd; at += branch.label.length) {
      const next = branch.children?.get(topic.charCodeAt(at));
      if (next === undefined || !topic.startsWith(next.label, at)) return false;
      branch = next;
    }
    return true;
  }

  /** The different prefixes, in the order in which they were added. */
  [Symbol.iterator](): Iterator<string> {
    return this.#counts.keys();
  }

  #grow(prefix: string): void {
    let branch = this.#root;
    for (let at = 0; at < prefix.length; at += branch.label.length) {
      const first = prefix.charCodeAt(at);
      const next = branch.children?.get(first);
      if (next === undefined) {
        branch.children ??= new Map();
        branch.children.set(first, { label: prefix.slice(at), isEnd: true, children: undefined });
        return;
      }
      const common = commonLength(next.label, prefix, at);
      if (common < next.label.length) split(next, common);
      branch = next;
    }
    branch.isEnd = true;
  }

  /** Takes away a prefix that is there. */
  #prune(prefix: string): void {
    let parent = this.#root;
    let branch = this.#root;
    for (let at = 0; at < prefix.length; at += branch.label.length) {
      parent = branch;
      branch = parent.children?.get(prefix.charCodeAt(at)) as Branch;
    }
    branch.isEnd = false;
    if (branch.children === undefined && branch !== parent) {
      parent.children?.delete(branch.label.charCodeAt(0));
      if (parent.children?.size === 0) parent.children = undefined;
      branch = parent;
    }
    if (branch !== this.#root) rejoin(branch);
  }
}

function split(branch: Branch, at: number): void {
  const rest: Branch = { ...branch, label: branch.label.slice(at) };
  branch.label = branch.label.slice(0, at);
  branch.isEnd = false;
  branch.children = new Map([[rest.label.charCodeAt(0), rest]]);
}

/** Makes one of a branch and its only child, if no prefix ends between them. */
function rejoin(branch: Branch): void {
  if (branch.isEnd || branch.children?.size !== 1) return;
  for (const child of branch.children.values()) {
    branch.label += child.label;
    branch.isEnd = child.isEnd;
    branch.children = child.children;
  }
}

/** How much of `label` stands in `text` at `at`. */
function commonLength(label: string, text: string, at: number): number {
  const most = Math.min(label.length, text.length - at);
  let length = 0;
  while (length < most && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}
