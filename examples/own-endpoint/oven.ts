/** An oven of one's own: what it can do, in TypeScript. Here it is simulated; yours would talk to a device. */
import {
  type Answer,
  Entity,
  type EntityOptions,
  Provider,
  ReplyError,
  type Request,
  type Value,
} from 'alidade/control';

/** The box with the serial port. Its endpoints talk through it. */
export class Oven extends Provider {
  /** What a file may say of it, so that mistakes are found before it starts. */
  static readonly parameters = {
    seconds: { type: 'number', default: '60', about: 'How long it takes to come near the setpoint.' },
  } as const;

  readonly #seconds: number;
  #celsius = 20;
  #setpoint = 20;
  #timeMs = Date.now();

  constructor(options: { name: string; seconds?: number }) {
    super(options);
    this.#seconds = options.seconds ?? 60;
    this.command('off', [], () => this.send(['SET 20']));
  }

  override send(commands: readonly string[]): Answer {
    return commands.map((command) => this.#answer(command)).join(';');
  }

  #answer(command: string): string {
    const nowMs = Date.now();
    const passed = (nowMs - this.#timeMs) / 1000 / this.#seconds;
    this.#celsius += (this.#setpoint - this.#celsius) * (1 - Math.exp(-passed));
    this.#timeMs = nowMs;
    const setpoint = /^SET (.+)$/.exec(command)?.[1];
    if (setpoint !== undefined) this.#setpoint = Number(setpoint);
    if (command === 'TEMP?') return this.#celsius.toFixed(2);
    return String(this.#setpoint);
  }
}

interface PartOptions extends EntityOptions {
  readonly provider: Oven;
}

/** What the oven measures: a get. Calibration, units and logging are in the file. */
export class Temperature extends Entity {
  readonly #oven: Oven;

  constructor(options: PartOptions) {
    super(options);
    this.#oven = options.provider;
  }

  override onGet(): Answer {
    return this.#oven.send(['TEMP?']);
  }
}

/** What it is told: get, set, and a command of its own. The file says which values it takes. */
export class Setpoint extends Entity {
  readonly #oven: Oven;

  constructor(options: PartOptions) {
    super(options);
    this.#oven = options.provider;
    this.command('raise', ['degrees'], (degrees) => this.#raise(degrees));
  }

  override onGet(): Answer {
    return this.#oven.send(['SET?']);
  }

  override onSet(celsius: Value): Answer {
    return this.#oven.send([`SET ${celsius}`]);
  }

  /** A set of its own, so that the range holds for it too. */
  #raise(degrees: Value) {
    if (typeof degrees !== 'number') {
      throw new ReplyError('service_error_invalid_value', 'degrees is a number');
    }
    const request: Request = this.context.ownRequest('set');
    return this.answerSet(Number(this.#oven.send(['SET?'])) + degrees, request);
  }
}
