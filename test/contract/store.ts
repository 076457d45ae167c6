import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { type Space, type Store, type Subscription, spaceNames } from '../../src/store/store.ts';
import { againstModel } from './store/against-model.ts';
import { batches } from './store/batches.ts';
import { concurrency } from './store/concurrency.ts';
import type { Context, OpenedStore, OpenStore } from './store/context.ts';
import { lifetime } from './store/lifetime.ts';
import { limits } from './store/limits.ts';
import { notices } from './store/notices.ts';
import { reads } from './store/reads.ts';
import { subscriptions } from './store/subscriptions.ts';
import { turns } from './store/turns.ts';
import { writes } from './store/writes.ts';
import { wrongKinds } from './store/wrong-kinds.ts';

export type { OpenedStore, OpenStore } from './store/context.ts';

/**
 * What every engine of the store promises, as tests. `open` gives a store on a place of its own or one that it has
 * emptied; it is called once for the suite, and again by tests that close what they opened.
 *
 * @example storeContract('memory:', async () => {
 *   const store = await openStore('memory:');
 *   return { store, close: () => store.close() };
 * });
 */
export function storeContract(name: string, open: OpenStore): void {
  describe(`store contract on ${name}`, () => {
    let opened: OpenedStore;
    let second: Store | undefined;
    let space: Space;
    let other: Space;
    const subscribed: Subscription[] = [];
    const opens: OpenedStore[] = [];

    const context: Context = {
      get store() {
        return opened.store;
      },
      get space() {
        return space;
      },
      get other() {
        return other;
      },
      get hasSecond() {
        return second !== undefined;
      },
      async fresh() {
        const fresh = await open();
        opens.push(fresh);
        return fresh;
      },
      async subscribe(filter, options, where = space) {
        const subscription = await where.subscribe(filter, options);
        subscribed.push(subscription);
        return subscription;
      },
    };

    beforeAll(async () => {
      opened = await open();
      second = await opened.second?.();
      space = await opened.store.space('state');
      other = second === undefined ? space : await second.space('state');
    });
    beforeEach(async () => {
      for (const spaceName of spaceNames) await (await opened.store.space(spaceName)).clear();
    });
    afterEach(async () => {
      for (const subscription of subscribed.splice(0)) await subscription.close();
      for (const fresh of opens.splice(0)) await fresh.close();
    });
    afterAll(async () => {
      await second?.close();
      await opened?.close();
    });

    describe('reads', () => reads(context));
    describe('writes', () => writes(context));
    describe('batches', () => batches(context));
    describe('wrong kinds', () => wrongKinds(context));
    describe('against a model', () => againstModel(context));
    describe('notices', () => notices(context));
    describe('subscriptions', () => subscriptions(context));
    describe('concurrency', () => concurrency(context));
    describe('turns', () => turns(context));
    describe('limits', () => limits(context));
    describe('lifetime', () => lifetime(context));
  });
}
