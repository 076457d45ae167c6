import type { ChannelDefinition, DataHeader } from '../bsread/index.ts';
import { declaredForm } from './form.ts';
import type { RecordedChannel } from './recorded-channel.ts';

/** What to do with the frames of one channel of a header. */
export interface PlannedChannel {
  readonly channel: RecordedChannel;
  readonly definition: ChannelDefinition;
  /** Of its data; the timestamp follows. */
  readonly frameIndex: number;
  readonly isBigEndian: boolean;
  /** Of the form that is declared; empty where only a value tells it. */
  readonly declaredKey: string;
  /** The size of a frame that can be copied as it is; -1 where none can. */
  readonly copiedBytes: number;
}

/** The channels of a header, found once for all messages that have it. */
export interface HeaderPlan {
  readonly channels: readonly PlannedChannel[];
  /** Indexes of frames whose values are not kept, as their channel stands in the header again behind them. */
  readonly repeatedFrames: readonly number[];
}

/** @param find the channel in the file; undefined for one that is not recorded */
export function planHeader(
  { channels }: DataHeader,
  find: (definition: ChannelDefinition) => RecordedChannel | undefined,
): HeaderPlan {
  const places = new Map<RecordedChannel, PlannedChannel>();
  const repeatedFrames: number[] = [];
  for (const [index, definition] of channels.entries()) {
    const channel = find(definition);
    if (channel === undefined) continue;
    const before = places.get(channel);
    // As in the reference, the last one counts.
    if (before !== undefined) repeatedFrames.push(before.frameIndex);
    const form = declaredForm(definition);
    const isCopied = definition.isPlainScalar && definition.type !== 'bool';
    places.set(channel, {
      channel,
      definition,
      frameIndex: 2 + 2 * index,
      isBigEndian: definition.encoding === 'big',
      declaredKey: form?.key ?? '',
      copiedBytes: isCopied ? (form?.rowBytes ?? -1) : -1,
    });
  }
  return { channels: [...places.values()], repeatedFrames };
}
