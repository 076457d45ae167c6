import type { Role, Side } from './party.ts';

/** Who sends to whom. libzmq to itself shows that a suite is right about libzmq. */
export const sides = [
  ['libzmq', 'libzmq'],
  ['alidade', 'libzmq'],
  ['libzmq', 'alidade'],
  ['alidade', 'alidade'],
] as const satisfies readonly (readonly [Side, Side])[];

export const pairs = [
  ['push', 'pull'],
  ['pub', 'sub'],
] as const satisfies readonly (readonly [Role, Role])[];
