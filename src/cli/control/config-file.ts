import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { CredentialSources, OpenBusOptions } from '../../bus/index.ts';
import { type Dialect, readServiceFile, type ServiceDefinition } from '../../control/index.ts';
import { AlidadeError } from '../../shared/errors.ts';

/** What a file says of slow control: an `instrument.yaml`, or a service file of any generation. */
export interface ConfigFile {
  readonly path: string;
  /** Undefined where the file names no bus. */
  readonly busUrl: string | undefined;
  readonly exchanges: OpenBusOptions['exchanges'];
  readonly credentials: CredentialSources;
  readonly wire: Dialect | undefined;
  readonly targets: Readonly<Record<string, Dialect>> | undefined;
  readonly services: readonly ServiceDefinition[];
}

/** @throws ALI_CONTROL, ALI_INSTRUMENT with file, line and column */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  if (isInstrument(path)) {
    // Loaded here only: it brings all of an instrument with it.
    const { readDefinition } = await import('../../instrument/index.ts');
    const { control } = readDefinition(path);
    return {
      path,
      busUrl: control?.busUrl,
      exchanges: undefined,
      credentials: {},
      wire: control?.wire,
      targets: control?.targets,
      services: control?.services ?? [],
    };
  }
  const service = readServiceFile(path);
  const { broker, brokerPort, requestsExchange, alertsExchange } = service.mesh;
  const port = brokerPort === undefined ? '' : `:${brokerPort}`;
  const generation = service.generation === 'alidade' ? undefined : service.generation;
  return {
    path,
    busUrl: broker === undefined ? undefined : `amqp://${broker}${port}`,
    exchanges: { requests: requestsExchange, alerts: alertsExchange },
    credentials: { authFile: service.authFile, authGroups: service.authGroups },
    wire: service.wire ?? generation,
    targets: undefined,
    services: [service],
  };
}

/** By its name, or by what only an instrument's file has at its top. */
function isInstrument(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new AlidadeError('ALI_CONTROL', `there is no file ${path}`);
  if (found.isDirectory() || basename(path) === 'instrument.yaml') return true;
  return /^(?:services|state|targets):/m.test(readFileSync(path, 'utf8').slice(0, 1024 * 1024));
}
