/**
 * `npm run bench -- control`: slow control through a real RabbitMQ beside amqplib alone, and on a local bus beside a
 * socket that is not looked at. Services and clients are processes of their own; every figure is the median of rounds in
 * which all take turns, and a ratio is that of the medians.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needForeign } from '../../scripts/debian.ts';
import { RabbitmqServer } from '../../test/support/rabbitmq-server.ts';
import { nodePeer, type Peer } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import type { Timed } from './timing.ts';

const rounds = 5;
const endpoints = 5000;

/** A service, and whoever asks it. */
interface Pair {
  readonly service: Peer;
  readonly client: Peer;
}

/** Results of rounds by what was measured. */
type Results = Map<string, Timed[]>;

export async function run(): Promise<void> {
  await needForeign('rabbitmq-server');
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await RabbitmqServer.start(), (started) => started.close());
  const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'alidade-bench-')), (path) =>
    rmSync(path, { recursive: true }),
  );
  const pairOf = async (file: string, place: string): Promise<Pair> => {
    const peer = () =>
      stack.adopt(nodePeer(new URL(file, import.meta.url), place), (started) => started.end());
    const pair = { service: peer(), client: peer() };
    await told(pair.service, 'serve');
    return pair;
  };
  const ours = await pairOf('./peer.ts', server.url);
  const bare = await pairOf('./bare-amqp.ts', server.url);
  const local = await pairOf('./peer.ts', `local:${folder}`);
  const echo = await pairOf('./bare-echo.ts', join(folder, 'echo.sock'));

  const results: Results = new Map();
  const note = async (name: string, measured: Promise<Timed>) => {
    results.set(name, [...(results.get(name) ?? []), await measured]);
  };
  for (const { client } of [ours, bare, local, echo]) {
    // Until the compiler has done with it; a service runs for days.
    await asked(client, 20_000, 32);
    await asked(client, 5_000, 1);
  }
  const startSeconds: number[] = [];
  const bindSeconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await note('ours, sequential', asked(ours.client, 2000, 1));
    await note('bare, sequential', asked(bare.client, 2000, 1));
    await note('ours, 32', asked(ours.client, 10_000, 32));
    await note('bare, 32', asked(bare.client, 10_000, 32));
    await note('ours, sent', alerts(ours.client, 10_000));
    await note('bare, sent', alerts(bare.client, 10_000));
    await note('ours, received', received(ours, 10_000));
    await note('bare, received', received(bare, 10_000));
    await note('local, sequential', asked(local.client, 10_000, 1));
    await note('echo, sequential', asked(echo.client, 10_000, 1));
    await note('local, 32', asked(local.client, 20_000, 32));
    await note('echo, 32', asked(echo.client, 20_000, 32));
    await note('local, sent', alerts(local.client, 10_000));
    startSeconds.push((await told<{ seconds: number }>(ours.client, 'start', endpoints)).seconds);
    bindSeconds.push((await told<{ seconds: number }>(bare.client, 'bind', endpoints)).seconds);
  }
  print(results, startSeconds, bindSeconds);
}

async function told<T>(peer: Peer, measure: string, ...args: readonly number[]): Promise<T> {
  peer.ask(measure, ...args);
  return peer.answer<T>();
}

function asked(client: Peer, count: number, inFlight: number): Promise<Timed> {
  return told(client, 'requests', count, inFlight);
}

/** 32 under way, each waiting for the broker to have it where that is said. */
function alerts(client: Peer, count: number): Promise<Timed> {
  return told(client, 'alerts', count, 32);
}

/** Alerts that another process sends, as one process gets them. */
async function received({ service, client }: Pair, count: number): Promise<Timed> {
  await told(service, 'receive', count);
  await alerts(client, count);
  return service.answer();
}

function print(results: Results, startSeconds: readonly number[], bindSeconds: readonly number[]): void {
  const rate = (name: string) => median((results.get(name) ?? []).map(({ perSecond }) => perSecond));
  const medianMs = (name: string) => median((results.get(name) ?? []).map((one) => one.medianMs));
  console.log(`\nOn RabbitMQ, ${rounds} rounds, medians, per second\n`);
  const row = (what: string, name: string, toReach: string) => {
    const [one, limit] = [rate(`ours, ${name}`), rate(`bare, ${name}`)];
    return [what, figure(one), figure(limit), figure(one / limit), toReach];
  };
  printTable(
    ['', 'ours', 'amqplib alone', 'ours × this', 'to reach'],
    [
      row('round trips, one after the other', 'sequential', '0.8 ×'),
      row('round trips, 32 under way', '32', '0.7 ×'),
      row('alerts sent', 'sent', '10 000'),
      row('alerts received', 'received', ''),
    ],
  );
  console.log('\nOn one machine, without a broker\n');
  printTable(
    ['', 'per second', 'median, ms', 'to reach'],
    [
      ['ours, one after the other', 'local, sequential', '10 000, 0.1 ms'],
      ['a bare echo between two processes', 'echo, sequential', ''],
      ['ours, 32 under way', 'local, 32', ''],
      ['the bare echo, 32 under way', 'echo, 32', ''],
      ['ours, alerts sent', 'local, sent', ''],
    ].map(([what = '', name = '', toReach = '']) => [
      what,
      figure(rate(name)),
      figure(medianMs(name)),
      toReach,
    ]),
  );
  console.log(
    `\nA service with ${figure(endpoints)} endpoints is on RabbitMQ after ${figure(median(startSeconds))} s (to reach: 2 s); amqplib alone makes as many bindings in ${figure(median(bindSeconds))} s`,
  );
}
