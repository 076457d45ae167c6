import type { Command } from 'commander';
import type { Service } from '../../control/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { openLog } from '../../shared/log.ts';
import { Opened } from '../../shared/opened.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { controlExamples } from './help.ts';
import { type ControlOptions, withBus, withControlOptions } from './open.ts';
import { inTmux } from './tmux.ts';

/** What a class of the user's own has left open keeps the ended program for so long. */
const leftOpenMs = 1000;

interface ServeOptions extends ControlOptions {
  readonly keys?: readonly string[];
}

const help = `
The file is one of dragonfly or dripline, of any generation, as it stands; or an instrument.yaml, all services of which
are served. Ctrl-C ends it. Alerts and heartbeats are of the generation that --wire says, else that of the file.
A second service of the same name is refused; a broker that goes away is waited for.`;

export function defineServe(control: Command, terminal: Terminal): void {
  withControlOptions(
    control
      .command('serve')
      .description('run the services of a file until Ctrl-C')
      .option('-k, --keys <keys...>', 'which alerts a service that consumes them gets (default: #, all)'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      controlExamples(control, 'serve -c kv-store.yaml', 'serve -c kv-store.yaml -b rabbit --wire v2'),
    )
    .action((options: ServeOptions) => inTmux(options, terminal, () => serve(options, terminal)));
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  if (options.config === undefined) {
    throw new AlidadeError('ALI_USAGE', 'which services? name their file: serve -c FILE');
  }
  using stop = new StopSignals();
  // Loaded here only: verbs that ask something need none of it.
  const { busEventLog } = await import('../../bus/index.ts');
  const { makeService, startService } = await import('../../control/index.ts');
  const log = await openLog({
    name: 'control',
    level: (options.verbose ?? 0) > 0 ? 'debug' : 'info',
    format: options.json === true ? 'json' : 'text',
    output: terminal.stderr,
  });
  await withBus(
    options,
    terminal,
    async (bus, { file, wire }) => {
      const definitions = file?.services ?? [];
      if (definitions.length === 0) {
        throw new AlidadeError('ALI_CONTROL', `${options.config} has no services`);
      }
      await using opened = new Opened();
      const serveAll = async () => {
        const served: Served[] = [];
        for (const definition of definitions) {
          const made = await makeService({ ...definition, alertKeys: options.keys ?? definition.alertKeys });
          for (const note of made.notes) log.warning(note);
          const spoken = options.wire ?? made.options.wire ?? wire;
          const statusMessages = options.slack === false ? false : undefined;
          const starting = startService({
            ...made.options,
            bus,
            log,
            wire: spoken,
            statusMessages,
            signal: stop.signal,
          });
          opened.defer(() => ended(starting));
          const service = await starting;
          await made.runSetupCalls(log);
          served.push({ name: service.name, endpoints: service.endpoints.length });
        }
        return served;
      };
      // A device that does not answer at the start must not be what keeps the program from ending.
      const served = await Promise.race([serveAll(), stop.stopped]);
      if (served === undefined) return;
      await printLine(
        terminal,
        options.json === true
          ? JSON.stringify({ event: 'serving', bus: bus.location, services: served })
          : printable(`serving ${served.map(servedText).join(', ')} on ${bus.location}; Ctrl-C ends it`),
      );
      await stop.stopped;
    },
    busEventLog(log),
  );
  setTimeout(() => process.exit(), leftOpenMs).unref();
}

/** Resolves when a service that starts has ended: one that does not start has stopped what it had started. */
async function ended(starting: Promise<Service>): Promise<void> {
  const service = await starting.catch(() => undefined);
  await service?.close();
}

interface Served {
  readonly name: string;
  readonly endpoints: number;
}

function servedText({ name, endpoints }: Served): string {
  return `${name} (${counted(endpoints, 'endpoint')})`;
}
