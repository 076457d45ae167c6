const spanSeconds = 5;

/** Events a second, over the last five seconds or so. */
export class Rate {
  readonly #marks: { readonly timeSeconds: number; readonly count: number }[] = [];

  /** Notes how many there were by now, and gives the rate; undefined while too little is known. */
  mark(timeSeconds: number, count: number): number | undefined {
    this.#marks.push({ timeSeconds, count });
    while ((this.#marks[1]?.timeSeconds ?? timeSeconds) < timeSeconds - spanSeconds) this.#marks.shift();
    const [first] = this.#marks;
    if (first === undefined || timeSeconds - first.timeSeconds < 0.9) return undefined;
    return (count - first.count) / (timeSeconds - first.timeSeconds);
  }
}
