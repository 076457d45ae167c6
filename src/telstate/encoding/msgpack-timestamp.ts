import { building, Fault } from './fault.ts';

/** MessagePack's own timestamp (extension -1). No telescope state writes it by itself; it is kept when met. */
export class MsgpackTimestamp {
  /** Whole seconds since 1970, negative before. */
  readonly seconds: bigint;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;

  /** @throws EncodeError when a part is outside the range of the format. */
  constructor(seconds: bigint, nanoseconds: number) {
    building(() => {
      if (BigInt.asIntN(64, seconds) !== seconds) throw new Fault('the seconds of a timestamp are 64-bit');
      if (!Number.isInteger(nanoseconds) || nanoseconds < 0 || nanoseconds > 999_999_999) {
        throw new Fault('the nanoseconds of a timestamp are 0 to 999 999 999');
      }
    });
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  toJSON(): { seconds: string; nanoseconds: number } {
    return { seconds: String(this.seconds), nanoseconds: this.nanoseconds };
  }
}
