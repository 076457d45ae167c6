/** Every exchange that was captured at real programs, played at our services: what they answered, ours answer. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/bus/index.ts';
import { makeService, readServiceFile, startService } from '../../../src/control/index.ts';
import { readMessage } from '../../../src/control/protocol/read.ts';
import { listen, untilLast } from '../../contract/bus/context.ts';
import { type CapturedStep, deliveryOf, dialectOf, readCaptured } from '../captured.ts';
import { type Difference, differencesOf } from '../differences.ts';
import { type Played, replay } from '../replay.ts';
import { keptLog, type Stage } from '../stage.ts';
import { wireForm } from '../wire-form.ts';

const exchanges = [
  ['seed-kv', 'kv-seed-q'],
  ['v2-kv', 'kv-v1'],
  ['v3-kv', 'kv-v3'],
] as const;

export function capturedExchanges(stage: Stage): void {
  describe.each(exchanges)('%s', (name, file) => {
    const captured = readCaptured(name);
    const wire = dialectOf(captured);
    const differences = differencesOf(name);

    test('is answered as it was', async () => {
      const alerts = await listen(stage.otherBus, {
        queue: `alerts_of_${name}`,
        bindings: [{ exchange: 'alerts', key: 'sensor_value.#' }],
      });
      const played = await replay(captured, {
        bus: stage.otherBus,
        check: () => stage.client({ wire }).ping('peaches'),
        answers: (step) =>
          (differences.get(step.step)?.ours as { code?: number } | undefined)?.code !== undefined ||
          step.expect.outcome === 'reply',
        start: async () => {
          const { options, runSetupCalls } = await makeService(
            readServiceFile(`test/fixtures/control/configs/${file}.yaml`),
          );
          const log = keptLog();
          const service = await startService({
            ...options,
            bus: stage.bus,
            wire,
            log,
            // Costs as much for each message that was captured without its last piece.
            messageWaitMs: 3000,
            statusMessages: false,
            heartbeatIntervalMs: 0,
          });
          await runSetupCalls(log);
          return service;
        },
      });
      const report = played.flatMap((one) => faultIn(one, differences.get(one.step.step)));
      const sent = (await untilLast(stage.bus, alerts, 'sensor_value.last')).map(alertText);
      await alerts.consumer.close();
      expect(report).toEqual([]);
      const recorded = captured.steps.flatMap((step) => (step.alerts ?? []).map(deliveryOf));
      const logged = recorded.filter(({ routingKey }) => routingKey.startsWith('sensor_value.'));
      expect(sent).toEqual(differences.get('alerts')?.ours ?? logged.map(alertText));
      const steps = new Set(['alerts', ...captured.steps.map(({ step }) => step)]);
      expect([...differences.keys()].filter((step) => !steps.has(step))).toEqual([]);
    });
  });
}

function alertText(delivery: Delivery): string {
  const incoming = readMessage(delivery, { wire: 'v1' });
  if (incoming.kind !== 'alert') throw new Error(`${delivery.routingKey} is no alert`);
  return `${delivery.routingKey} ${inspect(incoming.alert.payload)}`;
}

/** What of ours is not as expected, in a step. */
function faultIn({ step, outcome, replies }: Played, difference: Difference | undefined): readonly string[] {
  const [found, expected] =
    difference === undefined
      ? [outcome === 'replied' ? replies.map((one) => maskedForm(one, step)) : outcome, expectedOf(step)]
      : [
          only(difference.ours, outcome === 'replied' ? printed(contentOf(replies)) : outcome),
          difference.ours,
        ];
  if (isDeepStrictEqual(found, expected)) return [];
  const theirs = (step.replies ?? []).map(deliveryOf);
  const said = [
    outcome === 'replied' ? contentOf(replies) : outcome,
    theirs.length > 0 ? contentOf(theirs) : expected,
  ];
  const [ours, their] = isDeepStrictEqual(said[0], said[1]) ? [found, expected] : said;
  return [`${step.step}: ${inspect(ours)} instead of ${inspect(their)}`];
}

/** As the list of differences has it, where JSON has no big integers. */
const printed = (value: unknown): unknown => JSON.parse(inspect(value));

const inspect = (value: unknown) =>
  JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}n` : one));

function expectedOf(step: CapturedStep): unknown {
  const { outcome } = step.expect;
  if (outcome !== 'reply') return outcome === 'no-reply' ? 'silent' : outcome;
  return (step.replies ?? []).map((reply) => maskedForm(deliveryOf(reply), step));
}

/** The wire form, without a text or a payload that only Python has. */
function maskedForm(
  delivery: Delivery,
  { expect: { code, message_exact, payload_exact } }: CapturedStep,
): unknown {
  const isPythonText = code === 999 || message_exact === false;
  // A class is told as Python has it; ours has the same name.
  const form = JSON.stringify(wireForm(delivery)).replace(/<class '(?:\w+\.)*(\w+)'>/g, '$1');
  const texts = isPythonText
    ? form
        .replace(/(\\"return_msg\\": )\\"(?:[^"\\]|\\\\.|\\(?!"))*?\\"(?=, \\"timestamp)/, '$1TEXT')
        .replace(/\["return_message","S","(?:[^"\\]|\\.)*"\]/, 'TEXT')
    : form;
  return payload_exact === false ? texts.replace(/"body":"(?:[^"\\]|\\.)*"/, '"body"') : texts;
}

/** What a reply says, all its pieces together. */
function contentOf(replies: readonly Delivery[]): unknown {
  const body = Buffer.concat(replies.map((one) => one.body));
  const incoming = readMessage({ ...(replies[0] as Delivery), body }, { wire: 'v1' });
  if (incoming.kind !== 'reply') throw new Error(`it answered ${JSON.stringify(incoming)}`);
  const { code, message, payload } = incoming.reply;
  return { code, message, payload };
}

/** Those parts of a content that a difference names. */
function only(ours: unknown, found: unknown): unknown {
  if (typeof ours !== 'object' || typeof found !== 'object') return found;
  return Object.fromEntries(
    Object.entries(found as object).filter(([key]) => Object.hasOwn(ours as object, key)),
  );
}
