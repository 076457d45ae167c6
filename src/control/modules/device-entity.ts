import { compileFormat } from '../calibration/python-format.ts';
import { pythonRepr } from '../calibration/python-value.ts';
import { Entity, type EntityOptions } from '../entity.ts';
import { NotSupported } from '../not-supported.ts';
import type { Provider } from '../provider.ts';
import { ReplyError } from '../reply-error.ts';
import type { Answer, Maybe, Value } from '../value.ts';

export interface DeviceEntityOptions extends EntityOptions {
  readonly provider: Provider;
  readonly module: string;
  /** What is sent for a get; left out: there is none. */
  readonly getText?: string | undefined;
  /** What is sent for a set, with {} for the value; left out: there is none. */
  readonly setText?: string | undefined;
  /** What is sent for each value; anything else is refused. */
  readonly setValueMap?: ReadonlyMap<unknown, unknown> | undefined;
  /** Text is made small before it is looked up and sent. */
  readonly setValueLowercase?: boolean | undefined;
  /** What of a reply is the raw value: the group `value_raw`, or else the first. */
  readonly extract?: RegExp | undefined;
}

/** A quantity of a device behind a provider, asked for and set by text. */
export class DeviceEntity extends Entity {
  readonly #options: DeviceEntityOptions;
  readonly #setText: ((value: unknown) => string) | undefined;
  readonly #values: ReadonlyMap<string, unknown> | undefined;

  constructor(options: DeviceEntityOptions) {
    super(options);
    const { setText, setValueMap } = options;
    this.#options = options;
    this.#setText = setText === undefined ? undefined : compileFormat(setText);
    this.#values = setValueMap && new Map([...setValueMap].map(([value, sent]) => [identityOf(value), sent]));
  }

  override get className(): string {
    return this.#options.module;
  }

  override async onGet(): Promise<Answer> {
    const { getText, provider, extract } = this.#options;
    if (getText === undefined) throw new NotSupported('get');
    const reply = await provider.send([getText]);
    if (extract === undefined || typeof reply !== 'string') return reply;
    const match = extract.exec(reply);
    const found = match?.groups?.value_raw ?? match?.[1] ?? match?.[0];
    if (found !== undefined) return found;
    throw new ReplyError(
      'resource_error',
      `the reply ${JSON.stringify(reply.slice(0, 100))} has no value where ${String(extract)} looks for one`,
    );
  }

  override onSet(value: Value): Maybe<Answer> {
    if (this.#setText === undefined) throw new NotSupported('set');
    return this.#options.provider.send([this.#setText(this.#sent(value))]);
  }

  #sent(value: Value): unknown {
    const { setValueLowercase = false } = this.#options;
    const text = setValueLowercase && typeof value === 'string' ? value.toLowerCase() : value;
    if (this.#values === undefined) return this.#inOneLine(text);
    const identity = identityOf(text);
    if (this.#values.has(identity)) return this.#values.get(identity);
    throw new ReplyError(
      'service_error_invalid_value',
      `${this.name} takes ${[...(this.#options.setValueMap?.keys() ?? [])].map((one) => pythonRepr(one)).join(', ')}, not ${pythonRepr(value).slice(0, 100)}`,
    );
  }

  /** A line end would make a second command of a value, the reply to which would be taken for that to the next. */
  #inOneLine(value: Value): Value {
    if (typeof value === 'object' || !/\p{Cc}/u.test(String(value))) return value;
    throw new ReplyError(
      'service_error_invalid_value',
      `${this.name} takes no line ends or other control characters, as in ${pythonRepr(value).slice(0, 100)}`,
    );
  }
}

/** 1, 1.0, True and, because a command line has only text, '1' are one value. */
function identityOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}
