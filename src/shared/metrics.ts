import type { Registry } from 'prom-client';

/** The value of a metric for these labels. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
}

export interface Metric {
  /** As Prometheus has it: `alidade_…_total`, units in the name. */
  readonly name: string;
  readonly help: string;
  /** `counter` for what only ever grows, `gauge` for what also falls. */
  readonly kind: 'counter' | 'gauge';
  readonly labels?: readonly string[] | undefined;
  /** Called whenever somebody asks: who counts already has nothing more to do. */
  readonly read: () => Iterable<MetricSample>;
}

/** The metrics of one program, in Prometheus' text format. */
export interface Metrics {
  add(metric: Metric): void;
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * Opens the metrics of a program, which has memory and CPU time of this process from the start. The engine
 * (prom-client) is loaded here.
 *
 * @example
 * const metrics = await openMetrics();
 * let messages = 0;
 * metrics.add({
 *   name: 'alidade_stream_messages_total',
 *   help: 'Messages received',
 *   kind: 'counter',
 *   read: () => [{ value: messages }],
 * });
 */
export async function openMetrics(): Promise<Metrics> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry: Registry = new Registry();
  const add = ({ name, help, kind, labels = [], read }: Metric) => {
    const base = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') {
      new Counter({
        ...base,
        collect() {
          this.reset();
          for (const { labels: of = {}, value } of read()) this.inc(of, value);
        },
      });
    } else {
      new Gauge({
        ...base,
        collect() {
          this.reset();
          for (const { labels: of = {}, value } of read()) this.set(of, value);
        },
      });
    }
  };
  add({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process',
    kind: 'gauge',
    read: () => [{ value: process.memoryUsage.rss() }],
  });
  add({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, user and system',
    kind: 'counter',
    read: () => {
      const { user, system } = process.cpuUsage();
      return [{ value: (user + system) / 1e6 }];
    },
  });
  return { add, contentType: registry.contentType, text: () => registry.metrics() };
}
