/** How services begin and end. */
import { expect, test } from 'vitest';
import { Endpoint, type Reply } from '../../../src/control/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { Slow, Valve } from '../endpoints.ts';
import { keptLog, type Stage } from '../stage.ts';

export function lifetime(stage: Stage): void {
  test('a service that ends answers what waits, stops its endpoints, and gives its name back', async () => {
    const stopped: string[] = [];
    const slow = new (class extends Slow {
      override onStop(): void {
        stopped.push(this.name);
      }
    })({ name: 'slow' });
    const service = await stage.serve([slow]);
    const client = stage.client();
    const running = client.get('slow');
    await slow.whenAsked();
    const waiting = client.get('slow');
    await client.ping('my_store');
    const closing = service.close();
    expect(await waiting).toMatchObject({ code: 200, message: 'the service is ending' });
    slow.asked.pop()?.();
    expect((await running).code).toBe(0);
    await closing;
    expect(stopped).toEqual(['slow']);
    await stage.serve([new Valve('valve')]);
    expect((await client.get('valve')).code).toBe(0);
    await expect(client.get('slow')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a second service of a name is refused before it touches anything', async () => {
    await stage.serve([new Valve('valve')]);
    const touched: string[] = [];
    const device = new (class extends Endpoint {
      override onStart(): void {
        touched.push(this.name);
      }
    })({ name: 'device' });
    await expect(stage.serve([device], { bus: stage.otherBus })).rejects.toMatchObject({
      code: 'ALI_BUS_NAME_TAKEN',
    });
    expect(touched).toEqual([]);
    await expect(stage.client().get('device')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a service whose endpoint does not start is not there', async () => {
    const device = new (class extends Endpoint {
      override onStart(): void {
        throw new Error('the device is switched off');
      }
    })({ name: 'device' });
    await expect(stage.serve([new Valve('valve'), device])).rejects.toThrow('the device is switched off');
    await expect(stage.client().get('valve')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a service that does not start says why, whatever fails at its end, and answers what came', async () => {
    const asked = Promise.withResolvers<Reply>();
    const heard = Promise.withResolvers<void>();
    const clock = new (class extends ManualClock {
      override nowMs(): number {
        if (isStarting) heard.resolve();
        return super.nowMs();
      }
    })(0);
    let isStarting = false;
    const device = new (class extends Endpoint {
      override async onStart(): Promise<void> {
        isStarting = true;
        asked.resolve(stage.client().get('device'));
        await heard.promise;
        throw new Error('the device is switched off');
      }
      override onStop(): void {
        throw new TypeError('it was never connected');
      }
    })({ name: 'device' });
    const log = keptLog();
    await expect(stage.serve([device], { log, clock })).rejects.toThrow('the device is switched off');
    expect(log.entries).toEqual([['error', expect.stringContaining('it was never connected')]]);
    expect(await asked.promise).toMatchObject({ code: 200, message: 'the service is ending' });
  });

  test('a start that is given up stops what it has started, and gives the name back', async () => {
    const order: string[] = [];
    const { promise: isHanging, resolve: hangs } = Promise.withResolvers<void>();
    class Part extends Endpoint {
      override onStart(): Promise<void> | undefined {
        order.push(`+${this.name}`);
        if (this.name !== 'silent') return undefined;
        hangs();
        return new Promise(() => {});
      }
      override onStop(): void {
        order.push(`-${this.name}`);
      }
    }
    const parts = ['heater', 'silent', 'pump'].map((name) => new Part({ name }));
    const abort = new AbortController();
    const starting = stage.serve(parts, { signal: abort.signal });
    await isHanging;
    abort.abort(new Error('Ctrl-C'));
    await expect(starting).rejects.toMatchObject({ code: 'ALI_ABORTED', cause: { message: 'Ctrl-C' } });
    expect(order).toEqual(['+heater', '+silent', '-silent', '-heater']);
    await expect(stage.serve([new Part({ name: 'early' })], { signal: abort.signal })).rejects.toMatchObject({
      code: 'ALI_ABORTED',
    });
    expect(order).not.toContain('+early');
    await stage.serve([new Valve('valve')]);
    expect((await stage.client().get('valve')).code).toBe(0);
  });

  test('a signal that comes when a service runs does not end it', async () => {
    const abort = new AbortController();
    await stage.serve([new Valve('valve')], { signal: abort.signal });
    abort.abort();
    expect((await stage.client().get('valve')).code).toBe(0);
  });

  test.each(['two words', 'a.b', 'a*', '#', ''])('the name %j cannot be an endpoint', async (name) => {
    await expect(stage.serve([new Valve(name)])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });

  test('what groups others starts before them, and stops after them', async () => {
    const order: string[] = [];
    class Part extends Endpoint {
      readonly #below: readonly Endpoint[];
      constructor(name: string, below: readonly Endpoint[] = []) {
        super({ name });
        this.#below = below;
      }
      override get children(): readonly Endpoint[] {
        return this.#below;
      }
      override onStart(): void {
        order.push(`+${this.name}`);
      }
      override onStop(): void {
        order.push(`-${this.name}`);
      }
    }
    const service = await stage.serve([new Part('supply', [new Part('channel', [new Part('sense')])])]);
    await service.close();
    expect(order).toEqual(['+supply', '+channel', '+sense', '-sense', '-channel', '-supply']);
    await expect(stage.serve([new Part('supply', [new Part('supply')])])).rejects.toMatchObject({
      code: 'ALI_CONFIGURATION',
    });
  });

  test('names of one service are told apart', async () => {
    await expect(stage.serve([new Valve('a'), new Valve('a')])).rejects.toThrow(
      "two of the service are called 'a'",
    );
    await expect(stage.serve([new Valve('broadcast')])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
    await expect(stage.serve([new Valve('my_store')])).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  });
}
