import { existsSync } from 'node:fs';
import type { CredentialSources, OpenBusOptions } from '../../bus/index.ts';
import type { Dialect } from '../../control/client/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import type { Terminal } from '../terminal.ts';
import type { ConfigFile } from './config-file.ts';
import type { ControlOptions } from './open.ts';

/** Found by its name where it lies. */
const instrumentFileName = 'instrument.yaml';

/** The bus that a command works on, and the dialect in which it speaks there. */
export interface BusChoice {
  /** Undefined for the bus of the nearest `.alidade` folder. */
  readonly url: string | undefined;
  readonly options: OpenBusOptions;
  /** For all targets. */
  readonly wire: Dialect | undefined;
  /** By target. */
  readonly targets: Readonly<Record<string, Dialect>> | undefined;
  /** The file of `--config`, else the `instrument.yaml` that is used. */
  readonly file: ConfigFile | undefined;
  /** What chose it: `--broker`, `ALIDADE_BUS`, a file. */
  readonly from: string;
}

/**
 * Which bus: `--broker` or `--bus`, else the file `--config`, else ALIDADE_BUS, else the `instrument.yaml` here, else
 * `local:`. The dialect: `--wire`, else what the file says.
 *
 * @throws ALI_USAGE when two options contradict each other; ALI_CONTROL, ALI_INSTRUMENT for the file
 */
export async function busChoiceOf(options: ControlOptions, { environment }: Terminal): Promise<BusChoice> {
  if (options.broker !== undefined && options.bus !== undefined) {
    throw new AlidadeError('ALI_USAGE', '--broker and --bus both name the bus: say one of them');
  }
  const file = options.config === undefined ? undefined : await read(options.config);
  const given = givenUrl(options, environment, file);
  const here = given === undefined && file === undefined ? await instrumentHere() : undefined;
  const used = file ?? here;
  return {
    url: given?.url ?? here?.busUrl,
    options: {
      exchanges: used?.exchanges,
      credentials: { ...used?.credentials, username: options.user, ...filesOf(options) },
      environment,
    },
    wire: options.wire ?? used?.wire ?? options.defaultWire,
    targets: options.wire === undefined ? used?.targets : undefined,
    file: used,
    from: given?.from ?? (here?.busUrl === undefined ? 'default' : here.path),
  };
}

function givenUrl(
  { broker, bus }: ControlOptions,
  environment: Terminal['environment'],
  file: ConfigFile | undefined,
): { readonly url: string; readonly from: string } | undefined {
  if (broker !== undefined) return { url: brokerUrl(broker), from: '--broker' };
  if (bus !== undefined) return { url: bus, from: '--bus' };
  if (file?.busUrl !== undefined) return { url: file.busUrl, from: file.path };
  const variable = environment.ALIDADE_BUS;
  if (variable !== undefined && variable !== '') return { url: variable, from: 'ALIDADE_BUS' };
  return undefined;
}

/** `rabbit`, `rabbit:5673`, `[::1]:5673`, or a whole URL. */
function brokerUrl(broker: string | true): string {
  // The one of ~/.dripline_mesh.yaml, else that of this machine.
  if (broker === true) return 'amqp:';
  return broker.includes('://') ? broker : `amqp://${broker}`;
}

async function instrumentHere(): Promise<ConfigFile | undefined> {
  return existsSync(instrumentFileName) ? read(instrumentFileName) : undefined;
}

/** What reads files is loaded where there is one to be read. */
async function read(path: string): Promise<ConfigFile> {
  return (await import('./config-file.ts')).readConfigFile(path);
}

/** Files that were named here take the place of what the configuration names. */
function filesOf({ passwordFile, authFile }: ControlOptions): CredentialSources {
  return {
    ...(passwordFile === undefined ? {} : { passwordFile }),
    ...(authFile === undefined ? {} : { authFile }),
  };
}
