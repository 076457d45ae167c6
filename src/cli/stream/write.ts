import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { openHttpServer } from '../../shared/http.ts';
import { type LogLevel, openLog, parseLogLevel } from '../../shared/log.ts';
import { Opened } from '../../shared/opened.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { examples, named } from '../options.ts';
import { endedEarly } from '../record/ended-early.ts';
import type { Terminal } from '../terminal.ts';
import { parseAddress, parsePort } from './options.ts';

interface WriteOptions {
  readonly logLevel: LogLevel;
  readonly json?: boolean;
}

const help = `
The file is written once PUT /start_pulse_id/N or PUT /start_now says so, on http://127.0.0.1:REST_PORT, until
PUT /stop_pulse_id/N or PUT /stop_now; then the program ends. With {"output_file": "…"} in the body of start_now it stays
for further ones. GET /status, GET /statistics, POST /parameters, GET /stop and GET /kill are there too, as those who know
sf_bsread_writer expect. However it is ended, also by Ctrl-C, its file is closed well. A file that is there is replaced.
USER_ID is the user and group to write as (only root may become another), or -1. OUTPUT_FILE may be /dev/null.
--log_level is understood too, and so is the name sf_bsread_writer.`;

export const writerSummary = 'write a stream to an HDF5 file, started and stopped over REST';

/** `alidade stream write`. */
export function defineWrite(stream: Command, terminal: Terminal): void {
  beWriter(stream.command('write').description(writerSummary), terminal).addHelpText(
    'after',
    examples(
      'alidade stream write tcp://127.0.0.1:8082 /data/run_7.BSREAD.h5 -1 9555',
      'curl -X PUT http://127.0.0.1:9555/start_pulse_id/17000000000',
    ),
  );
}

/** Gives a command the arguments, options and work of the writer. */
export function beWriter(command: Command, terminal: Terminal): Command {
  return command
    .argument('<stream_address>', 'where the sender is', parseAddress)
    .argument('<output_file>', 'the file to write')
    .argument(
      '<user_id>',
      'the user and group to write as; -1 for the present one',
      named('user_id', parseUser),
    )
    .argument('<rest_port>', 'where the REST listens, on this machine only', named('rest_port', parsePort))
    .option(
      '--log-level <level>',
      'DEBUG, INFO, WARNING, ERROR or CRITICAL',
      named('--log-level', parseLogLevel),
      'info' as LogLevel,
    )
    .option('--json', 'log JSON, one object a line')
    .addHelpText('after', help)
    .action((address: string, file: string, user: number, port: number, options: WriteOptions) =>
      write(address, file, user, port, options, terminal),
    );
}

async function write(
  streamAddress: string,
  outputFile: string,
  user: number,
  port: number,
  options: WriteOptions,
  terminal: Terminal,
): Promise<void> {
  using stop = new StopSignals();
  await using opened = new Opened();
  const { becomeUser, makeFolderOf, Writer, writerRoutes } = await import('../../recording/index.ts');
  const log = await openLog({
    name: 'writer',
    level: options.logLevel,
    format: options.json === true ? 'json' : 'text',
    output: terminal.stderr,
  });
  const writer = opened.use(new Writer({ streamAddress, outputFile, log }));
  const server = opened.use(
    await openHttpServer({
      port,
      portOption: 'rest_port',
      log,
      routes: writerRoutes(writer, log, () => process.exit(1)),
    }),
  );
  // Only now, when all is loaded: the user may not be able to read where this program is installed. No request was read yet.
  becomeUser(user);
  await makeFolderOf(outputFile);
  log.info(`ready to write ${outputFile}; REST at ${server.url}`);
  await Promise.race([writer.ended, stop.stopped]);
  await writer.close();
  const { problem, recording } = writer;
  if (problem === undefined) return;
  if (recording?.problem === problem) throw endedEarly(recording.file, recording);
  throw new AlidadeError('ALI_FILE_FAILED', `${outputFile}: ${problem}`);
}

/** @throws ALI_USAGE */
function parseUser(text: string): number {
  const user = Number(text);
  if (/^(?:-1|\d{1,10})$/.test(text) && user < 2 ** 32 - 1) return user;
  throw new AlidadeError('ALI_USAGE', `'${text}' is no number of a user, nor -1`);
}
