import type { CalibrationFunctions } from '../calibration/calibration.ts';

/** The functions that calibrations of `kv_store_key` call in dragonfly's tutorial. */
export const keyValueFunctions: CalibrationFunctions = {
  times2: multiply(2),
  times3: multiply(3),
};

function multiply(factor: number) {
  return {
    minOperands: 1,
    maxOperands: 1,
    float: 'always' as const,
    call: ([operand]: readonly unknown[], fault: (problem: string) => never) =>
      typeof operand === 'number' ? factor * operand : fault('this is not a number'),
  };
}
