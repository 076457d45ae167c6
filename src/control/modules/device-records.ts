import type { Provider } from '../provider.ts';
import { DeviceEntity, type DeviceEntityOptions } from './device-entity.ts';
import { entityOptions, entityParameters } from './entity-parameters.ts';
import { type Making, type ModuleRecord, moduleRecord } from './module-record.ts';
import { ScpiProvider } from './scpi-provider.ts';

/** Devices that are asked by lines of text, and what is asked of them. */
export const deviceRecords: readonly ModuleRecord[] = [
  moduleRecord({
    name: 'EthernetSCPIService',
    names: { v1: ['EthernetProvider'], v2: ['EthernetProvider'], v3: ['EthernetSCPIService'] },
    about: 'A device that speaks SCPI over TCP; the endpoints under it talk through it.',
    parameters: {
      socket_info: {
        type: 'address',
        isRequired: true,
        about: "Host and port, as [host, port] or 'host:port'.",
      },
      socket_timeout: { type: 'seconds', default: '1', about: 'How long a reply is waited for, in seconds.' },
      command_terminator: { type: 'text', default: 'a line feed', about: 'What ends a command.' },
      reply_terminator: {
        type: 'text',
        default: 'a line feed',
        otherNames: ['response_terminator'],
        about: 'What ends a reply.',
      },
      reply_echo_cmd: {
        type: 'boolean',
        default: 'false',
        about: 'Whether the device begins each reply with the command.',
      },
      cmd_at_reconnect: {
        type: 'texts',
        default: 'none',
        about: 'What is asked whenever the connection has been made.',
      },
      reconnect_test: {
        type: 'text',
        default: 'any',
        about: 'What the last of these must be answered with.',
      },
    },
    isProvider: true,
    create: (values, { name, module }) =>
      new ScpiProvider({
        name,
        module,
        ...values.socket_info,
        timeoutSeconds: values.socket_timeout,
        commandTerminator: values.command_terminator,
        replyTerminator: values.reply_terminator,
        echoesCommand: values.reply_echo_cmd,
        commandsAtReconnect: values.cmd_at_reconnect,
        reconnectTest: values.reconnect_test,
      }),
  }),
  moduleRecord({
    name: 'FormatEntity',
    names: { v1: ['FormatSpime'], v2: ['FormatSpime'], v3: ['FormatEntity'] },
    about: 'A quantity of a device that is asked for and set by any text.',
    parameters: {
      get_str: { type: 'text', default: 'none', about: 'What is sent for a get.' },
      set_str: { type: 'text', default: 'none', about: 'What is sent for a set, with {} for the value.' },
      set_value_map: {
        type: 'map',
        default: 'none',
        about: 'What is sent for each value, such as {on: 1, off: 0}; others are refused.',
      },
      set_value_lowercase: {
        type: 'boolean',
        default: 'true',
        about: 'Text is made small before it is looked up and sent.',
      },
      extract_raw_regex: {
        type: 'pattern',
        default: 'the whole reply',
        about: 'Which part of a reply is the raw value: the group value_raw, or else the first.',
      },
      ...entityParameters,
    },
    isProvider: false,
    create: (values, making) =>
      new DeviceEntity({
        ...entityOptions(values, making.name),
        ...through(making),
        getText: values.get_str,
        setText: values.set_str,
        setValueMap: values.set_value_map,
        setValueLowercase: values.set_value_lowercase ?? true,
        extract: values.extract_raw_regex,
      }),
  }),
  scpiRecord({
    name: 'SimpleSCPIEntity',
    oldName: 'SimpleSCPISpime',
    about: "A quantity that SCPI asks for with 'base?' and sets with 'base value;base?'.",
    texts: (base) => ({ getText: `${base}?`, setText: `${escaped(base)} {};${escaped(base)}?` }),
  }),
  scpiRecord({
    name: 'SimpleSCPIGetEntity',
    oldName: 'SimpleSCPIGetSpime',
    about: "A quantity that SCPI asks for with 'base?', and that cannot be set.",
    texts: (base) => ({ getText: `${base}?` }),
  }),
  scpiRecord({
    name: 'SimpleSCPISetEntity',
    oldName: 'SimpleSCPISetSpime',
    about: "A quantity that SCPI sets with 'base value;*OPC?', and that cannot be asked for.",
    texts: (base) => ({ setText: `${escaped(base)} {};*OPC?` }),
  }),
];

interface ScpiRecord {
  readonly name: string;
  /** What v1 and v2 call it. */
  readonly oldName: string;
  readonly about: string;
  readonly texts: (base: string) => Pick<DeviceEntityOptions, 'getText' | 'setText'>;
}

function scpiRecord({ name, oldName, about, texts }: ScpiRecord): ModuleRecord {
  return moduleRecord({
    name,
    names: { v1: [oldName], v2: [oldName], v3: [name] },
    about,
    parameters: {
      base_str: {
        type: 'text',
        isRequired: true,
        about: 'The words of the command, such as VOLT or SOUR:VOLT.',
      },
      ...entityParameters,
    },
    isProvider: false,
    create: (values, making) =>
      new DeviceEntity({
        ...entityOptions(values, making.name),
        ...through(making),
        ...texts(values.base_str),
      }),
  });
}

/** Whom an endpoint talks through, and what its file calls it. @throws Error when it stands under no provider */
function through({ provider, module, name }: Making): { provider: Provider; module: string } {
  if (provider !== undefined) return { provider, module };
  throw new Error(
    `${name} talks to a device: write it under the endpoints of a provider, such as EthernetSCPIService`,
  );
}

function escaped(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}
