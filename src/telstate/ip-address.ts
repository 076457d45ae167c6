import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number, so that neighbours can be told and counted. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly number: bigint;
}

/** The address that a text stands for; IPv4 in four parts, IPv6 without a zone; `undefined` for all else. */
export function ipAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, number: joined(text.split('.'), 10, 8n) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return { family: 6, number: joined([...before, ...zeros, ...after], 16, 16n) };
}

/** Whether there is such an address: 32 bits for IPv4, 128 for IPv6. */
export function isWithinFamily({ family, number }: IpAddress): boolean {
  return number >> (family === 4 ? 32n : 128n) === 0n;
}

/** The text of an address; IPv6 as RFC 5952 has it (lower case, longest run of zeros as `::`, mapped IPv4 in dots). */
export function ipText({ family, number }: IpAddress): string {
  if (family === 4) return dotted(number);
  if (number >> 32n === 0xffffn) return `::ffff:${dotted(number & 0xffffffffn)}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const longest = [...text.matchAll(/\b0(?::0)+\b/g)].reduce<RegExpExecArray | undefined>(
    (best, run) => (best !== undefined && best[0].length >= run[0].length ? best : run),
    undefined,
  );
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index).replace(/:$/, '');
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [group];
    const number = joined(group.split('.'), 10, 8n);
    return [(number >> 16n).toString(16), (number & 0xffffn).toString(16)];
  });
}

function joined(parts: readonly string[], base: 10 | 16, bits: bigint): bigint {
  return parts.reduce((number, part) => (number << bits) | BigInt(Number.parseInt(part, base)), 0n);
}

function dotted(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 0xffn).join('.');
}
