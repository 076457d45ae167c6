import { ProtocolError } from './protocol-error.ts';

export const greetingBytes = 64;

/** What a peer says of itself before anything else (RFC 37, "Greeting"). */
export interface Greeting {
  readonly major: number;
  readonly minor: number;
}

const signatureEnd = 10;
const mechanismStart = 12;
const mechanismEnd = 32;

/** ZMTP 3.1, mechanism NULL, as-server 0. */
export function encodeGreeting(): Uint8Array {
  const bytes = Buffer.alloc(greetingBytes);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes[11] = 1;
  bytes.write('NULL', mechanismStart, 'latin1');
  return bytes;
}

/**
 * Collects the 64 bytes of a greeting. An old peer waits for us after its first bytes and would never send all 64, so
 * each byte is judged as soon as it is there.
 */
export class GreetingReader {
  #bytes = Buffer.alloc(greetingBytes);
  #length = 0;

  /** Takes what belongs to the greeting. @returns how many bytes that were */
  take(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, greetingBytes - this.#length);
    this.#bytes.set(chunk.subarray(0, taken), this.#length);
    this.#length += taken;
    this.#judge();
    return taken;
  }

  /** The greeting, once it is whole. */
  get greeting(): Greeting | undefined {
    if (this.#length < greetingBytes) return undefined;
    return { major: this.#at(10), minor: this.#at(11) };
  }

  #judge(): void {
    const length = this.#length;
    if (length >= 1 && this.#at(0) !== 0xff) throw this.#notZmtp();
    // An unversioned (1.0) peer may begin with a long frame, whose flags stand here with the lowest bit unset.
    if (length >= signatureEnd && (this.#at(9) & 1) === 0) throw this.#notZmtp();
    if (length > signatureEnd && this.#at(10) < 3) {
      throw new ProtocolError(
        'version',
        `the peer speaks ZMTP ${this.#at(10) === 0 ? '1.0' : '2.0'}; ZMTP 3.0 or newer is needed (libzmq 4.0 or newer)`,
      );
    }
    if (length >= mechanismEnd) this.#judgeMechanism();
  }

  #judgeMechanism(): void {
    const field = this.#bytes.toString('latin1', mechanismStart, mechanismEnd);
    const mechanism = field.replace(/\0+$/, '');
    if (mechanism === 'NULL') return;
    const shown = /^[A-Z0-9_+-]+$/.test(mechanism) ? mechanism : 'something unreadable';
    throw new ProtocolError(
      'mechanism',
      `the peer wants the security mechanism ${shown}; only NULL is spoken here`,
    );
  }

  #notZmtp(): ProtocolError {
    const start = this.#bytes.subarray(0, Math.min(this.#length, signatureEnd)).toString('hex');
    return new ProtocolError(
      'version',
      `the peer began with 0x${start}, which is ZMTP 1.0 or no ZMTP at all; ZMTP 3.0 or newer is needed`,
    );
  }

  #at(index: number): number {
    return this.#bytes[index] as number;
  }
}
