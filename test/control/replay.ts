/** Plays a captured exchange against a service of ours, over a bus, message by message as it was on the wire. */
import type { Bus, Delivery, Message } from '../../src/bus/index.ts';
import { isAlidadeError } from '../../src/shared/errors.ts';
import { listen } from '../contract/bus/context.ts';
import {
  type Captured,
  type CapturedMessage,
  type CapturedStep,
  deliveryOf,
  requestsOf,
} from './captured.ts';

/** What ours did in a step. */
export interface Played {
  readonly step: CapturedStep;
  readonly outcome: 'replied' | 'silent' | 'returned-no-route';
  /** All pieces, in the order of the wire; keys that ours made up are those that the reference did. */
  readonly replies: readonly Delivery[];
}

export interface Playing {
  /** Of the stranger who sends what was captured. */
  readonly bus: Bus;
  /** Starts a fresh service, as the reference was started. */
  readonly start: () => Promise<AsyncDisposable>;
  /** Resolves when the service has worked off what came before: it lives. */
  readonly check: () => Promise<unknown>;
  /** Whether ours answers a step; else none is waited for, and one that came all the same is found at the end. */
  readonly answers: (step: CapturedStep) => boolean;
}

/** Keys that a service made up; later requests have them. */
const madeUpKeys = /"key": ?"([^"]+)"/;

/**
 * Plays the steps in their order. Where the reference ended, ours has to answer the next step all the same, and is then
 * started afresh as the reference was.
 */
export async function replay(
  captured: Captured,
  { bus, start, check, answers }: Playing,
): Promise<readonly Played[]> {
  const replyTo = captured.steps.flatMap(requestsOf).find(({ properties }) => properties.reply_to)?.properties
    .reply_to as string;
  const replies = await listen(bus, { queue: replyTo, bindings: [{ exchange: 'requests', key: replyTo }] });
  const keys = new Map<string, string>();
  const played: Played[] = [];
  const taken = new Set<Delivery>();
  let service = await start();
  try {
    for (const step of captured.steps) {
      const requests = requestsOf(step).map((request) => withKeys(deliveryOf(request), keys));
      const isRouted = await sendAll(bus, requests);
      const came = isRouted && answers(step) ? await repliesTo(requests[0] as Delivery) : [];
      for (const delivery of came) taken.add(delivery);
      learnKey(step.replies ?? [], came, keys);
      const backwards = new Map([...keys].map(([theirs, ours]) => [ours, theirs]));
      played.push({
        step,
        outcome: !isRouted ? 'returned-no-route' : came.length > 0 ? 'replied' : 'silent',
        replies: came.map((delivery) => withKeys(delivery, backwards)),
      });
      if (isRouted && came.length === 0) await check();
      if (step.real_service_died === true || step.expect.real_service_died === true) {
        await service[Symbol.asyncDispose]();
        service = await start();
      }
    }
  } finally {
    await service[Symbol.asyncDispose]();
    await replies.consumer.close();
  }
  // What ours answers where the reference was silent is not waited for above.
  return played.map((one) => {
    if (one.outcome !== 'silent') return one;
    const asked = requestsOf(one.step).map(({ properties }) => properties.correlation_id);
    const late = replies.deliveries.filter(
      (delivery) => !taken.has(delivery) && asked.includes(delivery.properties.correlationId ?? ''),
    );
    return late.length === 0 ? one : { ...one, outcome: 'replied', replies: late };
  });

  /** The reply to one request, all its pieces. */
  async function repliesTo(request: Delivery): Promise<Delivery[]> {
    const pieces: Delivery[] = [];
    for (;;) {
      const next = await replies.next();
      if (next.properties.correlationId !== request.properties.correlationId) continue;
      pieces.push(next);
      if (pieces.length === pieceCount(next)) return pieces;
    }
  }
}

function pieceCount({ properties }: Delivery): number {
  return Number(/\/(\d+)$/.exec(properties.messageId ?? '')?.[1] ?? 1);
}

async function sendAll(bus: Bus, messages: readonly Message[]): Promise<boolean> {
  try {
    for (const { exchange, routingKey, body, properties } of messages) {
      await bus.send({ exchange, routingKey, body, properties }, { mandatory: true });
    }
    return true;
  } catch (error) {
    if (isAlidadeError(error, 'ALI_BUS_UNROUTABLE')) return false;
    throw error;
  }
}

/** The request with the keys that ours made up in place of those that the reference did. */
function withKeys(delivery: Delivery, keys: ReadonlyMap<string, string>): Delivery {
  let body = Buffer.from(delivery.body).toString('latin1');
  let headers = delivery.properties.headers;
  for (const [theirs, ours] of keys) {
    for (const [from, to] of forms(theirs, ours)) {
      body = body.replaceAll(from, to);
      headers =
        headers &&
        new Map(
          [...headers].map(([name, field]) => [
            name,
            field.tag === 'S' ? { ...field, value: field.value.replace(from, to) } : field,
          ]),
        );
    }
  }
  return {
    ...delivery,
    body: Buffer.from(body, 'latin1'),
    properties: { ...delivery.properties, ...(headers && { headers }) },
  };
}

/** A key with and without dashes, in either case. */
function forms(theirs: string, ours: string): (readonly [string, string])[] {
  const bare = (key: string) => key.replaceAll('-', '');
  const dashed = (key: string) => bare(key).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return [dashed, bare].flatMap((form) => [
    [form(theirs), form(ours)] as const,
    [form(theirs).toUpperCase(), form(ours).toUpperCase()] as const,
  ]);
}

function learnKey(
  theirs: readonly CapturedMessage[],
  ours: readonly Delivery[],
  keys: Map<string, string>,
): void {
  const keyIn = (body: Uint8Array | undefined) =>
    madeUpKeys.exec(Buffer.from(body ?? []).toString('latin1'))?.[1];
  const their = keyIn(theirs[0] && Buffer.from(theirs[0].body_b64, 'base64'));
  const our = keyIn(ours[0]?.body);
  if (their !== undefined && our !== undefined && their !== our) keys.set(their, our);
}
