/** MessagePack's own timestamp (extension -1). No telescope state writes it by itself; it is kept when met. */
export class MsgpackTimestamp {
  /** Whole seconds since 1970, negative before. */
  readonly seconds: bigint;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;

  constructor(seconds: bigint, nanoseconds: number) {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  toJSON(): { seconds: string; nanoseconds: number } {
    return { seconds: String(this.seconds), nanoseconds: this.nanoseconds };
  }
}
