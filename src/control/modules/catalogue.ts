/** What becomes of a class of dragonfly that is none of ours. */
export type Verdict = 'supported' | 'to be ported' | 'leave under dragonfly';

interface Foreign {
  readonly verdict: Exclude<Verdict, 'supported'>;
  /** What to do meanwhile. */
  readonly advice: string;
}

const port = (advice: string): Foreign => ({ verdict: 'to be ported', advice });
const leave = (advice: string): Foreign => ({ verdict: 'leave under dragonfly', advice });

const asOwnClass =
  'write it as a class of your own (module_path), or leave its service under dragonfly meanwhile';
const besides = 'leave its service running; it works on the same broker';
const ofOneSite = 'it belongs to one site or device; leave its service running on the same broker';

const groups: readonly (readonly [readonly string[], Foreign])[] = [
  [['PrologixProvider', 'RepeaterProvider', 'TelnetProvider'], port(asOwnClass)],
  [['MuxerProvider', 'MuxerGetSpime', 'MultiDo', 'MultiGet', 'MultiSet'], port(asOwnClass)],
  [['PidController', 'SensorMonitor', 'Pinger'], port(besides)],
  [['HeartbeatMonitor', 'HeartbeatTracker', 'AlertConsumer', 'Gogol'], port(besides)],
  [
    ['PostgreSQLInterface', 'SQLTable', 'SQLSnapshot', 'SensorLogger', 'PostgresSensorLogger'],
    port('its alerts can be kept as sensors of telescope state; for SQL leave its service running'),
  ],
  [['SlackInterface', 'AMQPHandler', 'Watchdog', 'HTTPServer'], port(besides)],
  [['MeshRepeater', 'ProxyEndpoint'], port(besides)],
  [
    ['ErrorQueueSpime', 'ProviderAttributeSpime', 'RelaySpime', 'AstevalFormatEntity', 'CmdEntity'],
    port(asOwnClass),
  ],
  [['simple_shell_instrument', 'SlowSubprocessMixin', 'AlertSpammer', 'random_sensor'], port(asOwnClass)],
  [['DiopsidSpime', 'DungBeetle', 'JitterEntity', 'RunScript'], port(asOwnClass)],
  [['EthernetModbusService', 'ModbusEntity', 'ModbusGetEntity', 'ModbusSetEntity'], port(asOwnClass)],
  [
    [
      'StepAttenuator',
      'IonGaugeSpime',
      'LeakValveSpime',
      'LockinProvider',
      'LockinSpime',
      'LockinGetSpime',
      'OmegaSpime',
      'Max31856Spime',
      'ADS1115Spime',
      'ADS1115CalcSpime',
      'RPiGPIOProvider',
      'GPIOSpime',
      'GPIOPUDSpime',
    ],
    leave('it drives a device by libraries of Python; leave its service running on the same broker'),
  ],
  [
    [
      'MDReceiver',
      'Hornet',
      'DAQProvider',
      'ROACH1ChAcquisitionInterface',
      'ESR_Measurement',
      'RunDBInterface',
      'InsertDBEndpoint',
      'AtOperator',
      'TestingDAQProvider',
    ],
    leave(ofOneSite),
  ],
];

const foreign: ReadonlyMap<string, Foreign> = new Map(
  groups.flatMap(([names, verdict]) => names.map((name) => [name, verdict] as const)),
);

/** Families of classes that are known by the beginning of their names. */
const families: readonly (readonly [RegExp, Foreign])[] = [
  [/^(?:RSA|ROACH|Psyllid|r2daq|Hornet|Pfeiffer|ThermoFisher|Huber)/, leave(ofOneSite)],
  [/^simple_shell_/, port(asOwnClass)],
  [/^Modbus\w*Entity$/, port(asOwnClass)],
];

/** What is known of a class of dragonfly that is none of ours; undefined for a name that nobody knows. */
export function foreignModule(name: string): Foreign | undefined {
  return foreign.get(name) ?? families.find(([pattern]) => pattern.test(name))?.[1];
}

/** The names of all of them. */
export const foreignNames: readonly string[] = [...foreign.keys()];
