import { AlidadeError } from '../../shared/errors.ts';

export function undecodable(reason: string): AlidadeError {
  return new AlidadeError('ALI_DECODE', reason);
}

/** What can be wrong with an LZ4 block; the numbers are those of assembly/fault.ts. */
export const lz4Faults = {
  1: 'ends in the middle of a sequence',
  2: 'holds more bytes than its value has',
  3: 'holds fewer bytes than its value has',
  4: 'refers to bytes before its beginning',
} as const;

export type Lz4Fault = keyof typeof lz4Faults;

export function lz4Fault(fault: Lz4Fault): AlidadeError {
  return undecodable(`the LZ4 block ${lz4Faults[fault]}`);
}

/** The block of a bitshuffle body that begins at byte `at` of the plain value is broken. */
export function blockFault(fault: Lz4Fault, at: number, blockBytes: number, sizeBytes: number): AlidadeError {
  return undecodable(`${blockName(at, blockBytes, sizeBytes)} ${lz4Faults[fault]}`);
}

/** The length of a block runs over what is there, or over what any block of its size takes. */
export function blockCut(at: number, blockBytes: number, sizeBytes: number): AlidadeError {
  return undecodable(
    `${blockName(at, blockBytes, sizeBytes)} is longer than it can be, or than what is left of the frame`,
  );
}

function blockName(at: number, blockBytes: number, sizeBytes: number): string {
  return `block ${Math.floor(at / blockBytes) + 1} of ${Math.ceil(sizeBytes / blockBytes)}`;
}
