import { type HttpServer, openHttpServer } from '../../shared/http.ts';
import type { Log } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { jsonText } from '../json-text.ts';
import type { RingBuffer } from './ring-buffer.ts';
import { addBufferMetrics } from './status.ts';

/**
 * Serves `GET /status` and `GET /metrics` of a buffer, for programs of this machine.
 *
 * @throws ALI_ADDRESS when the port is in use
 * @example
 * const log = await openLog({ name: 'buffer' });
 * const buffer = await RingBuffer.open({ inputs: ['tcp://127.0.0.1:9999'], address: 'tcp://127.0.0.1:8082', log });
 * const server = await serveBufferStatus(buffer, { port: 9082, log });
 */
export async function serveBufferStatus(
  buffer: RingBuffer,
  { port, portOption, log }: { readonly port: number; readonly portOption?: string; readonly log: Log },
): Promise<HttpServer> {
  const metrics = await openMetrics();
  addBufferMetrics(metrics, () => buffer.status());
  return openHttpServer({
    port,
    portOption,
    metrics,
    log,
    routes: (app) =>
      app.get('/status', async (_request, reply) =>
        reply
          .type('application/json')
          .send(jsonText({ ...buffer.status(), process: { residentBytes: process.memoryUsage.rss() } })),
      ),
  });
}
