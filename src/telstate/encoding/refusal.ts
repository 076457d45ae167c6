import { Fault } from './fault.ts';

const maxShownSteps = 12;

/**
 * Why a value cannot be encoded. It collects the way to the place while it is thrown outward through the containers,
 * so that encoding itself keeps no track of where it is.
 */
export class Refusal extends Error {
  private readonly steps: string[] = [];
  private readonly containers: object[] = [];

  /**
   * The refusal as seen one container further out, `step` being an index, a key, or undefined for a key that is not
   * text. Other errors pass through as they are.
   */
  static at(error: unknown, container: object, step: string | number | undefined): unknown {
    const refusal = error instanceof Fault ? new Refusal(error.message) : error;
    if (refusal instanceof Refusal) {
      refusal.steps.push(typeof step === 'string' ? keyStep(step) : `[${step ?? 'a key'}]`);
      refusal.containers.push(container);
    }
    return refusal;
  }

  static surrogate(text: string): Refusal {
    const at = Array.from(text).findIndex((char) => !char.isWellFormed());
    return new Refusal(
      `the text has a lone surrogate as character ${at}, which has no UTF-8 form; store its bytes instead`,
    );
  }

  static integer(value: bigint): Refusal {
    const text = String(value);
    const shown = text.length > 40 ? `${text.slice(0, 20)}… (${text.length} characters)` : text;
    return new Refusal(`the integer ${shown} is outside -2^63 to 2^64 - 1; store it as a float or as text`);
  }

  static tooMany(limit: number): Refusal {
    return new Refusal(
      `it holds more than ${limit} compound values (lists, dicts, bytes, ...); use a NumPy array`,
    );
  }

  static tooLong(what: string): Refusal {
    return new Refusal(`${what} of 4 GiB or more cannot be stored; split the value`);
  }

  static tooDeep(limit: number, container: object, levels = 'levels'): Refusal {
    const refusal = new Refusal(`it is nested deeper than ${limit} ${levels}; flatten it`);
    refusal.containers.push(container);
    return refusal;
  }

  static key(key: unknown): Refusal {
    return new Refusal(
      `${nameOf(key)} cannot be a key of a dict, because Python cannot hash it; use text, a number or a tuple of these`,
    );
  }

  /** The message for the caller. */
  describe(): string {
    const inward = this.steps.toReversed();
    const cycle = this.cycle();
    const shown =
      cycle ?? inward.slice(0, maxShownSteps).join('') + (inward.length > maxShownSteps ? '…' : '');
    const why = cycle === undefined ? this.message : 'it contains itself; store it without the cycle';
    return `cannot encode value${shown}: ${why}`;
  }

  /** The way to the first container that stands inside itself, if there is one. */
  private cycle(): string | undefined {
    const inward = this.containers.toReversed();
    const steps = this.steps.toReversed();
    const seen = new Set<object>();
    for (const [i, container] of inward.entries()) {
      if (seen.has(container)) return steps.slice(0, i).join('');
      seen.add(container);
    }
    return undefined;
  }
}

function keyStep(key: string): string {
  const shown = key.length > 40 ? `${key.slice(0, 40)}…` : key;
  return /^[A-Za-z_$][\w$]*$/.test(shown) ? `.${shown}` : `[${JSON.stringify(shown)}]`;
}

/** The refusal of a value whose type has no form in telescope state, with what to do instead. */
export function refusalOf(value: unknown): Refusal {
  return new Refusal(`${nameOf(value)} has no form in telescope state; ${remedyFor(value)}`);
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== ''
    ? `an instance of ${name.slice(0, 60)}`
    : 'an object of a class';
}

function remedyFor(value: unknown): string {
  if (value === undefined) return 'use null or leave it out';
  if (typeof value === 'function') return 'call it and store what it returns';
  if (typeof value === 'symbol') return 'store its description as text';
  if (value instanceof Date) return 'store its time in seconds (date.getTime() / 1000) or as text';
  if (value instanceof Set) return 'store it as a list ([...set])';
  if (value instanceof Map) return 'store it as a Map itself, not as a subclass';
  if (value instanceof Promise) return 'await it first';
  if (value instanceof DataView) return 'store its bytes as a Uint8Array';
  return 'store a plain object, list, text or number';
}
