import type { Command } from 'commander';
import type { Client, Operation, Reply } from '../../control/client/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { confirm } from '../confirm.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { controlExamples } from './help.ts';
import { type RequestOptions, targetOf, withClient, withRequestOptions } from './open.ts';
import { type Asked, coloured, failureIn, prettyValue, replyJson, replyLine } from './reply-text.ts';
import { inTmux } from './tmux.ts';

interface Verb {
  readonly operation: Operation;
  readonly description: string;
  readonly help?: string;
  readonly examples: readonly string[];
}

const valueHelp = `
A value is a literal of Python or JSON (1.5, [1, 2], {"a": 1}, "text"), true, false or none in any case, else the text
itself; NAME=VALUE is a value by name. Behind -- a value may begin with a dash.`;

const verbs: readonly Verb[] = [
  {
    operation: 'get',
    description: 'ask an endpoint for its value, or for one of its attributes',
    examples: ['get peaches', 'get peaches.log_interval', 'get peaches -b rabbit --wire v2'],
  },
  {
    operation: 'set',
    description: 'set the value of an endpoint, or one of its attributes',
    help: valueHelp,
    examples: [
      'set peaches 1.79',
      'set peaches.log_interval 30',
      'set peaches_status OPEN --lockout-key KEY',
    ],
  },
  {
    operation: 'cmd',
    description: 'call a command of an endpoint; of broadcast, of every service',
    help: `${valueHelp}
The command stands behind the endpoint: peaches.start_logging, or as a word of its own. broadcast asks every service and
waits its whole timeout; unless it is ping, lock, unlock or set_condition it asks you first.`,
    examples: [
      'cmd peaches.start_logging',
      'cmd my_store.set_condition 10',
      'cmd broadcast.ping --timeout 2',
    ],
  },
  {
    operation: 'config',
    description: 'read or write an attribute, as services of v1 have it; elsewhere get and set do it',
    help: valueHelp,
    examples: ['config peaches log_interval', 'config peaches log_interval 45'],
  },
  {
    operation: 'send',
    description: 'send values through a provider to its device (v1, v2)',
    help: valueHelp,
    examples: ["send my_supply '*IDN?'"],
  },
  {
    operation: 'run',
    description: 'run what an endpoint has to run (v1, v2)',
    help: valueHelp,
    examples: ['run my_scan start=0 stop=10'],
  },
];

/** `get`, `set`, `cmd`, `config`, `send` and `run`. */
export function defineRequests(control: Command, terminal: Terminal): void {
  for (const { operation, description, help = '', examples } of verbs) {
    const command = control
      .command(operation)
      .description(description)
      .argument('<target>', 'ENDPOINT or ENDPOINT.ATTRIBUTE')
      .argument('[values...]');
    if (operation === 'cmd') command.option('--yes', 'with broadcast: do not ask');
    withRequestOptions(command)
      .addHelpText('after', help)
      .addHelpText('after', controlExamples(control, ...examples))
      .action((target: string, texts: readonly string[], options: RequestOptions) =>
        inTmux(options, terminal, () => request(operation, { target, texts }, options, terminal)),
      );
  }
}

async function request(
  operation: Operation,
  asked: Asked,
  options: RequestOptions,
  terminal: Terminal,
): Promise<void> {
  const { name, specifier } = targetOf(asked.target);
  if (name === 'broadcast') return broadcast(operation, specifier, asked, options, terminal);
  if (operation === 'set' && asked.texts.length === 0) {
    throw new AlidadeError('ALI_USAGE', `set needs a value: set ${asked.target} VALUE`);
  }
  const { lockoutKey } = options;
  await withClient(options, terminal, async (client, wireOf) => {
    await printReply({ ...asked, wire: wireOf(name) }, await replyTo(client), options, terminal);
  });

  function replyTo(client: Client): Promise<Reply> {
    if (operation === 'cmd') {
      const { command, ...rest } = commandIn(specifier, asked);
      return client.cmd(name, command, { ...rest, lockoutKey });
    }
    return client.request(name, operation, { specifier, ...parseArguments(asked.texts), lockoutKey });
  }
}

/** Prints a reply. @throws the error that it stands for, if it does */
export async function printReply(
  asked: Asked,
  reply: Reply,
  options: RequestOptions,
  terminal: Terminal,
): Promise<void> {
  const failure = failureIn(asked.target, reply);
  if (options.json === true) await printLine(terminal, replyJson(asked, reply));
  else if (options.prettyPrint === true && failure === undefined) {
    await printLine(terminal, prettyValue(reply));
  } else await printLine(terminal, coloured(replyLine(asked, reply), failure !== undefined, terminal));
  if (failure !== undefined) throw failure;
  if (reply.message !== '' && options.json !== true && options.prettyPrint !== true) {
    terminal.stderr.write(`return message: ${printable(reply.message)}\n`);
  }
}

/** Commands that every service is meant to take at any time. */
const harmless: ReadonlySet<string> = new Set(['lock', 'unlock', 'ping', 'set_condition']);

async function broadcast(
  operation: Operation,
  specifier: string,
  { target, texts }: Asked,
  options: RequestOptions,
  terminal: Terminal,
): Promise<void> {
  if (operation !== 'cmd') {
    throw new AlidadeError(
      'ALI_USAGE',
      `${operation} cannot be broadcast: only cmd can (cmd broadcast.ping)`,
    );
  }
  const { command, values, keyed } = commandIn(specifier, { target, texts });
  if (options.yes !== true && !harmless.has(command)) {
    await confirm(`this asks every service on the bus to ${printable(command)}`, terminal);
  }
  await withClient(options, terminal, (client, wireOf) =>
    broadcastAloud(
      client,
      { target, texts, wire: wireOf('broadcast') },
      command,
      { values, keyed },
      options,
      terminal,
    ),
  );
}

/** Sends a command to every service and prints each reply as it comes. @throws ALI_TIMEOUT when there was none */
export async function broadcastAloud(
  client: Client,
  { target, texts, wire }: Asked,
  command: string,
  { values, keyed }: Arguments,
  options: RequestOptions,
  terminal: Terminal,
): Promise<void> {
  const { lockoutKey } = options;
  const failures: unknown[] = [];
  let printing = Promise.resolve();
  const onReply = (reply: Reply) => {
    const { serviceName } = reply.sender;
    // Replies of v1 do not say who sent them.
    const asked =
      serviceName === '' ? { target, texts, wire } : { target: serviceName, texts: [target, ...texts], wire };
    printing = printing
      .then(() => printReply(asked, reply, options, terminal))
      .catch((error: unknown) => void failures.push(error));
  };
  const replies = await client.broadcast(command, { values, keyed, lockoutKey, onReply });
  await printing;
  if (replies.length === 0) throw new AlidadeError('ALI_TIMEOUT', 'no service answered in time');
  if (failures.length > 0) throw failures[0];
}

/** The command stands behind the target, or is the first value. @throws ALI_USAGE without one */
function commandIn(specifier: string, { target, texts }: Asked): Arguments & { readonly command: string } {
  if (specifier !== '') return { command: specifier, ...parseArguments(texts) };
  const [command, ...rest] = texts;
  if (command === undefined) {
    throw new AlidadeError('ALI_USAGE', `which command? write cmd ${target}.COMMAND, such as ${target}.ping`);
  }
  return { command, ...parseArguments(rest) };
}
