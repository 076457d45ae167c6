import { createHash } from 'node:crypto';
import type { Message } from '../../zmtp/index.ts';
import type { DataHeader } from '../data-header.ts';
import { jsonText } from '../json-text.ts';
import type { PulseMessage } from '../message.ts';
import { splitTime } from '../timestamp.ts';

const noFrame = new Uint8Array(0);

interface JoinedHeader {
  readonly parts: readonly (DataHeader | undefined)[];
  readonly frame: Uint8Array;
  readonly hash: string;
}

/**
 * Makes one message of the members of a pulse: the channels of all inputs in their order, each with its frames as they
 * came. A member that did not come keeps its channels, with empty frames, so that the header stays the same; its input
 * is named in the main header (`missing_inputs`).
 */
export class MessageJoiner {
  readonly #inputs: readonly string[];
  readonly #onSameNames: (names: readonly string[]) => void;
  /** The newest of each input. */
  #headers: (DataHeader | undefined)[];
  #joined: JoinedHeader | undefined;

  /** @param onSameNames told, with each new header, which channels of several inputs have the same name */
  constructor(inputs: readonly string[], onSameNames: (names: readonly string[]) => void) {
    this.#inputs = inputs;
    this.#onSameNames = onSameNames;
    this.#headers = inputs.map(() => undefined);
  }

  /** @param members in the order of the inputs, at least one */
  join(members: readonly (PulseMessage | undefined)[]): Message {
    for (const [index, member] of members.entries()) {
      if (member !== undefined) this.#headers[index] = member.dataHeader;
    }
    const header = this.#header();
    const frames: Uint8Array[] = [this.#mainHeader(members, header.hash), header.frame];
    for (const [index, member] of members.entries()) {
      const { length } = this.#headers[index]?.channels ?? [];
      for (let at = 2; at < 2 + 2 * length; at++) frames.push(member?.frames[at] ?? noFrame);
    }
    return frames;
  }

  #mainHeader(members: readonly (PulseMessage | undefined)[], hash: string): Uint8Array {
    const present = members.filter((member) => member !== undefined);
    const timestamp = present.find((member) => member.globalTimestampNs !== undefined)?.globalTimestampNs;
    const [sec, ns] = splitTime(timestamp ?? 0n);
    const missing = this.#inputs.filter((_, index) => members[index] === undefined);
    const text = jsonText({
      htype: 'bsr_m-1.1',
      hash,
      pulse_id: present[0]?.pulseId,
      ...(timestamp === undefined ? {} : { global_timestamp: { sec, ns } }),
      ...(missing.length === 0 ? {} : { missing_inputs: missing }),
    });
    return Buffer.from(text);
  }

  #header(): JoinedHeader {
    const parts = this.#headers;
    const known = this.#joined;
    if (known?.parts.every((part, index) => part === parts[index])) return known;
    const channels = parts.flatMap((part) => part?.channels.map(({ raw }) => raw) ?? []);
    const frame = Buffer.from(jsonText({ htype: 'bsr_d-1.1', channels }));
    const hash = createHash('md5').update(frame).digest('hex');
    this.#joined = { parts: [...parts], frame, hash };
    const same = sameNames(parts);
    if (same.length > 0) this.#onSameNames(same);
    return this.#joined;
  }
}

/** Names that more than one of them has. */
function sameNames(parts: readonly (DataHeader | undefined)[]): readonly string[] {
  const seen = new Set<string>();
  const same = new Set<string>();
  for (const part of parts) {
    const names = new Set(part?.channels.map(({ name }) => name));
    for (const name of names) (seen.has(name) ? same : seen).add(name);
  }
  return [...same];
}
