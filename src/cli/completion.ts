import { Argument, type Command } from 'commander';
import { type ShellName, scripts, shells } from './completion/scripts.ts';
import { examples } from './options.ts';
import type { Terminal } from './terminal.ts';

const help = `
The script goes where the shell reads it at its start: bash: source <(alidade completion bash) in ~/.bashrc; zsh:
source <(alidade completion zsh) in ~/.zshrc, after compinit; fish: alidade completion fish | source in config.fish.
Keys are those of the store in use: --store and --view of the line, else $ALIDADE_STORE, else the nearest .alidade.`;

/** `alidade completion`: what makes a shell complete nouns, verbs, options and keys. */
export function defineCompletion(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade completion bash > alidade.bash'))
    .action((shell: ShellName) => {
      terminal.stdout.write(scripts[shell]);
    });
}
