import type { Mesh, Peer } from '../../ipc/index.ts';
import { type Frame, writeFrame } from './frames.ts';

/** A peer that answers nothing for so long (a stopped process) is not waited for; it keeps the names that it has. */
const answerMs = 2000;

/** Who has ended is heard of within this time. */
const hearMs = 100;

interface Question {
  /** The name that is claimed; undefined where something is only announced. */
  readonly queue: string | undefined;
  readonly asked: Set<Peer>;
  /** @param holder the id of who has it instead of us */
  end(holder: string | undefined): void;
}

/**
 * Names of queues, of which each is one process's. Whoever wants one asks every other process, and has it when none
 * objects. One that has the name objects, and so does one that knows who has it, as that one may be stopped; of two who
 * ask at the same time, the one with the smaller id does.
 */
export class Claims {
  readonly #mesh: () => Mesh;
  readonly #holderOf: (queue: string) => Peer | 'us' | undefined;
  readonly #underWay = new Map<number, Question>();
  #last = 0;

  constructor(mesh: () => Mesh, holderOf: (queue: string) => Peer | 'us' | undefined) {
    this.#mesh = mesh;
    this.#holderOf = holderOf;
  }

  isUnderWay(queue: string): boolean {
    return this.#find(queue) !== undefined;
  }

  /**
   * Resolves with the id of who has the name instead of us; undefined when it is ours. Then `take` was called, at once:
   * whoever asks from then on is refused.
   */
  claim(queue: string, take: () => void): Promise<string | undefined> {
    return this.#ask(queue, (question) => ({ say: 'claim', question, queue }), take);
  }

  /** Tells everybody, and resolves when all have heard it. */
  async announce(tell: (question: number) => Frame): Promise<void> {
    await this.#ask(undefined, tell, () => {});
  }

  onClaim(peer: Peer, question: number, queue: string): void {
    const ours = this.#find(queue);
    const holder = this.#holderOf(queue);
    const us = this.#mesh().id;
    const isOurs = holder === 'us' || (ours !== undefined && us < peer.id);
    if (!isOurs) ours?.end(peer.id);
    if (isOurs) peer.send(writeFrame({ say: 'no', question, holder: us }));
    else if (holder === undefined || holder === peer) peer.send(writeFrame({ say: 'yes', question }));
    // It may have ended just now, and we are about to hear of it.
    else setTimeout(() => this.#answerFor(holder, peer, question, queue), hearMs).unref();
  }

  #answerFor(holder: Peer, peer: Peer, question: number, queue: string): void {
    const isHeld = this.#holderOf(queue) === holder;
    peer.send(writeFrame(isHeld ? { say: 'no', question, holder: holder.id } : { say: 'yes', question }));
  }

  onYes(peer: Peer, question: number): void {
    this.#answered(this.#underWay.get(question), peer);
  }

  onNo(peer: Peer, number: number, holder: string): void {
    const question = this.#underWay.get(number);
    if (question?.asked.has(peer)) question.end(holder);
  }

  onGone(peer: Peer): void {
    for (const question of this.#underWay.values()) this.#answered(question, peer);
  }

  #ask(
    queue: string | undefined,
    tell: (question: number) => Frame,
    take: () => void,
  ): Promise<string | undefined> {
    const number = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const onSilence = () => {
      const holder = queue === undefined ? undefined : this.#holderOf(queue);
      question.end(holder === 'us' ? undefined : holder?.id);
    };
    const timer = setTimeout(onSilence, answerMs);
    const question: Question = {
      queue,
      asked: new Set([...this.#mesh().peers].filter((peer) => peer.isReady)),
      end: (holder) => {
        clearTimeout(timer);
        if (!this.#underWay.delete(number)) return;
        if (holder === undefined) take();
        resolve(holder);
      },
    };
    this.#underWay.set(number, question);
    // Also those who have not said yet what they have: they will hear it.
    this.#mesh().announce(writeFrame(tell(number)));
    if (question.asked.size === 0) question.end(undefined);
    return promise;
  }

  #answered(question: Question | undefined, peer: Peer): void {
    if (question?.asked.delete(peer) && question.asked.size === 0) question.end(undefined);
  }

  #find(queue: string): Question | undefined {
    return [...this.#underWay.values()].find((question) => question.queue === queue);
  }
}
