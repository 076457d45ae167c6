import type { Argument, Command, Option } from 'commander';

/** Where on a command line a word is to be completed. */
export interface Place {
  readonly command: Command;
  /** The option whose value is wanted. */
  readonly option: Option | undefined;
  /** The argument that is wanted, where it is neither an option nor a command. */
  readonly argument: Argument | undefined;
  /** Whether options are still read: not after `--`. */
  readonly allowsOptions: boolean;
  /** Whether the name of a verb may stand here. */
  readonly allowsCommands: boolean;
  /** Values of options that were given before, by long name; without a value ''. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** Arguments that were given before. */
  readonly operands: readonly string[];
}

/** Follows the words before the one to complete through nouns, verbs, options and arguments. */
export function placeAfter(program: Command, words: readonly string[]): Place {
  let command = program;
  let option: Option | undefined;
  const operands: string[] = [];
  let allowsOptions = true;
  const given = new Map<string, string[]>();
  const note = (name: string, value: string) => given.set(name, [...(given.get(name) ?? []), value]);
  for (const word of words) {
    if (option !== undefined && !word.startsWith('-')) {
      note(option.long ?? '', word);
      if (!option.variadic) option = undefined;
      continue;
    }
    option = undefined;
    if (allowsOptions && word === '--') allowsOptions = false;
    else if (allowsOptions && word.startsWith('-')) {
      const [name = '', value] = word.split(/=(.*)/s);
      const known = optionOf(command, name);
      note(known?.long ?? name, value ?? '');
      if (known !== undefined && takesValue(known) && value === undefined) option = known;
    } else {
      const verb = operands.length === 0 ? commandsOf(command).find((one) => one.name() === word) : undefined;
      if (verb === undefined) operands.push(word);
      else command = verb;
    }
  }
  const list = command.registeredArguments;
  const last = list.at(-1);
  return {
    command,
    option,
    argument: list[operands.length] ?? (last?.variadic === true ? last : undefined),
    allowsOptions,
    allowsCommands: operands.length === 0,
    given,
    operands,
  };
}

export function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}

export function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

/** The verbs of a command, without those that are for programs. */
export function commandsOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}
