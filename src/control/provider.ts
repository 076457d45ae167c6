import { messageOf } from '../shared/errors.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';
import type { Request } from './message.ts';
import type { Answer, Maybe, Value } from './value.ts';

export interface ProviderOptions extends EndpointOptions {
  /** What its file calls the class, if that is another name. */
  readonly module?: string | undefined;
}

/**
 * An endpoint that groups others and that they talk through: a supply with its channels, a bus with its devices. Its
 * {@link send} is what the request `send` reaches, and what its children call.
 *
 * The attribute `endpoint_names` lists what is in it, and `logging_status` reads and sets that of all its children.
 */
export class Provider extends Endpoint {
  readonly #children: Endpoint[] = [];
  readonly #module: string | undefined;

  constructor(options: ProviderOptions) {
    super(options);
    this.#module = options.module;
    this.attribute({ name: 'endpoint_names', read: () => namesIn(this) });
    this.attribute({
      name: 'logging_status',
      read: async (request) => {
        const loggers = this.#loggers();
        return Promise.all(
          loggers.map(async (child) => [child.name, (await statusOf(child)?.read?.(request)) ?? null]),
        );
      },
      write: (value, request) => this.#setLoggingStatus(value, request),
    });
  }

  override get className(): string {
    return this.#module ?? super.className;
  }

  override get children(): readonly Endpoint[] {
    return this.#children;
  }

  /** Takes an endpoint in; before the service starts. */
  add(child: Endpoint): void {
    this.#children.push(child);
  }

  /**
   * Sends commands to the device, in order, and gives what comes back. The base class has no device and gives null.
   *
   * @throws ReplyError 201 when the device cannot be reached, 202 when it does not answer
   */
  send(_commands: readonly string[]): Maybe<Answer> {
    return null;
  }

  override onSend(values: readonly Value[], _request: Request): Maybe<Answer> {
    return this.send(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))));
  }

  /** Sets that of all children; those that refuse it do not keep the others from it. */
  async #setLoggingStatus(value: Value, request: Request): Promise<void> {
    const refused: string[] = [];
    for (const child of this.#loggers()) {
      try {
        await statusOf(child)?.write?.(value, request);
      } catch (error) {
        refused.push(`${child.name}: ${messageOf(error)}`);
      }
    }
    if (refused.length > 0) throw new Error(`done, but not for all: ${refused.join('; ')}`);
  }

  #loggers(): Endpoint[] {
    return this.#children.filter((child) => statusOf(child)?.write !== undefined);
  }
}

function statusOf(endpoint: Endpoint) {
  return endpoint.attributeNamed('logging_status');
}

/** The names of all endpoints in an endpoint, at any depth. */
function namesIn(endpoint: Endpoint): string[] {
  return endpoint.children.flatMap((child) => [child.name, ...namesIn(child)]);
}
