import type { Socket } from 'node:net';
import { AlidadeError } from '../shared/errors.ts';
import { Connector } from './connector.ts';
import { endpointText, parseEndpoint } from './endpoint.ts';
import type { Intake } from './intake.ts';
import { type Listener, openListener } from './listener.ts';
import type { Monitor, PeerName } from './monitor.ts';
import type { Settings } from './options.ts';
import { type Pattern, Peer } from './peer.ts';
import { addCounts, noCounts, type SocketStatistics, statisticsOf } from './statistics.ts';

/** The connections of one socket, through every endpoint that it is bound or connected to. */
export class Peers {
  #settings: Settings;
  #pattern: Pattern;
  #monitor: Monitor;
  #listeners = new Map<string, Listener>();
  #connectors = new Map<string, Connector>();
  #peers = new Set<Peer>();
  #nextId = 1;
  #isClosed = false;
  /** Of peers that are gone. */
  #past = noCounts();
  #refused = 0;
  #onChange: (() => void) | undefined;

  constructor(settings: Settings, pattern: Pattern, monitor: Monitor) {
    this.#settings = settings;
    this.#pattern = pattern;
    this.#monitor = monitor;
  }

  async bind(text: string): Promise<string> {
    const endpoint = parseEndpoint(text, 'bind');
    let name = text;
    const listener = await openListener(endpoint, (socket) => this.#admit(name, socket));
    name = listener.endpoint;
    if (this.#isClosed) {
      listener.close();
      throw new AlidadeError('ALI_SOCKET_CLOSED', `the socket was closed before it listened on ${text}`);
    }
    this.#listeners.set(name, listener);
    this.#monitor.tell({ event: 'listening', endpoint: name });
    return name;
  }

  unbind(text: string): void {
    const listener = this.#listeners.get(text);
    if (listener === undefined) throw unknown(text, 'listened on', this.#listeners);
    this.#listeners.delete(text);
    listener.close();
    this.#endPeersOf(text);
  }

  connect(text: string): void {
    const endpoint = parseEndpoint(text, 'connect');
    const name = endpointText(endpoint);
    if (this.#connectors.has(name)) return;
    const connector = new Connector({
      endpoint,
      text: name,
      settings: this.#settings,
      monitor: this.#monitor,
      onSocket: (socket, intake) => this.#admit(name, socket, intake, connector),
    });
    this.#connectors.set(name, connector);
  }

  disconnect(text: string): void {
    const name = endpointText(parseEndpoint(text, 'connect'));
    const connector = this.#connectors.get(name);
    if (connector === undefined) throw unknown(text, 'connected to', this.#connectors);
    this.#connectors.delete(name);
    connector.close();
    this.#endPeersOf(name);
  }

  /** Resolves when every queue is written and `isReady` says so too, or else after `withinMs`. */
  async drained(isReady: () => boolean, withinMs: number): Promise<void> {
    const isDrained = () => isReady() && [...this.#peers].every((peer) => peer.outbox.queuedMessages === 0);
    if (withinMs === 0 || isDrained()) return;
    const drained = Promise.withResolvers<void>();
    const timer = setTimeout(drained.resolve, withinMs);
    this.#onChange = () => {
      if (isDrained()) drained.resolve();
    };
    await drained.promise;
    clearTimeout(timer);
    this.#onChange = undefined;
  }

  /** Takes nobody in any more and ends every connection; what is being written gets `withinMs` for it. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    for (const listener of this.#listeners.values()) listener.close();
    for (const connector of this.#connectors.values()) connector.close();
    this.#listeners.clear();
    this.#connectors.clear();
    await Promise.all([...this.#peers].map((peer) => peer.end('this socket was closed', withinMs)));
  }

  /** Messages were given up that no peer had. */
  countLost(messages: number): void {
    this.#past.lostMessages += messages;
  }

  statistics(): SocketStatistics {
    const total = { ...this.#past };
    for (const { counts } of this.#peers) addCounts(total, counts);
    return { ...total, refusedPeers: this.#refused, peers: [...this.#peers].map(statisticsOf) };
  }

  #admit(endpoint: string, socket: Socket, intake?: Intake, connector?: Connector): void {
    if (this.#isClosed && connector === undefined) {
      socket.destroy();
      return;
    }
    const name: PeerName = { peer: this.#nextId++, address: addressOf(socket, endpoint), endpoint };
    const { maxPeers } = this.#settings;
    if (this.#peers.size + this.#pattern.leftCount >= maxPeers) {
      socket.on('error', () => {});
      socket.destroy();
      this.#refused++;
      const reason = `there are ${maxPeers} peers already, with those that are gone and whose messages wait (maxPeers)`;
      this.#monitor.tell({ event: 'refused', ...name, refusal: 'too-many-peers', reason });
      connector?.lost(reason, false);
      return;
    }
    const peer: Peer = new Peer({
      name,
      socket,
      intake,
      settings: this.#settings,
      pattern: this.#pattern,
      monitor: this.#monitor,
      onWritten: () => this.#onChange?.(),
      onClose: (reason, wasOfUse) => {
        this.#peers.delete(peer);
        addCounts(this.#past, peer.counts);
        if (!wasOfUse) this.#refused++;
        connector?.lost(reason, wasOfUse);
        this.#onChange?.();
      },
    });
    this.#peers.add(peer);
  }

  #endPeersOf(endpoint: string): void {
    for (const peer of this.#peers)
      if (peer.name.endpoint === endpoint)
        void peer.end('this endpoint was given up', this.#settings.lingerMs);
  }
}

function addressOf(socket: Socket, endpoint: string): string {
  const { remoteAddress: host, remotePort: port } = socket;
  if (host === undefined || port === undefined) return endpoint;
  return endpointText({ transport: 'tcp', host, port });
}

function unknown(text: string, what: string, known: ReadonlyMap<string, unknown>): AlidadeError {
  const list = [...known.keys()].join(', ') || 'nothing';
  return new AlidadeError('ALI_NOT_FOUND', `${text} is not ${what} by this socket (${list} is)`);
}
