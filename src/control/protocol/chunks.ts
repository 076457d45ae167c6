import type { Delivery } from '../../bus/index.ts';
import type { Clock } from '../../shared/clock.ts';

/** What came of a message that may be a part of a larger one. */
export type Assembled =
  | { readonly state: 'whole'; readonly delivery: Delivery }
  /** More is to come, or it came before. */
  | { readonly state: 'waiting' }
  | { readonly state: 'refused'; readonly reason: string };

export interface ChunkOptions {
  readonly clock: Clock;
  /** How long after the first piece the last may come (1000). */
  readonly waitMs?: number | undefined;
  /** Gets what had not come whole in time, with `#` for each missing piece. */
  readonly onLost: (delivery: Delivery) => void;
}

interface Pending {
  readonly first: Delivery;
  readonly pieces: (Uint8Array | undefined)[];
  missing: number;
  sizeBytes: number;
  readonly cancel: () => void;
}

/** What waits for its pieces takes no more memory than this, whoever sends. */
const maxPending = 64;
const maxPieces = 10_000;
const maxSizeBytes = 64 * 1024 * 1024;
/** So many ids of messages that are done are kept, so that a piece that comes twice begins no new one. */
const keptIds = 1000;

/** Puts v3 messages together from their pieces, which come in any order, by the `<id>/<index>/<total>` of each. */
export class ChunkAssembler {
  readonly #options: ChunkOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #done = new Set<string>();
  #sizeBytes = 0;

  constructor(options: ChunkOptions) {
    this.#options = options;
  }

  add(delivery: Delivery): Assembled {
    const id = delivery.properties.messageId ?? '';
    // The standard allows an id without numbers.
    if (!id.includes('/') || id.endsWith('/0/1')) return { state: 'whole', delivery };
    const [, name = '', indexText = '', totalText = ''] = /^(.*)\/(\d{1,9})\/(\d{1,9})$/s.exec(id) ?? [];
    const [index, total] = [Number(indexText), Number(totalText)];
    if (totalText === '' || index >= total) {
      return { state: 'refused', reason: `the message id ${JSON.stringify(id)} does not count its pieces` };
    }
    if (total > maxPieces)
      return { state: 'refused', reason: `it has ${total} pieces; ${maxPieces} are taken` };
    return this.#addPiece(delivery, name, index, total);
  }

  #addPiece(delivery: Delivery, name: string, index: number, total: number): Assembled {
    if (this.#done.has(name)) return { state: 'waiting' };
    const pending = this.#pending.get(name) ?? this.#begin(delivery, name, total);
    if (pending === undefined)
      return { state: 'refused', reason: `${maxPending} messages wait for their pieces` };
    if (pending.pieces.length !== total) return { state: 'refused', reason: 'its pieces count differently' };
    if (pending.pieces[index] !== undefined) return { state: 'waiting' };
    if (this.#sizeBytes + delivery.body.length > maxSizeBytes) {
      this.#end(name, pending);
      return { state: 'refused', reason: `what waits for its pieces is over ${maxSizeBytes} bytes` };
    }
    pending.pieces[index] = delivery.body;
    pending.missing -= 1;
    pending.sizeBytes += delivery.body.length;
    this.#sizeBytes += delivery.body.length;
    if (pending.missing > 0) return { state: 'waiting' };
    this.#end(name, pending);
    return { state: 'whole', delivery: { ...pending.first, body: joined(pending) } };
  }

  #begin(first: Delivery, name: string, total: number): Pending | undefined {
    if (this.#pending.size >= maxPending) return undefined;
    const { clock, waitMs = 1000, onLost } = this.#options;
    const pending: Pending = {
      first,
      pieces: Array.from({ length: total }, () => undefined),
      missing: total,
      sizeBytes: 0,
      cancel: clock.after(waitMs, () => {
        this.#end(name, pending);
        onLost({ ...first, body: joined(pending) });
      }),
    };
    this.#pending.set(name, pending);
    return pending;
  }

  #end(name: string, pending: Pending): void {
    pending.cancel();
    this.#pending.delete(name);
    this.#sizeBytes -= pending.sizeBytes;
    this.#done.add(name);
    if (this.#done.size > keptIds) this.#done.delete(this.#done.values().next().value as string);
  }

  /** Forgets what waits; no timer is left. */
  close(): void {
    for (const [name, pending] of [...this.#pending]) this.#end(name, pending);
  }
}

function joined({ pieces }: Pending): Uint8Array {
  return Buffer.concat(pieces.map((piece) => piece ?? Buffer.from('#')));
}
