import { join } from 'node:path';
import { AlidadeError } from '../shared/errors.ts';
import { readSettings } from './settings-file.ts';

/** What `~/.dripline_mesh.yaml` says of the broker that is used where nothing else is named. */
export interface MeshDefaults {
  readonly broker?: string | undefined;
  readonly brokerPort?: number | undefined;
  readonly requestsExchange?: string | undefined;
  readonly alertsExchange?: string | undefined;
}

/**
 * Reads `.dripline_mesh.yaml` of a home folder; without the file nothing is said. Settings that are not the bus's are
 * passed over.
 *
 * @throws ALI_BUS_URL when the file cannot be read or holds something else
 */
export function meshDefaults(home: string | undefined): MeshDefaults {
  if (home === undefined || home === '') return {};
  const path = join(home, '.dripline_mesh.yaml');
  const settings = readSettings(path, 'ALI_BUS_URL') ?? {};
  const text = (name: string): string | undefined => {
    const value = settings[name];
    if (value === undefined || typeof value === 'string') return value;
    throw new AlidadeError('ALI_BUS_URL', `'${name}' in ${path} is not a text`);
  };
  const port = settings.broker_port;
  if (port !== undefined && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536)) {
    throw new AlidadeError('ALI_BUS_URL', `'broker_port' in ${path} is not a port`);
  }
  return {
    broker: text('broker'),
    brokerPort: port === undefined ? undefined : Number(port),
    requestsExchange: text('requests_exchange'),
    alertsExchange: text('alerts_exchange'),
  };
}
