import { z } from 'zod';
import { streamsSchema } from './stream-schema.ts';

/** Samples a second. Beyond a hundred, timers come late: that is the realm of streams. */
export const rateLimitsHz = { least: 1 / 86_400, most: 100 };
export const defaultRateHz = 10;

const shortText = (what: string) =>
  z
    .string({ error: what })
    .min(1, { error: what })
    .max(1000, { error: 'text of at most 1000 characters' })
    .regex(/^\P{Cc}*$/u, { error: 'text on one line' });

const nameText = 'a name of letters, digits, _, - and . that begins with a letter or digit (at most 100)';
const nameOfInstrument = z
  .string({ error: nameText })
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, { error: nameText });

const key = z.string().regex(/^\P{Cc}{1,500}$/u, { error: 'a key of 1 to 500 characters on one line' });

const expressionText = 'an expression, such as 20 + 5 * sin(2*pi*t/600) + noise(0.1)';
const expression = z.preprocess(
  // A constant is an expression too.
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string({ error: expressionText }).min(1, { error: expressionText }),
);

const rateText = 'a number of samples a second, from 1/86400 (one a day) to 100';
const rate = z
  .number({ error: rateText })
  .min(rateLimitsHz.least, { error: rateText })
  .max(rateLimitsHz.most, { error: rateText })
  .default(defaultRateHz);

const simulateText = 'an expression for the value, or a map with value and rate';
const simulate = z.preprocess(
  (value) => (typeof value === 'string' || typeof value === 'number' ? { value } : value),
  z.strictObject({ value: expression, rate }, { error: mapError(simulateText) }),
);

const sensor = orEmpty(
  z.strictObject(
    {
      units: shortText('text, such as m/s').optional(),
      description: shortText('text').optional(),
      simulate: simulate.optional(),
    },
    { error: mapError('a map with units, description and simulate') },
  ),
);

const keepText = 'a length of time such as 7d, 12h or 30m, or forever';
const keepLastText = 'a number of samples, 1 or more';
const retentionRule = z
  .strictObject(
    {
      keys: shortText("a glob of keys, such as 'wind_*'"),
      keep: z
        .preprocess(
          (value) => (typeof value === 'number' ? String(value) : value),
          z.string({ error: keepText }).min(1, { error: keepText }),
        )
        .optional(),
      keepLast: z.int({ error: keepLastText }).min(1, { error: keepLastText }).optional(),
    },
    { error: mapError('a map with keys, and keep or keepLast') },
  )
  .refine(({ keep, keepLast }) => keep !== undefined || keepLast !== undefined, {
    error: 'a map that says keep, keepLast or both',
  });

const state = orEmpty(
  z.strictObject(
    {
      snapshot: shortText('the name of an RDB file').optional(),
      attributes: orEmpty(
        z.record(key, z.unknown(), { error: mapError('a map of attributes and their values') }),
      ),
      sensors: orEmpty(z.record(key, sensor, { error: mapError('a map of sensors') })),
      retention: z.preprocess(
        (value) => value ?? [],
        z.array(retentionRule, { error: 'a list of rules, such as - {keys: wind_*, keep: 7d}' }),
      ),
    },
    { error: mapError('a map with snapshot, attributes, sensors and retention') },
  ),
);

const wireText = 'v1, v2 or v3';
const wire = z.enum(['v1', 'v2', 'v3'], { error: wireText });

/**
 * The form of an `instrument.yaml`. The text of each error is what was expected; what was found, and where, the reader
 * of the file adds.
 */
export const instrumentSchema = z.strictObject(
  {
    name: nameOfInstrument,
    description: shortText('text').optional(),
    store: shortText('the URL of a store, such as sqlite:FOLDER or redis://HOST').optional(),
    configurations: shortText('the name of a JSON file of configurations').optional(),
    bus: shortText('the URL of a bus: local:, local:FOLDER, amqp://HOST or amqps://HOST').optional(),
    wire: wire.optional(),
    targets: orEmpty(
      z.record(key, wire, { error: mapError('a map of endpoints or services and their generation') }),
    ),
    // Each is a file of its own, or the same written here: whoever serves it reads it.
    services: z.preprocess(
      (value) => value ?? [],
      z.array(z.unknown(), { error: 'a list of services, such as - file: kv-store.yaml' }),
    ),
    streams: streamsSchema,
    state,
  },
  {
    error: mapError(
      'a map with name, description, store, configurations, bus, wire, targets, services, streams and state',
    ),
  },
);

/** The names that each kind of map in the file has. */
export const namesIn = {
  instrument: [
    'name',
    'description',
    'store',
    'configurations',
    'bus',
    'wire',
    'targets',
    'services',
    'streams',
    'state',
  ],
  state: ['snapshot', 'attributes', 'sensors', 'retention'],
  retention: ['keys', 'keep', 'keepLast'],
  sensor: ['units', 'description', 'simulate'],
  simulate: ['value', 'rate'],
} as const;

/** A map that may be left out, or left empty: `wind_speed:` is a sensor of which nothing is said. */
function orEmpty<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => value ?? {}, schema);
}

/** Unknown names are told by the reader of the file, which knows where they stand. */
function mapError(expected: string) {
  return ({ code }: { readonly code?: string | undefined }) =>
    code === 'unrecognized_keys' ? undefined : expected;
}
