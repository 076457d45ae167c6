import { describe, expect, test } from 'vitest';
import {
  type Answer,
  Entity,
  type EntityOptions,
  float,
  type Request,
  type Value,
} from '../../src/control/index.ts';
import { Attached, requestOf } from './attached.ts';

/** A value that can be set, fail, and take its time. */
class Stored extends Entity {
  value: Answer = 1;
  failure: Error | undefined;
  gets = 0;
  #gate: PromiseWithResolvers<void> | undefined;

  override async onGet(): Promise<Answer> {
    this.gets += 1;
    await this.#gate?.promise;
    if (this.failure !== undefined) throw this.failure;
    return this.value;
  }

  override onSet(value: Value): void {
    this.value = value;
  }

  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  letGo(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }
}

function stored(options: Partial<EntityOptions> = {}): { entity: Stored; attached: Attached } {
  const entity = new Stored({ name: 'x', ...options });
  return { entity, attached: new Attached(entity) };
}

async function write(entity: Entity, attribute: string, value: Value): Promise<void> {
  await entity.attributeNamed(attribute)?.write?.(value, requestOf('x'));
}

async function read(entity: Entity, attribute: string, request?: Partial<Request>): Promise<unknown> {
  return entity.attributeNamed(attribute)?.read?.(requestOf('x', request));
}

const raws = (attached: Attached) =>
  attached.alerts.map(({ payload }) => (payload as { value_raw: unknown }).value_raw);

describe('get and set', () => {
  test('a get is calibrated; a calibration that fails leaves value_cal out, and v1 is told with 304', async () => {
    const { entity } = stored({ calibration: '1/({}-1)' });
    entity.value = 3;
    expect(await entity.answerGet(requestOf('x'))).toEqual({ value_raw: 3, value_cal: 0.5 });
    entity.value = 1;
    expect(await entity.answerGet(requestOf('x'))).toEqual({ value_raw: 1 });
    await expect(entity.answerGet(requestOf('x', { dialect: 'v1' }))).rejects.toMatchObject({
      code: 304,
      payload: { value_raw: 1 },
    });
  });

  test('a raw value that a dictionary lacks is an error in each dialect', async () => {
    const { entity } = stored({ calibration: { CLOSE: 'on' } });
    entity.value = 'BOGUS';
    await expect(entity.answerGet(requestOf('x'))).rejects.toMatchObject({
      code: 304,
      message: "raw value <'BOGUS'> not in cal dict",
      payload: undefined,
    });
    await expect(entity.answerGet(requestOf('x', { dialect: 'v2' }))).rejects.toMatchObject({
      payload: { value_raw: 'BOGUS' },
    });
  });

  test('a calibration that fails is said once, not at each get', async () => {
    const { entity, attached } = stored({ calibration: 'nothing({})' });
    for (let i = 0; i < 3; i += 1) await entity.answerGet(requestOf('x'));
    expect(attached.said).toHaveLength(1);
    expect(attached.said[0]).toContain("no function 'nothing'");
  });

  test('with get_on_set a set is answered with a get, and with log_on_set sent too', async () => {
    const { entity, attached } = stored({ calibration: '2*{}', getOnSet: true, logOnSet: true });
    const answer = await entity.answerSet(1.79, requestOf('x'));
    expect(answer).toEqual({ value_raw: 1.79, value_cal: 3.58 });
    expect(attached.alerts).toEqual([{ routingKey: 'sensor_value.x', payload: answer }]);
  });

  test('a set whose value cannot be calibrated is done, in each dialect, and logged by its raw value', async () => {
    const { entity, attached } = stored({ calibration: '1.*{}', logOnSet: true });
    for (const dialect of ['v1', 'v2', 'v3'] as const)
      expect(await entity.answerSet('abc', requestOf('x', { dialect }))).toBe(null);
    expect(raws(attached)).toEqual(['abc', 'abc', 'abc']);
  });

  test('log_on_set alone sends what a get gives, never a null', async () => {
    const { entity, attached } = stored({ logOnSet: true, logRules: 'v1' });
    expect(await entity.answerSet('2', requestOf('x', { dialect: 'v1' }))).toBe(null);
    expect(attached.alerts).toEqual([{ routingKey: 'sensor_value.x', payload: { value_raw: '2' } }]);
  });

  test.each<[Value, boolean]>([
    [-5, true],
    ['2.5', true],
    [5, true],
    [5.01, false],
    ['warm', false],
    [true, false],
    [null, false],
    ['', false],
    ['nan', false],
  ])('a range from -5 to 5: %j is taken: %s', async (value, isTaken) => {
    const { entity } = stored({ range: { least: -5, most: 5 }, units: 'V' });
    const set = entity.answerSet(value, requestOf('x'));
    if (isTaken) await expect(set).resolves.toBe(null);
    else {
      await expect(set).rejects.toMatchObject({
        code: 304,
        message: `x takes a number from -5 to 5 V, not ${JSON.stringify(value)}`,
      });
      expect(entity.value).toBe(1);
    }
  });
});

describe('scheduled logging', () => {
  test('begins with the service, and does not drift', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 10 });
    await entity.onStart();
    await attached.settled();
    expect(attached.alerts).toHaveLength(1);
    // Timers come a little late each time: the readings stay on the grid all the same.
    for (let i = 0; i < 6; i += 1) await attached.advance(10_003);
    expect(attached.alerts).toHaveLength(7);
    await attached.advance(9_981);
    expect(attached.alerts).toHaveLength(7);
    await attached.advance(1);
    expect(attached.alerts).toHaveLength(8);
  });

  test('a get that fails is said once; readings go on, and it is said when they do', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 1 });
    entity.failure = new Error('no answer from the supply');
    await entity.onStart();
    await attached.advance(5000, 1000);
    expect(attached.said).toEqual(['a reading was not logged: no answer from the supply']);
    expect(await read(entity, 'log_failures')).toBe(6);
    entity.failure = undefined;
    await attached.advance(1000);
    expect(attached.alerts).toHaveLength(1);
    expect(attached.said.at(-1)).toBe('readings are logged again');
  });

  test('a slow get does not pile up: what falls due meanwhile is left out and counted', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 1 });
    entity.hold();
    await entity.onStart();
    for (let i = 0; i < 5; i += 1) attached.clock.advance(1000);
    expect(entity.gets).toBeLessThanOrEqual(1);
    expect(await read(entity, 'log_skipped')).toBe(5);
    entity.letGo();
    await attached.settled();
    expect(attached.alerts).toHaveLength(1);
    await attached.advance(1000);
    expect(attached.alerts).toHaveLength(2);
  });

  test('a machine that slept makes one reading, not all that it missed', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 1 });
    await entity.onStart();
    await attached.settled();
    attached.clock.jump(3_600_000);
    await attached.settled();
    expect(attached.alerts).toHaveLength(2);
    expect(await read(entity, 'log_skipped')).toBe(3599);
  });

  test('a clock that is set back by an hour does not silence it', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 10 });
    await entity.onStart();
    await attached.settled();
    attached.clock.jump(-3_600_000);
    await attached.settled();
    await attached.advance(20_000, 10_000);
    expect(attached.alerts).toHaveLength(4);
  });

  test('in v1 and v2 it begins by logging_status, as the setup calls of files do', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 1, logRules: 'v2' });
    await entity.onStart();
    await attached.advance(3000, 1000);
    expect(attached.alerts).toEqual([]);
    await write(entity, 'logging_status', 'on');
    await attached.advance(4000, 1000);
    // The first at once; then after each whole second that is over since.
    expect(attached.alerts).toHaveLength(5);
    await write(entity, 'logging_status', 'off');
    await attached.advance(4000, 1000);
    expect(attached.alerts).toHaveLength(5);
    expect(await read(entity, 'logging_status')).toBe(false);
  });

  test('an interval of 0 is off; one below 0, tiny or huge is refused', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 0 });
    await entity.onStart();
    expect(attached.clock.timers).toBe(0);
    expect(() => entity.startLogging()).toThrow('must be > 0');
    for (const bad of [-1, 0.001, 1e300, Number.NaN]) {
      expect(() => new Stored({ name: 'x', logIntervalSeconds: bad })).toThrow('endpoint "x"');
      await expect(write(entity, 'log_interval', bad)).rejects.toMatchObject({ code: 304 });
    }
    await write(entity, 'log_interval', 1e9);
    entity.startLogging();
    await attached.advance(86_400_000);
    expect(attached.alerts).toHaveLength(1);
  });

  test('a new interval holds at once, and log_interval is read as each dialect has it', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 3600 });
    await entity.onStart();
    await write(entity, 'log-interval', { minutes: 1, seconds: 30 });
    expect(await read(entity, 'log_interval', { dialect: 'v2' })).toEqual(float(90));
    expect(await read(entity, 'log_interval')).toBe('0:01:30');
    await attached.advance(90_000);
    expect(attached.alerts).toHaveLength(2);
    await write(entity, 'log_interval', 0);
    expect(attached.clock.timers).toBe(0);
  });

  test('it ends with the service', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 1 });
    await entity.onStart();
    await entity.onStop();
    expect(attached.clock.timers).toBe(0);
  });
});

describe('the rules of new files', () => {
  async function logged(options: Partial<EntityOptions>, values: readonly Answer[]): Promise<unknown[]> {
    const { entity, attached } = stored({ logIntervalSeconds: 2, ...options });
    for (const value of values) {
      entity.value = value;
      await entity.logReading();
      attached.clock.advance(2000);
    }
    return raws(attached);
  }

  test('without limits each reading is logged', async () => {
    expect(await logged({}, [1, 1, 1])).toEqual([1, 1, 1]);
  });

  test('max_interval is a promise: logged every 10 s, not every 12', async () => {
    const { entity, attached } = stored({ logIntervalSeconds: 2, maxIntervalSeconds: 10 });
    await entity.onStart();
    await attached.advance(60_000, 2000);
    expect(attached.alerts).toHaveLength(7);
  });

  test('a fractional change counts alone, of negative values and from 0 too', async () => {
    expect(await logged({ maxFractionalChange: 0.1 }, [10, 10.5, 11.5, 11.6])).toEqual([10, 11.5]);
    expect(await logged({ maxFractionalChange: 0.1 }, [-10, -10.5, -11.5])).toEqual([-10, -11.5]);
    expect(await logged({ maxFractionalChange: 0.1 }, [0, 0, 1e-9, 0])).toEqual([0, 1e-9, 0]);
  });

  test('an absolute change counts alone, and slow drift adds up', async () => {
    expect(await logged({ maxAbsoluteChange: 1 }, [0, 0.6, 1.2, 1.8, 2.4])).toEqual([0, 1.2, 2.4]);
  });

  test('text is logged when it changes, and when a number becomes one', async () => {
    expect(await logged({ maxAbsoluteChange: 1 }, ['on', 'on', 'off', 5, 5.5, 'off'])).toEqual([
      'on',
      'off',
      5,
      'off',
    ]);
  });

  test('nan is logged when it comes and when it goes', async () => {
    expect(await logged({ maxAbsoluteChange: 1 }, [1, 'nan', 'nan', 1])).toEqual([1, 'nan', 1]);
  });

  test('a reading whose calibration failed is logged by its raw value', async () => {
    expect(
      await logged({ calibration: { a: 1 }, maxAbsoluteChange: 0, checkField: 'value_cal' }, ['a', 'a']),
    ).toEqual(['a']);
    expect(await logged({ calibration: 'sqrt({})', maxAbsoluteChange: 0.5 }, [4, -1, -1, 4])).toEqual([
      4, -1, 4,
    ]);
  });

  test('a change that was lost because the bus was away is told at the next reading', async () => {
    const { entity, attached } = stored({ maxAbsoluteChange: 1 });
    await entity.logReading();
    entity.value = 5;
    attached.isAway = true;
    await entity.logReading();
    attached.isAway = false;
    await entity.logReading();
    await entity.logReading();
    expect(raws(attached)).toEqual([1, 5]);
  });

  test('a value that log_on_set sent is what the next is compared with', async () => {
    const { entity, attached } = stored({ logOnSet: true, maxAbsoluteChange: 1 });
    await entity.answerSet(5, requestOf('x'));
    await entity.logReading();
    expect(raws(attached)).toEqual([5]);
  });
});
