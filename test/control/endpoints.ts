import {
  type Answer,
  Endpoint,
  float,
  type Monitor,
  type Monitored,
  ReplyError,
  type Value,
} from '../../src/control/index.ts';

/** With attributes and commands of every kind. */
export class Valve extends Endpoint {
  value: Value = 'closed';
  readonly calls: unknown[] = [];

  constructor(name: string) {
    super({ name });
    this.attribute({
      name: 'travel_time',
      read: () => float(4),
      write: (value) => void this.calls.push(value),
    });
    this.attribute({ name: 'serial', read: () => 'A-17' });
    this.command('ramp', ['to', 'seconds?'], (to, seconds, request) => {
      this.calls.push([to, seconds, request.dialect]);
      return { ramped: to };
    });
    this.command('fail', [], () => {
      throw new ReplyError('resource_error_connection', 'no such device', { tried: 3 });
    });
    this.command('break', [], () => {
      throw new TypeError('a bug of its own');
    });
  }

  override onGet(): Answer {
    return { value_raw: this.value };
  }

  override onSet(value: Value): void {
    this.value = value;
  }

  override onCondition(condition: Value): void {
    this.calls.push(['condition', condition]);
  }
}

/** Answers when it is told to. */
export class Slow extends Endpoint {
  readonly asked: (() => void)[] = [];
  readonly sets: Value[] = [];
  #wake = () => {};

  override onGet(): Promise<Answer> {
    return new Promise((resolve) => {
      this.asked.push(() => resolve('at last'));
      this.#wake();
    });
  }

  override onSet(value: Value): void {
    this.sets.push(value);
  }

  /** Resolves when it was asked once more than it answered. */
  whenAsked(): Promise<void> {
    if (this.asked.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** The next message that a monitor sees. */
export async function next(monitor: Monitor): Promise<Monitored> {
  for await (const message of monitor) return message;
  throw new Error('the monitor was closed');
}
