import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import { FrameReader, FrameWriter } from './frame.ts';
import { Lookout } from './lookout.ts';
import { Peer } from './peer.ts';
import { openPresence, type Presence } from './presence.ts';
import { call, presentIn } from './present.ts';

/** Kinds of frames that the mesh uses itself; those of its user are numbers from {@link firstKind} on. */
const hello = 0;
const ready = 1;
export const firstKind = 2;

const greetingWord = 'alidade mesh 1';
/** A caller that has not said who it is within this time is shown out. */
const helloMs = 5000;
const maxStrangers = 64;
const endMs = 1000;
const firstRecallMs = 50;
const lastRecallMs = 5000;

export interface MeshHandler {
  /** Frames for a process that has come: what is so now. What changes later is sent to all. */
  greeting(): Iterable<Uint8Array>;
  /** What it throws ends the connection of the peer. */
  onFrame(peer: Peer, kind: number, content: Buffer): void;
  onGone(peer: Peer): void;
  /** It reads again; so many frames were dropped for it, because it did not. */
  onCaughtUp(peer: Peer, missed: number): void;
  /** Somebody broke the protocol; the connection was ended. */
  onMalformed(error: unknown): void;
}

/**
 * Connections of every process that shares a folder with every other. Who comes has its name in the runtime folder first
 * and calls all who are there then, so that of two one sees the other; where both do, there are two connections, and each
 * sends over its own. A connection that breaks while the other process lives is made again by who called.
 */
export class Mesh {
  readonly #folder: string;
  readonly #name: string;
  readonly #maxFrameBytes: number;
  readonly #handler: MeshHandler;
  readonly #peers = new Map<string, Peer>();
  readonly #strangers = new Set<Socket>();
  readonly #recalls = new Set<NodeJS.Timeout>();
  readonly #writer = new FrameWriter();
  readonly #lookout = new Lookout();
  #presence: Presence | undefined;
  #settled: (() => void)[] = [];
  #isClosed = false;

  private constructor(folder: string, name: string, maxFrameBytes: number, handler: MeshHandler) {
    this.#folder = folder;
    this.#name = name;
    this.#maxFrameBytes = maxFrameBytes;
    this.#handler = handler;
  }

  /** @throws the system's error when the socket cannot be made */
  static async open(
    folder: string,
    name: string,
    maxFrameBytes: number,
    handler: MeshHandler,
  ): Promise<Mesh> {
    const mesh = new Mesh(folder, name, maxFrameBytes, handler);
    const callOthers = () => mesh.#callOthers();
    mesh.#presence = await openPresence(folder, name, (caller) => mesh.#answer(caller), callOthers);
    callOthers();
    return mesh;
  }

  /** Ours; the smaller of two decides where two want the same. */
  get id(): string {
    return this.#presence?.id ?? '';
  }

  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  get isSettled(): boolean {
    return [...this.#peers.values()].every((peer) => peer.isReady);
  }

  /** Resolves when all who are there have said what they have, or after `patienceMs`: a stopped process says nothing. */
  settle(patienceMs: number): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#settled = this.#settled.filter((one) => one !== done);
        resolve();
      }, patienceMs);
      this.#settled.push(done);
    });
  }

  /** Sends a frame to everybody. */
  announce(frame: Uint8Array): void {
    for (const peer of this.#peers.values()) peer.send(frame);
  }

  /** Sends what waits, for about a second where it is not read, and leaves. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const recall of this.#recalls) clearTimeout(recall);
    await Promise.all([...this.#peers.values()].map((peer) => peer.end(endMs)));
    this.#settled.splice(0).forEach((done) => {
      done();
    });
    await this.#presence?.close();
  }

  #callOthers(): void {
    if (this.#isClosed) return;
    for (const id of presentIn(this.#folder, this.#name)) {
      if (id !== this.id && !this.#peers.has(id)) this.#call(id, firstRecallMs);
    }
  }

  #call(id: string, recallMs: number): void {
    const socket = call(this.#folder, id);
    const peer = this.#newPeer(id, socket, true);
    let wasReady = false;
    this.#listen(socket, (kind, content) => {
      wasReady = true;
      this.#take(peer, kind, content);
    });
    socket.on('close', () => {
      this.#drop(peer);
      this.#callAgain(id, wasReady ? firstRecallMs : recallMs);
    });
  }

  /** A process that was killed left its name: to call it once more takes that away. */
  #callAgain(id: string, recallMs: number): void {
    if (this.#isClosed || !presentIn(this.#folder, this.#name).includes(id)) return;
    const timer = setTimeout(() => {
      this.#recalls.delete(timer);
      const isThere = presentIn(this.#folder, this.#name).includes(id);
      if (isThere && !this.#peers.has(id)) this.#call(id, Math.min(recallMs * 2, lastRecallMs));
    }, recallMs);
    this.#recalls.add(timer);
  }

  #answer(socket: Socket): void {
    if (this.#isClosed || this.#strangers.size >= maxStrangers) {
      socket.destroy();
      return;
    }
    this.#strangers.add(socket);
    const deadline = setTimeout(() => socket.destroy(), helloMs);
    let peer: Peer | undefined;
    this.#listen(socket, (kind, content) => {
      if (peer !== undefined) return this.#take(peer, kind, content);
      peer = this.#meet(socket, kind, content);
      clearTimeout(deadline);
      this.#strangers.delete(socket);
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      this.#strangers.delete(socket);
      if (peer !== undefined) this.#drop(peer);
    });
  }

  /** The first frame of somebody who has called. */
  #meet(socket: Socket, kind: number, content: Buffer): Peer {
    const words = new ByteReader(content);
    if (kind !== hello || words.shortText() !== greetingWord) throw new Error('no greeting');
    const id = words.shortText();
    if (!id.startsWith(`${this.#name}.`)) throw new Error('a greeting without a name');
    const known = this.#peers.get(id);
    if (known?.isCalled) {
      known.join(socket);
      return known;
    }
    // It has lost a connection of which we have not seen the end yet.
    if (known !== undefined) this.#drop(known);
    return this.#newPeer(id, socket, false);
  }

  #newPeer(id: string, socket: Socket, isCalled: boolean): Peer {
    const onCaughtUp = (missed: number) => this.#handler.onCaughtUp(peer, missed);
    const peer: Peer = new Peer(id, socket, isCalled, this.#lookout, onCaughtUp);
    this.#peers.set(id, peer);
    this.#writer.begin(hello);
    this.#writer.shortText(greetingWord);
    this.#writer.shortText(this.id);
    peer.send(this.#writer.end());
    for (const frame of this.#handler.greeting()) peer.send(frame);
    peer.send(this.#writer.begin(ready).end());
    return peer;
  }

  #listen(socket: Socket, onFrame: (kind: number, content: Buffer) => void): void {
    const reader = new FrameReader(this.#maxFrameBytes, onFrame);
    socket.on('data', (bytes: Buffer) => {
      this.#lookout.heard();
      try {
        if (!socket.destroyed) reader.read(bytes);
      } catch (error) {
        socket.destroy();
        this.#handler.onMalformed(error);
      }
    });
  }

  #take(peer: Peer, kind: number, content: Buffer): void {
    if (this.#isClosed || this.#peers.get(peer.id) !== peer) return;
    if (kind >= firstKind) this.#handler.onFrame(peer, kind, content);
    else if (kind === ready) {
      peer.isReady = true;
      this.#checkSettled();
    }
  }

  #drop(peer: Peer): void {
    peer.destroy();
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    this.#handler.onGone(peer);
    this.#checkSettled();
  }

  #checkSettled(): void {
    if (!this.isSettled) return;
    for (const done of this.#settled.splice(0)) done();
  }
}
