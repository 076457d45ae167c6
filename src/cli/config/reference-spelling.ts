/** The verb, with its options, for each way in which psi_example.py is called. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  '-p': ['populate'],
  '--populate': ['populate'],
  '-q': ['dump'],
  '--query': ['dump'],
  '-k': ['query'],
  '--key': ['query'],
  '-l': ['listen'],
  '--listen': ['listen'],
  '-u': ['update'],
  '--update': ['update'],
  '-f': ['fetch', '--format', 'python'],
  '--fetch': ['fetch', '--format', 'python'],
};

/**
 * The words of a command line, where `alidade config -u HASH,KEY,VALUE` and its kin, as people know them from
 * psi_example.py, are the verbs that they stand for.
 */
export function withVerb(args: readonly string[]): readonly string[] {
  const [noun = '', word = '', ...rest] = args;
  // As there, -k NAME says all that -q would.
  const words =
    (word === '-q' || word === '--query') && /^(-k|--key)$/.test(rest[0] ?? '') ? rest : [word, ...rest];
  const [, name = '', value] = /^(--\w+)=(.*)$/s.exec(words[0] ?? '') ?? [undefined, words[0]];
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) return args;
  return [noun, ...verb, ...(value === undefined ? [] : [value]), ...words.slice(1)];
}
