import type { Command } from 'commander';
import type { Bus } from '../../bus/index.ts';
import { type Monitored, openClient, openMonitor, type Reply } from '../../control/client/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import type { BusChoice } from './bus-choice.ts';
import { controlExamples } from './help.ts';
import { type RequestOptions, withBus, withRequestOptions } from './open.ts';
import { type Found, servicesIn } from './services.ts';

const help = `
On local: it is known who is there. A broker does not say: there it is listened for --timeout to who announces himself,
by a heartbeat (each minute as a rule) or by the alerts of his endpoints. With --wire every service is asked, too.`;

export function defineList(control: Command, terminal: Terminal): void {
  withRequestOptions(control.command('list').description('print which services and endpoints are there'))
    .addHelpText('after', help)
    .addHelpText('after', controlExamples(control, 'list', 'list -b rabbit --timeout 60'))
    .action((options: RequestOptions) =>
      withBus(options, terminal, async (bus, choice) => {
        const queues = bus.queues();
        const found = queues === undefined ? await heard(bus, choice, options, terminal) : servicesIn(queues);
        await printFound(found, options, terminal);
      }),
    );
}

async function heard(
  bus: Bus,
  { wire, targets }: BusChoice,
  options: RequestOptions,
  terminal: Terminal,
): Promise<Found> {
  using stop = new StopSignals();
  const timeoutMs = options.timeout ?? 10_000;
  const found: Found = new Map();
  await using monitor = await openMonitor({ bus, exchange: 'alerts', keys: ['#'] });
  terminal.stderr.write(
    `alidade: listening for ${timeoutMs / 1000} s to who announces himself on ${printable(bus.location)}\n`,
  );
  const listening = (async () => {
    for await (const message of monitor) note(found, message);
  })();
  const client = openClient({ bus, wire, targets });
  // Only who says --wire wants everybody to be asked. Replies of v1 do not say who sent them: those stand under ''.
  const onReply = ({ sender }: Reply) => add(found, sender.serviceName);
  const asked =
    options.wire === undefined
      ? undefined
      : client.broadcast('ping', { timeoutMs, signal: stop.signal, onReply });
  await Promise.race([Promise.all([after(timeoutMs, stop.signal), asked]), stop.stopped]);
  await monitor.close();
  await listening;
  return found;
}

function note(found: Found, { routingKey, sender }: Monitored): void {
  const [kind, name] = routingKey.split('.');
  const service = kind === 'heartbeat' ? (name ?? '') : (sender?.serviceName ?? '');
  add(found, service);
  if (kind === 'sensor_value' && name !== undefined) found.get(service)?.add(name);
}

function add(found: Found, service: string): void {
  if (!found.has(service)) found.set(service, new Set());
}

async function after(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

async function printFound(found: Found, { json }: RequestOptions, terminal: Terminal): Promise<void> {
  const services = [...found]
    .map(([service, endpoints]) => ({ service, endpoints: [...endpoints].sort() }))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  if (json === true) return printLine(terminal, JSON.stringify(services));
  if (services.length === 0) throw new AlidadeError('ALI_NOT_FOUND', 'no service showed itself on this bus');
  for (const { service, endpoints } of services) {
    await printLine(terminal, printable(service === '' ? '(service unknown)' : service));
    for (const endpoint of endpoints) await printLine(terminal, printable(`  ${endpoint}`));
  }
}
