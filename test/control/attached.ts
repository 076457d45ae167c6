import type { Endpoint, OutgoingAlert, Request } from '../../src/control/index.ts';
import type { Log } from '../../src/shared/log.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Endpoints as a service has them, but on a clock that stands until it is put forward, and with alerts that go nowhere. */
export class Attached {
  readonly clock = new ManualClock(1_700_000_000_000);
  readonly alerts: OutgoingAlert[] = [];
  readonly said: string[] = [];
  /** Whether the bus is away, so that alerts are lost. */
  isAway = false;
  readonly #turns = new Map<Endpoint, Promise<unknown>>();
  #work: Promise<unknown>[] = [];

  constructor(...endpoints: Endpoint[]) {
    for (const endpoint of endpoints) this.#attach(endpoint);
  }

  /** Resolves when all that was begun has come to its end, and what that began too. */
  async settled(): Promise<void> {
    while (this.#work.length > 0) {
      const work = this.#work;
      this.#work = [];
      await Promise.allSettled(work);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Puts the clock forward step by step, and lets what it began end at each. */
  async advance(ms: number, stepMs = ms): Promise<void> {
    await this.settled();
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(stepMs);
      await this.settled();
    }
  }

  #attach(endpoint: Endpoint): void {
    const say = (text: string) => this.said.push(text);
    const log: Log = { debug: say, info: say, warning: say, error: say, critical: say };
    endpoint.attach({
      clock: this.clock,
      log,
      service: 'tests',
      queueWaitMs: 9000,
      alert: async (alert) => {
        if (!this.isAway) this.alerts.push(alert);
        return !this.isAway;
      },
      inTurn: (work) => {
        const turn = (this.#turns.get(endpoint) ?? Promise.resolve()).then(work);
        this.#turns.set(
          endpoint,
          turn.catch(() => {}),
        );
        this.#work.push(turn);
        return turn;
      },
      ownRequest: (operation) => requestOf(endpoint.name, { operation, dialect: 'v3' }),
    });
  }
}

/** A request to an endpoint. */
export function requestOf(target: string, some: Partial<Request> = {}): Request {
  return {
    operation: 'get',
    target,
    specifier: '',
    values: undefined,
    keyed: new Map(),
    exactPayload: new Map(),
    lockoutKey: '',
    sender: { exe: 'test', hostname: 'localhost', username: 'test', serviceName: 'test', versions: {} },
    timestamp: '2026-01-31T12:00:00.000000Z',
    dialect: 'v3',
    ...some,
  };
}
