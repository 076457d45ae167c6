import type { Clock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { ArgumentsOf, Attribute, Command } from './declared.ts';
import { type Alert, normalSpecifier, type Operation, type OutgoingAlert, type Request } from './message.ts';
import { NotSupported } from './not-supported.ts';
import type { Answer, Maybe, Outcome, Value } from './value.ts';

export interface EndpointOptions {
  /** Unique among all endpoints of the bus, without dots and spaces: it is the word that messages are routed by. */
  readonly name: string;
  /** Requests come through a queue of the bus that is its own, as those of v3's asynchronous endpoints (false). */
  readonly ownQueue?: boolean | undefined;
}

/** What a running service gives its endpoints. */
export interface EndpointContext {
  /** Time and timers. */
  readonly clock: Clock;
  readonly log: Log;
  /** The name of the service. */
  readonly service: string;
  /** Resolves with whether the bus has taken it. Never rejects: what could not be sent is logged and counted. */
  alert(alert: OutgoingAlert): Promise<boolean>;
  /**
   * How long what is asked may wait for its turn. A class with a queue of its own, such as that of a device which many
   * endpoints share, keeps to it, so that nothing is done when whoever asked has long gone.
   */
  readonly queueWaitMs: number;
  /** Runs work in the endpoint's turn, as if it were a request: never beside one. Rejects with what the work throws. */
  inTurn<T>(work: () => Maybe<T>): Promise<T>;
  /** A request of the service to its own endpoint, without arguments. */
  ownRequest(operation: Operation): Request;
}

/**
 * One thing that can be asked and told: a valve, a supply, a stored value. Requests come one after the other, in the order
 * of their arrival; the next waits until the promise of the last has settled. Other endpoints do not wait.
 *
 * `cmd` reaches the commands that a class declares and `on_get`, `on_set`; `get` and `set` with a specifier the attributes
 * that it declares. Nothing else of an object is seen from outside.
 *
 * @example
 * class Valve extends Endpoint {
 *   #open = false;
 *   constructor(options: EndpointOptions) {
 *     super(options);
 *     this.attribute({ name: 'open', read: () => this.#open });
 *     this.command('pulse', ['seconds'], (seconds) => {
 *       if (typeof seconds !== 'number') throw new ReplyError('service_error_invalid_value', 'seconds is a number');
 *       this.context.clock.after(seconds * 1000, () => { this.#open = false; });
 *       this.#open = true;
 *     });
 *   }
 *   override onGet(): Answer {
 *     return this.#open ? 'open' : 'closed';
 *   }
 *   override onSet(value: Value): void {
 *     this.#open = value === 'open';
 *   }
 * }
 */
export class Endpoint {
  readonly name: string;
  /** See {@link EndpointOptions.ownQueue}. */
  readonly hasOwnQueue: boolean;
  #context: EndpointContext | undefined;
  readonly #attributes = new Map<string, Attribute>();
  readonly #commands = new Map<string, Command>();

  constructor(options: EndpointOptions) {
    this.name = options.name;
    this.hasOwnQueue = options.ownQueue ?? false;
    this.attribute({ name: 'name', read: () => this.name });
  }

  /** The endpoints that this one groups; locking it locks them where the dialect of the request says so (v2). */
  get children(): readonly Endpoint[] {
    return [];
  }

  /** What the class is called in answers and logs; in dragonfly's files the value of `module`. */
  get className(): string {
    return this.constructor.name;
  }

  /** Answers `get` without a specifier. */
  onGet(_request: Request): Maybe<Answer> {
    throw new NotSupported('get');
  }

  /**
   * Answers `set` without a specifier; null or nothing where there is no more to say than that it is done.
   *
   * @param value the first of the request's values; `request.values` tells 4.0 and 4 apart
   */
  onSet(_value: Value, _request: Request): Maybe<Outcome> {
    throw new NotSupported('set');
  }

  /** What a get is answered with: that of {@link onGet}. For classes that make something of it, such as a calibration. */
  answerGet(request: Request): Maybe<Answer> {
    return this.onGet(request);
  }

  /** What a set is answered with: that of {@link onSet}. */
  answerSet(value: Value, request: Request): Maybe<Outcome> {
    return this.onSet(value, request);
  }

  /** Answers `send` (v1, v2), as providers do. */
  onSend(_values: readonly Value[], _request: Request): Maybe<Outcome> {
    throw new NotSupported('send');
  }

  /** Answers `run` (v1, v2). */
  onRun(_values: readonly Value[], _request: Request): Maybe<Outcome> {
    throw new NotSupported('run');
  }

  /**
   * Called for `set_condition n` at the service: what this endpoint is to do when the laboratory is in condition n.
   * Left out: nothing.
   */
  onCondition?(condition: Value, request: Request): Maybe<void>;

  /** Which alerts of others {@link onAlert} gets: patterns of dotted words, `*` for one word and `#` for any number. */
  get alertKeys(): readonly string[] {
    return [];
  }

  /** Called for each alert that one of {@link alertKeys} matches, in turn with the requests. */
  onAlert?(alert: Alert): Maybe<void>;

  /** Called once, when the service is on the bus and before requests come. What it throws ends the start. */
  onStart(): Maybe<void> {}

  /** Called once, when the service ends; also when its start fails or is given up after {@link onStart}. Timers stop here. */
  onStop(): Maybe<void> {}

  /** Time, log and alerts. @throws ALI_INTERNAL before the service has started */
  get context(): EndpointContext {
    if (this.#context === undefined) {
      throw new AlidadeError('ALI_INTERNAL', `endpoint "${this.name}" is not part of a running service yet`);
    }
    return this.#context;
  }

  /** Called by the service that the endpoint is given to. */
  attach(context: EndpointContext): void {
    this.#context = context;
  }

  attributeNamed(specifier: string): Attribute | undefined {
    return this.#attributes.get(normalSpecifier(specifier));
  }

  commandNamed(specifier: string): Command | undefined {
    return this.#commands.get(normalSpecifier(specifier));
  }

  get attributes(): readonly Attribute[] {
    return [...this.#attributes.values()];
  }

  get commands(): readonly Command[] {
    return [...this.#commands.values()];
  }

  /** Declares what `get` and `set` reach with a specifier. One of the same name takes the place of the earlier. */
  protected attribute(attribute: Attribute): void {
    this.#attributes.set(normalSpecifier(attribute.name), attribute);
  }

  /**
   * Declares a command. Arguments are bound to the parameters by position and by name; a call with others is refused
   * before `run` sees it. After its arguments it gets the request.
   *
   * @param parameters their names in order; `'seconds?'` may be left out
   */
  protected command<const P extends readonly string[]>(
    name: string,
    parameters: P,
    run: (...values: [...ArgumentsOf<P>, request: Request]) => Maybe<Outcome>,
  ): void {
    this.#commands.set(normalSpecifier(name), {
      name,
      parameters,
      // The service binds one value to each parameter and refuses what does not fit.
      run: (values, request) => run(...(values as ArgumentsOf<P>), request),
    });
  }

  /** Tells everybody who listens, as `sensor_value.peaches`; resolves with whether the bus has taken it. */
  protected alert(routingKey: string, payload: Answer): Promise<boolean> {
    return this.context.alert({ routingKey, payload });
  }
}
