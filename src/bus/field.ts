/**
 * A value in a header, with its type on the wire of AMQP 0-9-1 (as RabbitMQ and its clients use the tags). A peer may
 * tell an unsigned number from a signed one, so a writer chooses the tag and a reader sees the one that came.
 *
 * `b B s u I i` are integers of 8, 16 and 32 bits, signed and unsigned in turn; `l` is a signed one of 64 bits; `f` and
 * `d` are floats of 32 and 64 bits; `S` is text, `x` bytes, `T` Unix time in seconds, `A` a list, `F` a table, `V` nothing.
 */
export type Field =
  | { readonly tag: 'b' | 'B' | 's' | 'u' | 'I' | 'i' | 'f' | 'd'; readonly value: number }
  | { readonly tag: 'l' | 'T'; readonly value: bigint }
  | { readonly tag: 't'; readonly value: boolean }
  | { readonly tag: 'S'; readonly value: string }
  | { readonly tag: 'x'; readonly value: Uint8Array }
  | { readonly tag: 'D'; readonly value: { readonly places: number; readonly digits: number } }
  | { readonly tag: 'A'; readonly value: readonly Field[] }
  | { readonly tag: 'F'; readonly value: FieldTable }
  | { readonly tag: 'V'; readonly value: null };

export type FieldTag = Field['tag'];

/** Fields by name, in the order of the wire. */
export type FieldTable = ReadonlyMap<string, Field>;

/** An unsigned number of 32 bits. */
export const uint32 = (value: number): Field => ({ tag: 'i', value });

export const text = (value: string): Field => ({ tag: 'S', value });

/** A table in a table. */
export const table = (fields: Readonly<Record<string, Field>>): Field & { readonly tag: 'F' } => ({
  tag: 'F',
  value: new Map(Object.entries(fields)),
});
