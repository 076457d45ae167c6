/** Every exchange that was captured at real programs, played at our services: what they answered, ours answer. */
import { describe, expect, test } from 'vitest';
import { makeService, readServiceFile, startService } from '../../src/control/index.ts';
import { type CapturedStep, deliveryOf, dialectOf, readCaptured } from './captured.ts';
import { type Difference, differencesOf } from './differences.ts';
import { places } from './places.ts';
import { type Played, replay } from './replay.ts';
import { keptLog, useStage } from './stage.ts';
import { contentOf, wireForm } from './wire-form.ts';
import { listen } from '../contract/bus/context.ts';

const exchanges = [
  ['seed-kv', 'kv-seed-q'],
  ['v2-kv', 'kv-v1'],
  ['v3-kv', 'kv-v3'],
] as const;

describe.each(places)('on $name', ({ start: startPlace }) => {
  const stage = useStage(startPlace);

  describe.each(exchanges)('%s', (name, file) => {
    const captured = readCaptured(name);
    const wire = dialectOf(captured);
    const differences = differencesOf(name);

    test('is answered as it was', { timeout: 30_000 }, async () => {
      const alerts = await listen(stage.otherBus, {
        queue: `alerts_of_${name}`,
        bindings: [{ exchange: 'alerts', key: 'sensor_value.#' }],
      });
      const played = await replay(captured, {
        bus: stage.otherBus,
        answers: (step) => (differences.get(step.step)?.ours as { code?: number } | undefined)?.code !== undefined || step.expect.outcome === 'reply',
        start: async () => {
          const { options, runSetupCalls } = await makeService(
            readServiceFile(`test/fixtures/control/configs/${file}.yaml`),
          );
          const log = keptLog();
          const service = await startService({ ...options, bus: stage.bus, wire, log, messageWaitMs: 50, statusMessages: false, heartbeatIntervalMs: 0 });
          await runSetupCalls(log);
          return service;
        },
      });
      const report = played.flatMap((one) => faultIn(one, differences.get(one.step.step)));
      await alerts.consumer.close();
      expect(report).toEqual([]);
      expect([...differences.keys()].filter((step) => !captured.steps.some((one) => one.step === step))).toEqual([]);
    });
  });
});

/** What of ours is not as expected, in a step. */
function faultIn({ step, outcome, replies }: Played, difference: Difference | undefined): readonly string[] {
  const expected = expectedOf(step, difference);
  const found = outcome === 'replied' ? contentOf(replies) : outcome;
  const isAsExpected = JSON.stringify(found) === JSON.stringify(expected);
  void [wireForm, deliveryOf];
  return isAsExpected ? [] : [`${step.step}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`];
}

function expectedOf(step: CapturedStep, difference: Difference | undefined): unknown {
  if (difference !== undefined) return difference.ours;
  if (step.expect.outcome !== 'reply') return step.expect.outcome === 'no-reply' ? 'silent' : step.expect.outcome;
  return contentOf((step.replies ?? []).map(deliveryOf));
}
