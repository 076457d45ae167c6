import type { Command, CommanderError } from 'commander';

/** What people call a verb that has other names here, by noun. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  append: ['add'],
  del: ['delete', 'remove'],
  delete: ['remove'],
  get: ['query', 'read'],
  history: ['range'],
  import: ['populate'],
  keys: ['names'],
  list: ['keys', 'dump', 'names'],
  load: ['populate'],
  log: ['history'],
  ls: ['keys', 'dump', 'names'],
  put: ['set', 'update', 'write'],
  read: ['get', 'query'],
  remove: ['delete'],
  revert: ['checkout'],
  rm: ['delete', 'remove'],
  rollback: ['checkout'],
  save: ['dump', 'export'],
  set: ['update', 'write'],
  show: ['get', 'dump', 'read'],
  stats: ['stat'],
  subscribe: ['watch', 'listen'],
  tail: ['watch', 'listen'],
  watch: ['listen'],
  write: ['set', 'update'],
};

/** The words of a command line, where those that ask for help in words ask for it with `--help`. */
export function withHelpOption(program: Command, args: readonly string[]): readonly string[] {
  const found = walk(program, args);
  if (found.rest[0] !== 'help' || found.command.commands.length === 0) return args;
  const [, ...topic] = found.rest;
  const asked = walk(found.command, topic);
  // What is no command is left for the parser to name.
  const isUnknown = asked.rest[0] !== undefined && asked.command.commands.length > 0;
  const words = [...found.path, ...asked.path];
  return isUnknown ? [...words, asked.rest[0] as string] : [...words, '--help'];
}

/** What was wrong with a command line, and where help is. */
export function usageMessage(program: Command, args: readonly string[], error: CommanderError): string {
  const { command, path } = walk(program, args);
  const message = error.message.replace(/^error: /, '');
  const [problem = '', meant] = message.split(/\n\(Did you mean (.*)\?\)$/s);
  const help = `'${[program.name(), ...path, '--help'].join(' ')}'`;
  switch (error.code) {
    case 'commander.unknownCommand': {
      const asked = /'(.*)'/s.exec(problem)?.[1] ?? '';
      const words = Object.hasOwn(synonyms, asked) ? (synonyms[asked] ?? []) : [];
      const known = words.find((word) => command.commands.some((each) => each.name() === word)) ?? meant;
      return known === undefined ? `${problem}; ${help} lists what there is` : didYouMean(problem, known);
    }
    case 'commander.unknownOption':
      if (/'-[vV]'/.test(problem) && path.length === 0) return didYouMean(problem, '--version');
      return meant === undefined ? `${problem}; ${help} lists what there is` : didYouMean(problem, meant);
    case 'commander.missingArgument':
    case 'commander.excessArguments':
      return `${problem.replace(/\.$/, '')}; usage: ${[program.name(), ...path].join(' ')} ${command.usage()}`;
    default:
      return `${problem}; see ${help}`;
  }
}

function didYouMean(problem: string, name: string): string {
  return `${problem}; did you mean ${name}?`;
}

/** The command that the first words name, those words, and the others. */
function walk(
  program: Command,
  args: readonly string[],
): { readonly command: Command; readonly path: readonly string[]; readonly rest: readonly string[] } {
  let command = program;
  let depth = 0;
  for (; depth < args.length; depth += 1) {
    const next = command.commands.find((each) => each.name() === args[depth]);
    if (next === undefined) break;
    command = next;
  }
  return { command, path: args.slice(0, depth), rest: args.slice(depth) };
}
