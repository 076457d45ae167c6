import type { Mesh, Peer } from '../../ipc/index.ts';
import { type Frame, writeFrame } from './frames.ts';

/** A peer that answers nothing for so long (a stopped process) is not waited for; it keeps the names that it has. */
const answerMs = 2000;

interface Question {
  /** The name that is claimed; undefined where something is only announced. */
  readonly queue: string | undefined;
  readonly asked: Set<Peer>;
  end(objector: Peer | undefined): void;
}

/**
 * Names of queues, of which each is one process's. Whoever wants one asks every other process, and has it when none
 * objects. One that has the name objects; of two who ask at the same time, the one with the smaller id does.
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
   * Resolves with who has the name instead of us; undefined when it is ours. Then `take` was called, at once: whoever
   * asks from then on is refused.
   */
  claim(queue: string, take: () => void): Promise<Peer | undefined> {
    return this.#ask(queue, (question) => ({ say: 'claim', question, queue }), take);
  }

  /** Tells everybody, and resolves when all have heard it. */
  async announce(tell: (question: number) => Frame): Promise<void> {
    await this.#ask(undefined, tell, () => {});
  }

  onClaim(peer: Peer, question: number, queue: string): void {
    const ours = this.#find(queue);
    const weObject = this.#holderOf(queue) === 'us' || (ours !== undefined && this.#mesh().id < peer.id);
    if (!weObject) ours?.end(peer);
    peer.send(writeFrame({ say: weObject ? 'no' : 'yes', question }));
  }

  onAnswer(peer: Peer, number: number, isYes: boolean): void {
    const question = this.#underWay.get(number);
    if (isYes) this.#answered(question, peer);
    else if (question?.asked.has(peer)) question.end(peer);
  }

  onGone(peer: Peer): void {
    for (const question of this.#underWay.values()) this.#answered(question, peer);
  }

  #ask(
    queue: string | undefined,
    tell: (question: number) => Frame,
    take: () => void,
  ): Promise<Peer | undefined> {
    const number = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<Peer | undefined>();
    const onSilence = () => {
      const holder = queue === undefined ? undefined : this.#holderOf(queue);
      question.end(holder === 'us' ? undefined : holder);
    };
    const timer = setTimeout(onSilence, answerMs);
    const question: Question = {
      queue,
      asked: new Set([...this.#mesh().peers].filter((peer) => peer.isReady)),
      end: (objector) => {
        clearTimeout(timer);
        if (!this.#underWay.delete(number)) return;
        if (objector === undefined) take();
        resolve(objector);
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
