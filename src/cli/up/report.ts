import type {
  Instrument,
  InstrumentStatus,
  Preparation,
  PreparedConfigurations,
  RetentionRule,
  SlowControlStatus,
  StreamsStatus,
} from '../../instrument/index.ts';
import { printable } from '../terminal.ts';
import { ageText, clockText, counted, grouped, lossReasons, lossText } from './words.ts';

const maxNames = 3;

/** What the start says: who it is, what was put into the store, and where that is. */
export interface StartReport {
  readonly title: string;
  readonly details: readonly string[];
  readonly warnings: readonly string[];
  readonly store: string;
}

export function startReport(instrument: Instrument): StartReport {
  const { definition, preparation, configurations, store } = instrument;
  const { name, description } = definition;
  const { snapshot, attributes } = preparation;
  return {
    title: printable(description === undefined ? name : `${name}: ${description}`),
    details: [
      ...snapshotLines(snapshot),
      ...attributeLines(attributes),
      ...configurationLines(configurations),
      ...retentionLines(definition.retention),
      ...controlLines(instrument.status().control),
      ...streamLines(instrument.status().streams),
    ],
    warnings: [
      ...differenceLines('though the file has other values', attributes.different),
      ...differenceLines('though the file of configurations says otherwise', configurations?.different ?? []),
    ],
    store: `store: ${printable(store.location)}`,
  };
}

export function isInMemory({ store }: Instrument): boolean {
  return store.location.startsWith('memory:');
}

/** What is wrong now, or was: one line each. */
export function troubleLines({
  storeAway,
  emptiedSeconds,
  lastFault,
  losses,
  lastLossSeconds,
  retention,
  control,
  streams,
}: InstrumentStatus): string[] {
  const lines: string[] = [];
  const reasons = lossReasons(losses, lastLossSeconds);
  if (storeAway !== undefined) {
    const what = storeAway.error === undefined ? 'has not answered' : 'not reachable';
    lines.push(`store ${what} since ${clockText(storeAway.sinceSeconds)}`);
  }
  if (emptiedSeconds !== undefined) {
    lines.push(`store found empty at ${clockText(emptiedSeconds)}: start again to put attributes back`);
  }
  if (reasons !== '') lines.push(`lost: ${reasons}`);
  // While the store is away that is the fault.
  if (lastFault !== undefined && storeAway === undefined) lines.push(`last fault: ${printable(lastFault)}`);
  if (retention?.lastFault !== undefined) {
    lines.push(`old samples could not be removed: ${printable(retention.lastFault)}`);
  }
  if (control !== undefined) lines.push(...controlTroubles(control, lastFault));
  if (streams !== undefined) lines.push(...streamTroubles(streams, lastFault));
  return lines;
}

/** What the end says: where the data are, what was lost, and why. */
export function stopLine(instrument: Instrument): string {
  const { written, losses, lastLossSeconds, lastFault } = instrument.status();
  const where = isInMemory(instrument)
    ? 'were in memory and are gone'
    : `are in ${printable(instrument.store.location)}`;
  const fault = lastFault === undefined ? '' : ` Last fault: ${printable(lastFault)}.`;
  return `Stopped. The data ${where}: ${counted(written, 'sample')} written, ${lossText(losses, lastLossSeconds)}.${fault}`;
}

function snapshotLines(snapshot: Preparation['snapshot']): string[] {
  if (snapshot === undefined) return [];
  const { loaded, inPlace, leftOut } = snapshot;
  const left = leftOut > 0 ? `; ${grouped(leftOut)} of foreign types, expired or empty left out` : '';
  return [`snapshot: ${counted(loaded, 'key')} loaded, ${grouped(inPlace)} already there${left}`];
}

function attributeLines({ set, inPlace }: Preparation['attributes']): string[] {
  return set + inPlace === 0 ? [] : [`attributes: ${grouped(set)} set, ${grouped(inPlace)} already there`];
}

function configurationLines(configurations: PreparedConfigurations | undefined): string[] {
  if (configurations === undefined) return [];
  const { added, inPlace } = configurations;
  return [`configurations: ${grouped(added.length)} added, ${grouped(inPlace.length)} already there`];
}

/** `retention: wind_* 7 d, * last 100 000` */
function retentionLines(rules: readonly RetentionRule[]): string[] {
  if (rules.length === 0) return [];
  const shown = rules.slice(0, maxNames).map(({ keys, keepMs, keepLast }) => {
    const bounds = [
      ...(keepMs === undefined ? [] : [ageText(keepMs / 1000)]),
      ...(keepLast === undefined ? [] : [`last ${grouped(keepLast)}`]),
    ];
    return `${printable(keys)} ${bounds.length === 0 ? 'forever' : bounds.join(' and ')}`;
  });
  const more = rules.length > maxNames ? ` and ${rules.length - maxNames} more` : '';
  return [`retention: ${shown.join(', ')}${more}`];
}

/** `services: my_store with 5 endpoints, on local:/srv/telescope/.alidade` */
function controlLines(control: SlowControlStatus | undefined): string[] {
  if (control === undefined) return [];
  const services = control.services.map(
    ({ name, endpoints }) => `${printable(name)} with ${counted(endpoints, 'endpoint')}`,
  );
  return [`services: ${services.join(', ') || 'none'}, on ${printable(control.bus)}`];
}

/** @param saidFault what has been said already */
function controlTroubles({ bus, busState, alerts }: SlowControlStatus, saidFault?: string): string[] {
  const lines = busState === 'connected' ? [] : [`bus ${printable(bus)} is ${busState}`];
  const reasons = lossReasons(alerts.losses, alerts.lastLossSeconds);
  if (reasons !== '') lines.push(`of these, values of endpoints: ${reasons}`);
  if (alerts.lastFault !== undefined && alerts.lastFault !== saidFault) {
    lines.push(`last fault of endpoints: ${printable(alerts.lastFault)}`);
  }
  return lines;
}

/** `streams: machine (simulated) at tcp://127.0.0.1:9999, beam (buffer) at tcp://127.0.0.1:8082` */
function streamLines(status: StreamsStatus | undefined): string[] {
  if (status === undefined) return [];
  const shown = status.streams.map(
    ({ name, kind, address, isOpen }) =>
      `${name} (${kind}) at ${printable(address)}${isOpen ? ', open to the network' : ''}`,
  );
  return [`streams: ${shown.join(', ')}`];
}

/** @param saidFault what has been said already */
function streamTroubles({ streams, sensors }: StreamsStatus, saidFault?: string): string[] {
  const lines = streams.flatMap(({ name, isConnected, missingPulses = 0, dropped }) => {
    // A buffer without a consumer is as it should be.
    const losses = Object.entries(dropped).filter(([reason, count]) => count > 0 && reason !== 'no-consumer');
    const parts = [
      ...(isConnected ? [] : ['a source is not connected']),
      ...(missingPulses > 0 ? [`${counted(missingPulses, 'pulse')} missing`] : []),
      ...losses.map(([reason, count]) => `${reason} ${grouped(count)}`),
    ];
    return parts.length === 0 ? [] : [`stream ${name}: ${parts.join(', ')}`];
  });
  const reasons = lossReasons(sensors.losses, sensors.lastLossSeconds);
  if (reasons !== '') lines.push(`of these, values of channels: ${reasons}`);
  if (sensors.lastFault !== undefined && sensors.lastFault !== saidFault) {
    lines.push(`last fault of channels: ${printable(sensors.lastFault)}`);
  }
  return lines;
}

function differenceLines(why: string, different: readonly string[]): string[] {
  if (different.length === 0) return [];
  const names = different.slice(0, maxNames).map((name) => printable(name));
  const more = different.length > maxNames ? ` and ${different.length - maxNames} more` : '';
  return [`kept as they are, ${why}: ${names.join(', ')}${more}`];
}
