import type { ChannelDefinition } from '../channel-definition.ts';
import type { DataHeader } from '../data-header.ts';

/** What a consumer of a channel would notice of its definition. */
const formOf = ({ type, shape, encoding, compression, modulo, offset }: ChannelDefinition) =>
  JSON.stringify([type, shape, encoding, compression, modulo, offset]);

/** The names of channels that came, went, or are of another form. */
export function headerDifference(before: DataHeader, after: DataHeader) {
  const old = new Map(before.channels.map((channel) => [channel.name, formOf(channel)]));
  const now = new Map(after.channels.map((channel) => [channel.name, formOf(channel)]));
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].filter(([name, form]) => old.has(name) && old.get(name) !== form).map(([name]) => name),
  };
}
