import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeService, readServiceFile } from '../../src/control/index.ts';
import { Attached, requestOf } from './attached.ts';

type Event =
  | { readonly t: number; readonly set: string; readonly value: number }
  | { readonly t: number; readonly alert: string; readonly body: string };

const { events } = JSON.parse(readFileSync('test/fixtures/control/live-log-v3.json', 'utf8')) as {
  events: Event[];
};

/** The service began to log this long after it was started, and its shortest interval is half a second. */
const startSeconds = 1.25;
const tickSeconds = 0.5;

/** When the tick from `t` on was worked off: at its first alert, or, if it sent none, a little late. */
function servedAt(t: number): number {
  return events.find((event) => 'alert' in event && event.t >= t && event.t < t + 0.2)?.t ?? t + 0.004;
}

test('a service logs what a real one of v3 logged with the same file, timers that came late included', async () => {
  const { options } = await makeService(readServiceFile('test/fixtures/control/configs/log-v3.yaml'));
  const attached = new Attached(...options.endpoints);
  const sent: unknown[] = [];
  let now = 0;
  const goTo = (t: number) => {
    attached.clock.jump((t - now) * 1000);
    now = t;
  };
  goTo(startSeconds);
  for (const endpoint of options.endpoints) await endpoint.onStart();
  await attached.settled();
  const sets = events.filter((event) => 'set' in event);
  const end = events.at(-1)?.t ?? 0;
  for (let t = startSeconds; t <= end; t += tickSeconds) {
    for (const { set, value } of sets.filter((one) => one.t > t - tickSeconds && one.t <= t)) {
      const endpoint = options.endpoints.find(({ name }) => name === set);
      await endpoint?.answerSet(value, requestOf(set, { values: [value] }));
    }
    if (t > startSeconds) goTo(servedAt(t));
    await attached.settled();
    for (const { routingKey, payload } of attached.alerts.splice(0)) sent.push([routingKey, payload]);
  }
  const recorded = events.flatMap((event) =>
    'alert' in event ? [[event.alert, JSON.parse(event.body) as unknown]] : [],
  );
  expect(JSON.parse(JSON.stringify(sent))).toEqual(recorded);
});
