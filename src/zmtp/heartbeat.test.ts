import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';
import { normalize } from './options.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function started(heartbeatMs: number, heartbeatTimeoutMs: number) {
  const told: string[] = [];
  const heartbeat = new Heartbeat({
    settings: normalize({ heartbeatMs, heartbeatTimeoutMs }),
    ping: () => told.push('ping'),
    onSilence: () => {
      told.push('silent');
      heartbeat.stop();
    },
  });
  heartbeat.start();
  return { heartbeat, told };
}

test('a silent peer is asked, and then gone', () => {
  const { told } = started(100, 50);
  vi.advanceTimersByTime(149);
  expect(told).toEqual(['ping']);
  vi.advanceTimersByTime(2);
  expect(told).toEqual(['ping', 'silent']);
});

test('one that is heard stays', () => {
  const { heartbeat, told } = started(100, 50);
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(100);
    heartbeat.heard();
  }
  expect(told).toEqual(Array(10).fill('ping'));
});

test('the time that the peer names counts, also where nobody is asked', () => {
  const { heartbeat, told } = started(0, 50);
  vi.advanceTimersByTime(10_000);
  heartbeat.heard();
  heartbeat.limit(300);
  vi.advanceTimersByTime(200);
  heartbeat.heard();
  vi.advanceTimersByTime(299);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(told).toEqual(['silent']);
});

test('silence does not count while nothing is read', () => {
  const { heartbeat, told } = started(100, 50);
  heartbeat.deaf(true);
  vi.advanceTimersByTime(1000);
  heartbeat.deaf(false);
  vi.advanceTimersByTime(100);
  expect(told).not.toContain('silent');
  vi.advanceTimersByTime(100);
  expect(told).toContain('silent');
});
