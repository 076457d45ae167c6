import { z } from 'zod';
import { parseDurationMs } from '../shared/duration.ts';

const expectedMap = (expected: string) => ({
  error: ({ code }: { readonly code?: string | undefined }) =>
    code === 'unrecognized_keys' ? undefined : expected,
});

const nameText = 'a name of letters, digits, _, - and . (at most 100)';
const portText = 'a port, a number from 1 to 65535';
const countText = 'a whole number above 0';
const amountText = 'a whole number, 0 or more';
const addressText = 'tcp://HOST:PORT, ipc://PATH or the name of a simulated stream of this file';
const rateText = 'a number above 0 and at most 1000';
const durationText = 'a length of time such as 200ms or 1s';

const name = z.string({ error: nameText }).regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, { error: nameText });
const port = z.int({ error: portText }).min(1, { error: portText }).max(65_535, { error: portText });
const count = z.int({ error: countText }).min(1, { error: countText });
const amount = z.int({ error: amountText }).min(0, { error: amountText });
const rate = z.number({ error: rateText }).positive({ error: rateText }).max(1000, { error: rateText });
const bind = z.string({ error: 'an address of this machine, or *' }).min(1).default('127.0.0.1');
const fanOut = z.enum(['push', 'pub'], { error: 'push or pub' }).default('push');
const address = z.string({ error: addressText }).min(1, { error: addressText });

const size = z
  .string({ error: 'WIDTHxHEIGHT, such as 320x240' })
  .regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, { error: 'WIDTHxHEIGHT, such as 320x240' })
  .transform((text) => text.split('x').map(Number) as [number, number]);

const duration = z.union([z.string(), z.number()], { error: durationText }).transform((value, context) => {
  try {
    return parseDurationMs(String(value));
  } catch {
    context.addIssue({ code: 'custom', message: durationText });
    return z.NEVER;
  }
});

const simulated = z.strictObject(
  {
    port,
    bind,
    fanOut,
    rate: rate.default(100),
    scalars: amount.optional(),
    waveforms: amount.optional(),
    waveformLength: count.optional(),
    images: amount.optional(),
    imageSize: size.optional(),
    strings: amount.optional(),
    compression: z
      .enum(['none', 'lz4', 'bitshuffle_lz4'], { error: 'none, lz4 or bitshuffle_lz4' })
      .optional(),
  },
  expectedMap('a map with port, rate, scalars, waveforms, images and strings'),
);

const channelText = 'the name of a channel, or a map with channel, sensor and rate';
const sensor = z.preprocess(
  (value) => (typeof value === 'string' ? { channel: value } : value),
  z.strictObject(
    {
      channel: z.string({ error: channelText }).min(1, { error: channelText }),
      sensor: z
        .string()
        .regex(/^\P{Cc}{1,500}$/u, { error: 'a key of 1 to 500 characters on one line' })
        .optional(),
      rate: rate.default(10),
    },
    expectedMap(channelText),
  ),
);

const buffer = z.strictObject(
  {
    from: z.preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(address, { error: `${addressText}, or a list of these` }).min(1, { error: addressText }),
    ),
    mode: z.enum(['pull', 'sub'], { error: 'pull or sub' }).optional(),
    port,
    bind,
    fanOut,
    length: count.default(100),
    bytes: count.optional(),
    lateness: duration.optional(),
    analyzer: z.boolean({ error: 'true or false' }).default(false),
    statusPort: port.optional(),
    sensors: z.preprocess(
      (value) => value ?? [],
      z.array(sensor, { error: 'a list of channels that become sensors' }),
    ),
  },
  expectedMap('a map with from, port, length and sensors'),
);

const streamText = 'a map with name, and simulate or buffer';

/** The `streams` of an instrument.yaml. */
export const streamsSchema = z.preprocess(
  (value) => value ?? [],
  z.array(
    z
      .strictObject(
        { name, simulate: simulated.optional(), buffer: buffer.optional() },
        expectedMap(streamText),
      )
      .refine(({ simulate, buffer: kept }) => (simulate === undefined) !== (kept === undefined), {
        error: streamText,
      }),
    { error: 'a list of streams, such as - {name: beam, buffer: {from: tcp://source:9999, port: 8082}}' },
  ),
);

/** The names that each kind of map in it has. */
export const namesInStreams = {
  stream: ['name', 'simulate', 'buffer'],
  simulate: Object.keys(simulated.shape),
  buffer: Object.keys(buffer.shape),
  sensor: ['channel', 'sensor', 'rate'],
} as const;
