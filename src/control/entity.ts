import { AlidadeError, messageOf } from '../shared/errors.ts';
import {
  type CalibratedValue,
  type Calibration,
  type CalibrationFunctions,
  type CalibrationProblem,
  compileCalibration,
  encodable,
} from './calibration/calibration.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';
import type { LogLimits, LogRules } from './logging/log-rule.ts';
import { ReadingLog } from './logging/reading-log.ts';
import { readChange, readInterval, readSeconds, timedeltaText } from './logging/seconds.ts';
import type { Request } from './message.ts';
import { assertInRange, type Range } from './range.ts';
import { ReplyError } from './reply-error.ts';
import { type Answer, float, type Maybe, type Outcome, type Value } from './value.ts';

export interface EntityOptions extends EndpointOptions {
  /** How a raw value becomes a calibrated one; see {@link compileCalibration}. */
  readonly calibration?: unknown;
  readonly calibrationFunctions?: CalibrationFunctions | undefined;
  /** The unit of the calibrated value, or of the raw one where there is no calibration; the attribute `units`. */
  readonly units?: string | undefined;
  /** What a set takes; anything else is refused before the device sees it. */
  readonly range?: Range | undefined;
  /** A set is answered with what a get gives after it. */
  readonly getOnSet?: boolean | undefined;
  /** What a set gives is sent as an alert too. */
  readonly logOnSet?: boolean | undefined;
  /** How often a get is done of its own accord; 0 is never. */
  readonly logIntervalSeconds?: number | undefined;
  /** The longest time between two alerts, however little changes. */
  readonly maxIntervalSeconds?: number | undefined;
  readonly maxAbsoluteChange?: number | undefined;
  /** As a part of the last value: 0.05 is 5 %. */
  readonly maxFractionalChange?: number | undefined;
  /** What is compared with the last value: `value_cal` (default) or `value_raw`. */
  readonly checkField?: string | undefined;
  /** Where alerts go: this and the name of the endpoint (`sensor_value`). */
  readonly alertRoutingKey?: string | undefined;
  /** Which rules of logging hold (`alidade`). */
  readonly logRules?: LogRules | undefined;
  /** The first reading comes after one interval rather than at once. */
  readonly delayStart?: boolean | undefined;
  /** Whether logging begins with the service (true, but in the rules v1 and v2, where `logging_status` starts it). */
  readonly logsFromStart?: boolean | undefined;
}

/**
 * A quantity: an endpoint whose value is calibrated, checked, and logged as alerts. A class of your own overrides `onGet` and
 * `onSet` and deals in raw values.
 *
 * @example
 * class Memory extends Entity {
 *   override onGet(): Answer {
 *     return process.memoryUsage.rss();
 *   }
 * }
 * const memory = new Memory({ name: 'memory', calibration: '{} / 2**20', units: 'MiB', logIntervalSeconds: 10 });
 */
export class Entity extends Endpoint {
  readonly #calibrate: Calibration;
  readonly #range: Range | undefined;
  readonly #units: string | undefined;
  readonly #rules: LogRules;
  readonly #delayStart: boolean;
  readonly #logsFromStart: boolean;
  readonly #log: ReadingLog;
  readonly #checkField: string;
  #alertRoutingKey: string;
  #getOnSet: boolean;
  #logOnSet: boolean;
  #logIntervalSeconds: number;
  #maxIntervalSeconds: number | undefined;
  #maxAbsoluteChange: number | undefined;
  #maxFractionalChange: number | undefined;
  #calibrationProblem: string | undefined;

  constructor(options: EntityOptions) {
    super(options);
    const { name, calibration, logRules = 'alidade' } = options;
    this.#calibrate = explained(name, () => compileCalibration(calibration, options.calibrationFunctions));
    this.#range = options.range;
    this.#units = options.units;
    this.#rules = logRules;
    this.#delayStart = options.delayStart ?? false;
    this.#logsFromStart = options.logsFromStart ?? (logRules === 'v3' || logRules === 'alidade');
    this.#getOnSet = options.getOnSet ?? false;
    this.#logOnSet = options.logOnSet ?? false;
    this.#checkField = options.checkField ?? 'value_cal';
    this.#alertRoutingKey = `${options.alertRoutingKey ?? 'sensor_value'}.${name}`;
    this.#logIntervalSeconds = explained(name, () => readInterval(options.logIntervalSeconds ?? 0));
    this.#maxIntervalSeconds = options.maxIntervalSeconds;
    this.#maxAbsoluteChange = options.maxAbsoluteChange;
    this.#maxFractionalChange = options.maxFractionalChange;
    const entity = this;
    this.#log = new ReadingLog({
      name,
      rules: logRules,
      get context() {
        return entity.context;
      },
      limits: () => this.#limits(),
      read: () => this.context.inTurn(() => this.#readForLog()),
      send: (payload) => this.alert(this.#alertRoutingKey, payload),
    });
    this.#declare(encodable(calibration ?? null));
  }

  /** What {@link onGet} gives, calibrated. */
  override async answerGet(request: Request): Promise<Answer> {
    const { value, problem } = this.#calibrate(await this.onGet(request));
    this.#notice(problem);
    if (problem?.kind === 'miss') {
      throw new ReplyError(
        'service_error_invalid_value',
        problem.message,
        request.dialect === 'v3' ? undefined : value,
      );
    }
    if (problem !== undefined && request.dialect === 'v1')
      throw new ReplyError('service_error_invalid_value', problem.message, value);
    return value;
  }

  override async answerSet(value: Value, request: Request): Promise<Outcome> {
    if (this.#range !== undefined) assertInRange(this.name, value, this.#range, this.#units);
    const outcome = await this.onSet(value, request);
    const answer = this.#getOnSet ? await this.answerGet(request) : (outcome ?? null);
    if (this.#logOnSet) await this.#logSet(answer, request);
    return answer;
  }

  override onStart(): Maybe<void> {
    if (this.#logsFromStart && this.#logIntervalSeconds > 0) this.startLogging();
  }

  override onStop(): Maybe<void> {
    this.#log.stop();
  }

  /** Begins to log every `log_interval`. @throws Error when that is 0 */
  startLogging(): void {
    if (this.#logIntervalSeconds === 0) throw new Error('log interval must be > 0');
    this.#log.start(!this.#delayStart);
  }

  /** Ends scheduled logging; `log_on_set` goes on. */
  stopLogging(): void {
    this.#log.stop();
  }

  /** Whether it logs every `log_interval`. */
  get isLogging(): boolean {
    return this.#log.isOn;
  }

  /** Makes one reading as the schedule does: a get, and an alert if the rules of logging say so. Never rejects. */
  logReading(): Promise<void> {
    return this.#log.logReading();
  }

  /**
   * An alert with what was set; where a set says nothing (and v1 would send null), with what a get gives. The set is done,
   * so what goes wrong here is not its answer.
   */
  async #logSet(answer: Answer, request: Request): Promise<void> {
    try {
      const sent = answer === null ? this.#calibrate(await this.onGet(request)).value : answer;
      const payload: CalibratedValue = isCalibrated(sent) ? sent : { value_raw: sent };
      if (await this.alert(this.#alertRoutingKey, payload)) this.#log.noteSent(payload);
    } catch (error) {
      this.context.log.warning(`what was set was not logged: ${messageOf(error)}`, { endpoint: this.name });
    }
  }

  async #readForLog(): Promise<CalibratedValue | null> {
    const { value, problem } = this.#calibrate(await this.onGet(this.context.ownRequest('get')));
    this.#notice(problem);
    if (problem?.kind === 'miss' || (problem !== undefined && this.#rules === 'v1'))
      throw new Error(problem.message);
    return value;
  }

  /** A calibration that fails is said once, until it fails in another way. */
  #notice(problem: CalibrationProblem | undefined): void {
    if (problem !== undefined && problem.message !== this.#calibrationProblem)
      this.context.log.warning(`the calibration failed: ${problem.message}`, { endpoint: this.name });
    this.#calibrationProblem = problem?.message;
  }

  #limits(): LogLimits {
    return {
      logIntervalSeconds: this.#logIntervalSeconds,
      maxIntervalSeconds: this.#maxIntervalSeconds,
      maxAbsoluteChange: this.#maxAbsoluteChange,
      maxFractionalChange: this.#maxFractionalChange,
      checkField: this.#checkField,
    };
  }

  #setLogInterval(seconds: number): void {
    this.#logIntervalSeconds = seconds;
    if (!this.#log.isOn) return;
    if (seconds === 0) this.#log.stop();
    else this.#log.start(false);
  }

  #setLoggingStatus(value: Value): void {
    if (value === 'on' || value === 'start' || value === 'restart' || value === true) this.startLogging();
    else if (value === 'off' || value === 'stop' || value === false) this.#log.stop();
    else throw new Error(`unrecognized logging status ${JSON.stringify(value)}; expected on, off or restart`);
  }

  #declare(calibration: Answer): void {
    const both = (
      names: readonly string[],
      read: (request: Request) => Answer,
      write: (value: Value) => void,
    ) => {
      for (const name of names) {
        this.attribute({ name, read, write: (value, request) => refusing(request, () => write(value)) });
      }
    };
    const readOnly = (names: readonly string[], read: () => Answer) => {
      for (const name of names) this.attribute({ name, read });
    };
    const interval = ({ dialect }: Request) => {
      if (dialect === 'v3') return timedeltaText(this.#logIntervalSeconds);
      return dialect === 'v2' ? float(this.#logIntervalSeconds) : limit(this.#logIntervalSeconds);
    };
    both(['log_interval', 'schedule_interval'], interval, (value) => {
      this.#setLogInterval(readInterval(value));
    });
    both(
      ['max_interval', '_max_interval'],
      () => limit(this.#maxIntervalSeconds),
      (value) => {
        this.#maxIntervalSeconds = readSeconds(value);
      },
    );
    both(
      ['max_absolute_change', '_max_absolute_change'],
      () => limit(this.#maxAbsoluteChange),
      (value) => {
        this.#maxAbsoluteChange = readChange(value);
      },
    );
    both(
      ['max_fractional_change', '_max_fractional_change'],
      () => limit(this.#maxFractionalChange),
      (value) => {
        this.#maxFractionalChange = readChange(value);
      },
    );
    both(
      ['logging_status', 'schedule_status'],
      () => this.#log.isOn,
      (value) => this.#setLoggingStatus(value),
    );
    both(
      ['get_on_set'],
      () => this.#getOnSet,
      (value) => {
        if (this.#rules === 'v3' && this.#logOnSet && !truth(value))
          throw new Error('unable to disable get_on_set while log_on_set is enabled');
        this.#getOnSet = truth(value);
      },
    );
    both(
      ['log_on_set'],
      () => this.#logOnSet,
      (value) => {
        if (this.#rules === 'v3' && !this.#getOnSet && truth(value))
          throw new Error('unable to enable log_on_set when get_on_set is disabled');
        this.#logOnSet = truth(value);
      },
    );
    both(
      ['alert_routing_key'],
      () => this.#alertRoutingKey,
      (value) => {
        this.#alertRoutingKey = routingKey(value);
      },
    );
    readOnly(['log_routing_key_prefix'], () => this.#alertRoutingKey.slice(0, -this.name.length - 1));
    readOnly(['check_field', '_check_field'], () => this.#checkField);
    readOnly(['calibration', '_calibration'], () => calibration);
    readOnly(['units'], () => this.#units ?? null);
    readOnly(['log_rules'], () => this.#rules);
    readOnly(['log_failures'], () => this.#log.failures);
    readOnly(['log_skipped'], () => this.#log.skipped);
    this.command('start_logging', [], () => this.startLogging());
    this.command('stop_logging', [], () => this.stopLogging());
  }
}

/** What is refused when an attribute is written, as each generation says it: v3 with 304, those before with 999. */
function refusing(request: Request, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (request.dialect !== 'v3') throw error;
    throw new ReplyError('service_error_invalid_value', messageOf(error), undefined, { cause: error });
  }
}

/** What is wrong with the options of an endpoint names it. */
function explained<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new AlidadeError('ALI_CONTROL', `endpoint "${name}": ${messageOf(error)}`, { cause: error });
  }
}

/** A limit as it is read: what is set becomes a float in each generation, and one that was never given is 0. */
function limit(value: number | undefined): Answer {
  return value ? float(value) : 0;
}

function truth(value: Value): boolean {
  return typeof value === 'string' ? /^(?:true|on|yes|1)$/i.test(value) : Boolean(value);
}

function routingKey(value: Value): string {
  if (typeof value === 'string' && /^[^\s.]+(?:\.[^\s.]+)*$/.test(value) && value.length <= 200) return value;
  throw new Error('a routing key is words with dots between them');
}

function isCalibrated(answer: Answer): answer is CalibratedValue {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    !Array.isArray(answer) &&
    Object.hasOwn(answer, 'value_raw')
  );
}
