import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Answer, Entity } from '../../src/control/index.ts';
import type { LogRules } from '../../src/control/logging/log-rule.ts';
import { floatRepr } from '../../src/shared/python-text.ts';
import { Attached } from './attached.ts';
import { comparable, differencesOf } from './differences.ts';

interface Timeline {
  readonly name: string;
  readonly generation: 'seed' | 'v2' | 'v3';
  readonly params: Readonly<Record<string, number | string>>;
  readonly calibration: unknown;
  readonly routing_key: string;
  readonly steps: readonly {
    readonly t: number;
    readonly raw: Answer;
    readonly broadcast: boolean;
    readonly error: string | null;
    readonly payload: unknown;
  }[];
}

const { timelines } = JSON.parse(readFileSync('test/fixtures/control/timelines.json', 'utf8')) as {
  timelines: Timeline[];
};
const rules: Readonly<Record<Timeline['generation'], LogRules>> = { seed: 'v1', v2: 'v2', v3: 'v3' };
const differences = differencesOf('timelines');

/** Gives one value after the other. */
class Readings extends Entity {
  raw: Answer = null;

  override onGet(): Answer {
    return this.raw;
  }
}

function entityOf({ generation, params, calibration }: Timeline): Readings {
  const number = (name: string) => (params[name] === undefined ? undefined : Number(params[name]));
  return new Readings({
    name: 'x',
    calibration,
    logRules: rules[generation],
    logIntervalSeconds: number('log_interval'),
    maxIntervalSeconds: number('max_interval'),
    maxAbsoluteChange: number('max_absolute_change'),
    maxFractionalChange: number('max_fractional_change'),
    checkField: params.check_field === undefined ? undefined : String(params.check_field),
  });
}

/** What is sent at each step: a payload, nothing (null), or nothing because of an error. */
async function play(timeline: Timeline): Promise<unknown[]> {
  const entity = entityOf(timeline);
  const attached = new Attached(entity);
  const sent: unknown[] = [];
  let before = 0;
  for (const { t, raw } of timeline.steps) {
    attached.clock.jump((t - before) * 1000);
    before = t;
    entity.raw = timeline.generation === 'seed' ? textOf(raw) : raw;
    const failures = failuresOf(entity);
    await entity.logReading();
    const alert = attached.alerts.pop();
    expect(alert?.routingKey ?? timeline.routing_key).toBe(timeline.routing_key);
    sent.push(failuresOf(entity) === failures ? (alert?.payload ?? null) : 'error');
  }
  return sent;
}

function failuresOf(entity: Entity): unknown {
  return entity.attributeNamed('log_failures')?.read?.(entity.context.ownRequest('get'));
}

/** As Python's `str` writes it: the endpoints of that generation answer with text. */
function textOf(raw: Answer): Answer {
  if (typeof raw === 'boolean') return raw ? 'True' : 'False';
  return typeof raw === 'number' ? floatRepr(raw) : raw;
}

/** The recorder wrote an infinite result as `inf`. */
function recorded(payload: unknown): unknown {
  const { value_cal } = payload as { value_cal?: unknown };
  return value_cal === 'inf' ? { ...(payload as object), value_cal: Number.POSITIVE_INFINITY } : payload;
}

describe('a scheduled reading is logged as in', () => {
  test.each(timelines.map((one) => [`${one.generation} ${one.name}`, one] as const))(
    '%s',
    async (name, timeline) => {
      const expected = timeline.steps.map(({ broadcast, error, payload }) => {
        if (error !== null) return 'error';
        return broadcast ? recorded(payload) : null;
      });
      const found = comparable(await play(timeline));
      const difference = differences.get(name);
      if (difference === undefined) return expect(found).toEqual(comparable(expected));
      expect(found).not.toEqual(comparable(expected));
      expect(found).toEqual(difference.ours);
    },
  );
});
