/** One bit for each key of a file, by its number in the file. */
export class KeyFlags {
  #bits = new Uint8Array(64);

  set(index: number): void {
    const at = Math.floor(index / 8);
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bits.length, at + 1));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at] = (this.#bits[at] as number) | (1 << (index % 8));
  }

  has(index: number): boolean {
    return (((this.#bits[Math.floor(index / 8)] ?? 0) >> (index % 8)) & 1) === 1;
  }
}
