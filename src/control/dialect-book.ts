import type { Dialect, SenderInfo } from './message.ts';

/** What is known of a message beside its payload. */
interface Seen {
  readonly dialect: Dialect;
  readonly sender: SenderInfo;
}

/** So many names are kept; the bus can be told any number of them. */
const maxNames = 100_000;

/** Which dialect each endpoint and service speaks, as its own messages show. Nothing is ever tried out. */
export class DialectBook {
  readonly #dialects = new Map<string, Dialect>();

  /** The dialect of an endpoint or service that was heard. */
  of(name: string): Dialect | undefined {
    return this.#dialects.get(name);
  }

  /** A service or endpoint that would not understand `dialect`, if one was heard. */
  strangerTo(dialect: Dialect): string | undefined {
    // Services of v1 and v2 end at a message of v3; one of v3 drops theirs.
    const isBody = (known: Dialect) => known !== 'v3';
    return this.#dialects.entries().find(([, known]) => isBody(known) !== isBody(dialect))?.[0];
  }

  /** Somebody answered for `target`. */
  hearReply(target: string, { dialect, sender }: Seen): void {
    this.#learn(target, dialect);
    this.#learn(sender.serviceName, dialect);
  }

  /** An alert came: of the service that sent it, and of the endpoint that a logged value is of. */
  hearAlert(routingKey: string, { dialect, sender }: Seen): void {
    const [kind, name = ''] = routingKey.split('.');
    if (kind === 'sensor_value' || kind === 'heartbeat') this.#learn(name, dialect);
    this.#learn(sender.serviceName, dialect);
  }

  #learn(name: string, dialect: Dialect): void {
    // v1 and v2 clients call themselves so.
    if (name === '' || name === 'unknown' || name.startsWith('unknown_service_')) return;
    if (this.#dialects.size < maxNames || this.#dialects.has(name)) this.#dialects.set(name, dialect);
  }
}
