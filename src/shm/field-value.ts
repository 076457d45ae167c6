import { Float, float, type PlainValue } from '../shared/exact-value.ts';

export { Float, float };

/** What a field holds when it is read. Integers beyond 2^53 are bigints. */
export type FieldValue = PlainValue;

/** What a field can be set to. */
export type SettableValue =
  | FieldValue
  | Float
  | readonly SettableValue[]
  | { readonly [key: string]: SettableValue };

/** Fields by their names, without `ts` and `sender`. */
export interface AnyFields {
  readonly [field: string]: FieldValue;
}

/** Frames of which nothing is known before the program runs. */
export interface AnyFrames {
  readonly [name: string]: AnyFields;
}

/**
 * What the type argument of a {@link SharedMemory} has to be: the fields of each frame, without `ts` and `sender`.
 *
 * @example
 * interface RobotFrames {
 *   BATTERY__measures: { uBat: number; cells: readonly number[] };
 * }
 * const shm = new SharedMemory<RobotFrames>(space);
 */
export type FrameTypes<T> = { readonly [N in keyof T]: object };

export type NameOf<T> = keyof T & string;

/** Fields to be set: some of the frame's own, and `ts` where it is not to be the present. */
export type SettableFields<F> = { readonly [K in keyof F]?: F[K] | Float } & { readonly ts?: number };
