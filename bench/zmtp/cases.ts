/** Who moves the messages. `socket` is a bare TCP connection that moves as many bytes, and knows no messages. */
export const kinds = ['alidade', 'zeromq', 'pyzmq', 'socket'] as const;
export type Kind = (typeof kinds)[number];

export type Pattern = 'push-pull' | 'pub-sub';

export interface Case {
  readonly name: string;
  readonly pattern: Pattern;
  readonly sizesBytes: readonly number[];
  readonly toReach: string;
}

/** As in a stream of scalars: values of 8 bytes, each with its time of 16. */
const smallFrames = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 8 : 16));

export const cases: readonly Case[] = [
  { name: '200 small frames', pattern: 'push-pull', sizesBytes: smallFrames, toReach: '5 × zeromq' },
  {
    name: '20 frames of 16 KiB',
    pattern: 'push-pull',
    sizesBytes: Array.from({ length: 20 }, () => 16 * 1024),
    toReach: '1.5 × zeromq',
  },
  {
    name: 'one frame of 2 MiB',
    pattern: 'push-pull',
    sizesBytes: [2 * 1024 * 1024],
    toReach: '0.8 × zeromq',
  },
  { name: 'one small frame', pattern: 'push-pull', sizesBytes: [16], toReach: '1 × zeromq' },
  {
    name: '200 small frames, published',
    pattern: 'pub-sub',
    sizesBytes: smallFrames,
    toReach: '5 × zeromq',
  },
];
