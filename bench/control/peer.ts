/** Our side of the measurements, one role a process: JSON lines in and out, as bench/peer.ts has them. */
import { createInterface } from 'node:readline';
import { type Bus, openBus } from '../../src/bus/index.ts';
import {
  type Answer,
  Endpoint,
  openClient,
  openMonitor,
  startService,
  type Value,
} from '../../src/control/index.ts';
import { openLog } from '../../src/shared/log.ts';
import { answer, type Timed, timed } from './timing.ts';

/** Keeps a value, as the store of the tutorial does. */
class Kept extends Endpoint {
  #value: Answer = 0.75;

  override onGet(): Answer {
    return { value_raw: this.#value };
  }

  override onSet(value: Value): Answer {
    this.#value = value;
    return { value_raw: this.#value };
  }
}

const url = process.argv[2] ?? 'local:';
const bus: Bus = await openBus(url);
const log = await openLog({ name: 'bench', level: 'error' });
const common = { bus, log, wire: 'v3', heartbeatIntervalMs: 0 } as const;

const measurements: Readonly<Record<string, (...args: readonly number[]) => Promise<object>>> = {
  async serve() {
    await startService({ ...common, name: 'bench_store', endpoints: [new Kept({ name: 'peaches' })] });
    return {};
  },

  requests(count = 1, inFlight = 1): Promise<Timed> {
    const client = openClient({ bus, wire: 'v3' });
    return timed(count, inFlight, async () => {
      const { code } = await client.get('peaches');
      if (code !== 0) throw new Error(`code ${code}`);
    });
  },

  alerts(count = 1, inFlight = 1): Promise<Timed> {
    const client = openClient({ bus, wire: 'v3' });
    return timed(count, inFlight, () =>
      client.alert('sensor_value.peaches', { value_raw: 0.75, value_cal: 1.5 }),
    );
  },

  async receive(count = 1) {
    const monitor = await openMonitor({ bus, keys: ['sensor_value.#'] });
    answer({});
    let received = 0;
    let startMs = 0;
    for await (const _ of monitor) {
      if (received === 0) startMs = performance.now();
      received += 1;
      if (received === count) break;
    }
    const seconds = (performance.now() - startMs) / 1000;
    await monitor.close();
    return { perSecond: (count - 1) / seconds, medianMs: Number.NaN };
  },

  async start(endpoints = 1) {
    const made = Array.from({ length: endpoints }, (_, i) => new Kept({ name: `endpoint_${i}` }));
    const startMs = performance.now();
    const service = await startService({ ...common, name: 'many', endpoints: made });
    const seconds = (performance.now() - startMs) / 1000;
    const client = openClient({ bus, wire: 'v3' });
    await client.get(`endpoint_${endpoints - 1}`);
    await service.close();
    return { seconds };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as { measure: string; args: readonly number[] };
  answer((await measurements[measure]?.(...args)) ?? {});
}
process.exit(0);
