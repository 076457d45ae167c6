import { expect, test } from 'vitest';
import { openMetrics } from './metrics.ts';

test('metrics are read when somebody asks, each time anew', async () => {
  const metrics = await openMetrics();
  const dropped = new Map([['late', 2]]);
  metrics.add({
    name: 'dropped_total',
    help: 'Messages dropped',
    kind: 'counter',
    labels: ['reason'],
    read: () => [...dropped].map(([reason, value]) => ({ labels: { reason }, value })),
  });
  metrics.add({ name: 'rate_hz', help: 'Pulses a second', kind: 'gauge', read: () => [{ value: 99.5 }] });
  expect(await metrics.text()).toContain('# TYPE dropped_total counter\ndropped_total{reason="late"} 2\n');
  dropped.set('late', 3).set('overrun', 1);
  const text = await metrics.text();
  expect(text).toContain('dropped_total{reason="late"} 3\ndropped_total{reason="overrun"} 1\n');
  expect(text).toContain('# TYPE rate_hz gauge\nrate_hz 99.5\n');
  expect(text).toMatch(/process_resident_memory_bytes \d{7,}\n/);
  expect(metrics.contentType).toContain('text/plain; version=0.0.4');
});

test('two programs in a process do not mix', async () => {
  const [one, other] = [await openMetrics(), await openMetrics()];
  const metric = { name: 'x', help: 'x', kind: 'gauge', read: () => [{ value: 1 }] } as const;
  one.add(metric);
  other.add(metric);
  expect(await other.text()).toContain('x 1');
});
