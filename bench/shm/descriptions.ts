import { parseDescriptions } from '../../src/shm/index.ts';

const five = '[["ts", 0.0], ["sender", ""], ["u", 0.0], ["i", 0.0], ["n", 0], ["label", ""], ["on", false]]';

/** Three frames of five fields, and one that carries the monotonic time of its sending. */
export const groupNames = ['BATTERY__measures', 'BATTERY__state', 'PROP__measures'] as const;
export const clockName = 'CLOCK__sent';

export const descriptions = parseDescriptions(
  `{${groupNames.map((name) => `"${name}": ${five}`).join(', ')}, "${clockName}": [["ts", 0.0], ["sender", ""], ["n", 0], ["sentNs", 0]]}`,
  'the frames of the benchmark',
);
