/** The words of a command line, where options are spelled as the reference does: `--log_level` is `--log-level`. */
export function withDashes(args: readonly string[]): readonly string[] {
  return args.map((word) => {
    const [name = ''] = /^--[a-z]+(?:_[a-z]+)+(?==|$)/.exec(word) ?? [];
    return name.replaceAll('_', '-') + word.slice(name.length);
  });
}
