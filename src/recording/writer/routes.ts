import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonText } from '../../bsread/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Bound } from '../bound.ts';
import { Parameters } from './parameters.ts';
import type { Writer } from './writer.ts';

/** How long /stop waits for the file to be closed before it answers; a client of the facility waits for two seconds. */
const answerWithinMs = 1000;

/** How long a disk may take after /kill; then the program ends without it. */
const killAfterMs = 10_000;

/**
 * The REST of sf_bsread_writer: the paths, methods and fields that its clients know. What goes wrong is answered with
 * status 200 and `{"state": "error", "status": "…"}`: they look at the field and take any other status for a writer that
 * is not there yet. `/stop` and `/kill` are asked by GET.
 *
 * @param giveUp ends the program, when after `/kill` the file cannot be closed
 */
export function writerRoutes(writer: Writer, log: Log, giveUp: () => void): (app: FastifyInstance) => void {
  return (app) => {
    app.register(async (rest) => {
      // Whatever a client calls its body, it is JSON.
      rest.removeAllContentTypeParsers();
      rest.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
        body.trim() === '' ? undefined : JSON.parse(body),
      );
      rest.setErrorHandler(async (error, request, reply) => {
        log.warning(`${request.method} ${request.url}: ${messageOf(error)}`);
        return json(reply, { state: 'error', status: messageOf(error) });
      });
      const state = () => ({ state: 'ok', status: writer.state });

      rest.get('/status', async (_request, reply) =>
        json(reply, { ...state(), problem: writer.problem, source: writer.connection }),
      );
      rest.get('/statistics', async (_request, reply) =>
        json(reply, { ...state(), statistics: statisticsOf(writer) }),
      );
      rest.post('/parameters', async ({ body }, reply) => {
        const parameters = new Parameters(body);
        writer.setParameters(parameters);
        return json(reply, { ...state(), parameters: parameters.posted });
      });
      rest.put<{ Params: { id: string } }>('/start_pulse_id/:id', async (request, reply) => {
        await writer.begin(pulse(request.params.id));
        return answered(request, reply, state());
      });
      rest.put<{ Params: { id: string } }>('/stop_pulse_id/:id', async (request, reply) => {
        writer.setStop(pulse(request.params.id));
        return answered(request, reply, state());
      });
      rest.put('/start_now', async (request, reply) => {
        await writer.begin(writer.now(), outputFileIn(request.body));
        return answered(request, reply, state());
      });
      rest.put('/stop_now', async (request, reply) => {
        writer.setStop(writer.now());
        return answered(request, reply, state());
      });
      for (const path of ['/stop', '/kill']) {
        rest.get(path, async (request, reply) => {
          log.info(`asked to end by ${path}`);
          const closed = writer.close();
          if (path === '/kill') setTimeout(giveUp, killAfterMs).unref();
          await Promise.race([closed, new Promise((done) => setTimeout(done, answerWithinMs).unref())]);
          return answered(request, reply, state());
        });
      }
    });
  };
}

function statisticsOf(writer: Writer) {
  const { start, stop, recording } = writer;
  return {
    start_pulse_id: pulseOf(start),
    stop_pulse_id: pulseOf(stop),
    start_timestamp: secondsOf(start),
    stop_timestamp: secondsOf(stop),
    last_pulse_id: recording?.lastSeenPulseId ?? -1,
    last_timestamp: seconds(recording?.lastSeenTimeNs),
    // The reference stops here.
    received: recording?.received ?? 0,
    written: recording?.written ?? 0,
    dropped: recording?.dropped ?? {},
    missing_pulses: recording?.missingPulses ?? 0,
    first_written_pulse_id: recording?.firstPulseId ?? null,
    last_written_pulse_id: recording?.lastPulseId ?? null,
  };
}

function pulseOf(bound: Bound | undefined): bigint | null {
  return bound !== undefined && 'pulseId' in bound ? bound.pulseId : null;
}

function secondsOf(bound: Bound | undefined): number | null {
  return bound !== undefined && 'timeNs' in bound ? seconds(bound.timeNs) : null;
}

function seconds(timeNs: bigint | undefined): number | null {
  return timeNs === undefined ? null : Number(timeNs) / 1e9;
}

function pulse(text: string): Bound {
  if (/^[+-]?\d{1,19}$/.test(text)) return { pulseId: BigInt(text.replace('+', '')) };
  throw new AlidadeError('ALI_USAGE', `'${text}' is no pulse id: it must be a whole number`);
}

function outputFileIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AlidadeError('ALI_USAGE', 'start_now needs a JSON object; {} will do');
  }
  const { output_file: file } = body as { output_file?: unknown };
  if (file === undefined || file === null) return undefined;
  if (typeof file === 'string' && file !== '') return file;
  throw new AlidadeError('ALI_USAGE', 'output_file must be the name of a file');
}

/** Where the reference's documentation says "Empty response"; who asks for JSON gets the state. */
function answered({ headers }: FastifyRequest, reply: FastifyReply, state: object) {
  const wantsJson = headers.accept?.includes('application/json') === true;
  return wantsJson ? json(reply, state) : reply.type('text/html; charset=utf-8').send('');
}

function json(reply: FastifyReply, body: object) {
  return reply.type('application/json').send(jsonText(body));
}
