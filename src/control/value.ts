import { type ExactValue, Float, float, type PlainValue } from '../shared/exact-value.ts';

export { type ExactValue, Float, float };

/** A value as endpoints and clients see it: JSON, with bigints for integers beyond 2^53. */
export type Value = PlainValue;

/**
 * What an endpoint may answer and what may be sent. Integers are written as such and other numbers as floats;
 * `float(4)` writes `4.0`. NaN and the infinities, which JSON has not, are written as null.
 */
export type Answer =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | ReadonlyMap<string, ExactValue>
  | readonly Answer[]
  | { readonly [key: string]: Answer };

/** What a method gives that may have no more to say than that it is done, a method without a return statement included. */
// biome-ignore lint/suspicious/noConfusingVoidType: `void` is what such a method returns.
export type Outcome = Answer | undefined | void;

/** A value, or the promise of one. */
export type Maybe<T> = T | Promise<T>;
