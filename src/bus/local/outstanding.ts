import type { Peer } from '../../ipc/index.ts';
import type { PendingRequest } from '../pending-requests.ts';

interface Request {
  readonly pending: PendingRequest;
  /** Peers that have it and have not given it back. */
  readonly holders: Set<Peer>;
  /** Some queue has it for certain: one of ours, or one whose process has ended. */
  wasTaken: boolean;
  readonly onReturned: () => Error;
  readonly onCut: (peer: Peer) => Error;
}

/** Who has the requests that wait for a reply, so that one learns when nobody can reply any more. */
export class Outstanding {
  readonly #requests = new Map<number, Request>();
  #last = 0;

  nextToken(): number {
    // 0 stands for no token; numbers come again when four thousand million requests have gone by.
    this.#last = (this.#last % 0xffff_ffff) + 1;
    return this.#last;
  }

  add(token: number, request: Request): void {
    this.#requests.set(token, request);
  }

  delete(token: number): void {
    this.#requests.delete(token);
  }

  onReturned(peer: Peer, token: number): void {
    const request = this.#requests.get(token);
    if (!request?.holders.delete(peer) || request.holders.size > 0 || request.wasTaken) return;
    request.pending.reject(request.onReturned());
  }

  onGone(peer: Peer): void {
    for (const request of this.#requests.values()) {
      if (!request.holders.delete(peer)) continue;
      if (request.holders.size === 0 && !request.wasTaken) request.pending.abandon(request.onCut(peer));
    }
  }
}
