import type { Command } from 'commander';
import type { Client, Reply } from '../../control/client/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import type { Terminal } from '../terminal.ts';
import { controlExamples } from './help.ts';
import { type RequestOptions, targetOf, withClient, withRequestOptions } from './open.ts';
import { broadcastAloud, printReply } from './request.ts';
import { inTmux } from './tmux.ts';

interface UnlockOptions extends RequestOptions {
  readonly force?: boolean;
}

interface Verb {
  readonly name: 'lock' | 'unlock' | 'ping';
  readonly description: string;
  readonly help: string;
  readonly examples: readonly string[];
  readonly ask: (client: Client, target: string, options: UnlockOptions) => Promise<Reply>;
}

const verbs: readonly Verb[] = [
  {
    name: 'lock',
    description: 'lock an endpoint, so that only who has the key can change it',
    help: `
The reply has the key; --lockout-key KEY hands it over wherever it is needed. Getting needs no key. A lock is a courtesy
among operators, not access control.`,
    examples: ['lock peaches', 'set peaches 2 --lockout-key KEY', 'unlock peaches --lockout-key KEY'],
    ask: (client, target, { lockoutKey }) => client.lock(target, { lockoutKey }),
  },
  {
    name: 'unlock',
    description: 'unlock an endpoint',
    help: '',
    examples: ['unlock peaches --lockout-key KEY', 'unlock peaches --force'],
    ask: (client, target, { lockoutKey, force }) =>
      client.unlock(target, { lockoutKey, force: force === true }),
  },
  {
    name: 'ping',
    description: 'ask whether an endpoint or service is there',
    help: '',
    examples: ['ping my_store', 'ping broadcast --timeout 2'],
    ask: (client, target, { lockoutKey }) => client.ping(target, { lockoutKey }),
  },
];

/** `lock`, `unlock` and `ping`: commands that every endpoint has. */
export function defineLockout(control: Command, terminal: Terminal): void {
  for (const { name, description, help, examples, ask } of verbs) {
    const command = control
      .command(name)
      .description(description)
      .argument('<target>', 'an endpoint, a service, or broadcast for every service');
    if (name === 'unlock') command.option('--force', 'without the key');
    withRequestOptions(command)
      .addHelpText('after', help)
      .addHelpText('after', controlExamples(control, ...examples))
      .action((target: string, options: UnlockOptions) =>
        inTmux(options, terminal, () => {
          const asked = { target, texts: [name] };
          if (targetOf(target).specifier !== '') {
            throw new AlidadeError('ALI_USAGE', `${name} takes an endpoint, not its attribute: ${target}`);
          }
          return withClient(options, terminal, async (client, wireOf) => {
            const spoken = { ...asked, wire: wireOf(target) };
            if (target !== 'broadcast') {
              return printReply(spoken, await ask(client, target, options), options, terminal);
            }
            const keyed = new Map(options.force === true ? [['force', true]] : []);
            return broadcastAloud(client, spoken, name, { values: [], keyed }, options, terminal);
          });
        }),
      );
  }
}
