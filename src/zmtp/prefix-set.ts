/**
 * Topics' prefixes, each with a count of how often it was added, as subscriptions count in libzmq: a prefix is in the
 * set until it was removed as often as it was added. Prefixes and topics are texts of one character a byte (latin1).
 *
 * They are kept sorted, so that a topic finds a prefix of itself in a few comparisons however many there are.
 */
export class PrefixSet {
  #counts = new Map<string, number>();
  #sorted: string[] = [];
  #sizeBytes = 0;
  #longest = 0;

  /** The length of the longest prefix there ever was: no more of a topic matters. */
  get longest(): number {
    return this.#longest;
  }

  /** How many different prefixes there are. */
  get size(): number {
    return this.#sorted.length;
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
    this.#sorted.splice(this.#after(prefix), 0, prefix);
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
    this.#sorted.splice(this.#after(prefix) - 1, 1);
    this.#sizeBytes -= prefix.length;
    return true;
  }

  /** Whether some prefix in the set is one of `topic`. */
  matches(topic: string): boolean {
    if (this.#sorted[0] === '') return true;
    // Between a prefix of the topic and the topic itself all texts begin with that prefix. So the last one not after
    // the topic is such a prefix, or shares with the topic all that such a prefix can have.
    for (let rest = topic; ; ) {
      const nearest = this.#sorted[this.#after(rest) - 1];
      if (nearest === undefined) return false;
      const common = commonLength(nearest, rest);
      if (common === nearest.length) return true;
      rest = rest.slice(0, common);
    }
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#sorted.values();
  }

  /** The index of the first prefix that comes after `text`. */
  #after(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as string) <= text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
