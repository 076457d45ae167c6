import type { LogRules } from '../logging/log-rule.ts';
import { moduleRecords } from '../modules/records.ts';

/** Entries that only files of one generation have at the top. */
const signs: readonly (readonly [LogRules, readonly string[]])[] = [
  ['v1', ['nodename', 'providers']],
  [
    'v3',
    [
      'dripline_mesh',
      'runtime-config',
      'auth_groups',
      'auth_file',
      'enable_scheduling',
      'loop_timeout_ms',
      'restart_on_error',
    ],
  ],
  ['v2', ['broker', 'exchange', 'setup_calls']],
];

/**
 * Whose form a file has. v1 and v2 look the same but for the oldest form of v1, and are taken for v2; `logRules: v1` at the
 * top says otherwise. A file without any sign is one of ours.
 */
export function generationOf(entries: ReadonlyMap<string, unknown>, modules: ReadonlySet<string>): LogRules {
  const sign = signs.find(([, names]) => names.some((name) => entries.has(name)));
  if (sign !== undefined) return sign[0];
  if (modules.has('Spimescape') || modules.has('Gogol')) return 'v2';
  return onlyInV2.some((name) => modules.has(name)) ? 'v2' : 'alidade';
}

/** Classes that v3 has under another name. */
const onlyInV2: readonly string[] = moduleRecords.flatMap(({ names }) =>
  (names.v2 ?? []).filter((name) => !(names.v3 ?? []).includes(name)),
);
