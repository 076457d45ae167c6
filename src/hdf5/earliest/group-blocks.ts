import { ascii, joined, u8, u16, u32, u64, undefinedAddress } from '../bytes.ts';
import { aligned, type Message, objectHeader, padded, symbolTableMessage } from './messages.ts';

/** Half of the names in a symbol table node, and of the children of a tree node: what the superblock says. */
export const leafK = 4;
export const internalK = 16;

const entryBytes = 40;
const symbolNodeBytes = 8 + 2 * leafK * entryBytes;
const treeNodeBytes = 24 + 8 * (2 * internalK + 1) + 8 * 2 * internalK;
const heapHeaderBytes = 32;

export interface Member {
  /** In UTF-8. */
  readonly name: Uint8Array;
  /** Of the object's header. */
  readonly address: number;
}

/** Where the parts of a group stand. */
export interface GroupPlaces {
  readonly address: number;
  readonly treeAddress: number;
  readonly heapAddress: number;
}

/** A node that others lead to: what it has stands behind the name at `before`, up to that at `last`. */
interface Child {
  readonly address: number;
  /** Places of names in the heap. */
  readonly before: number;
  readonly last: number;
}

/**
 * All of a group, its header first: a heap with the names, nodes with the entries in the order of their names, and the
 * tree that finds them.
 *
 * @param address where it is to stand
 */
export function groupBlocks(
  path: string,
  members: readonly Member[],
  attributes: readonly Message[],
  address: number,
): GroupPlaces & { readonly bytes: Uint8Array } {
  const sorted = members.toSorted((one, other) => Buffer.compare(one.name, other.name));
  // The heap begins with the empty name, which stands before all others.
  const names = sorted.map(({ name }) => padded(joined(name, u8(0))));
  const heapBytes = names.reduce((sum, { length }) => sum + length, 8);
  const header = (tree: number, heap: number) =>
    objectHeader(path, [symbolTableMessage(tree, heap), ...attributes]);
  const heapAddress = address + aligned(header(0, 0).length);
  const symbolsAddress = heapAddress + heapHeaderBytes + heapBytes;
  const { nodes, children } = symbolNodes(sorted, names, symbolsAddress);
  const tree = treeNodes(children, symbolsAddress + nodes.length * symbolNodeBytes);
  const noFreeSpace = 1;
  const heap = joined(
    ascii('HEAP'),
    u32(0),
    u64(heapBytes),
    u64(noFreeSpace),
    u64(heapAddress + heapHeaderBytes),
  );
  return {
    bytes: Buffer.concat([
      padded(header(tree.rootAddress, heapAddress)),
      heap,
      new Uint8Array(8),
      ...names,
      ...nodes,
      ...tree.nodes,
    ]),
    address,
    treeAddress: tree.rootAddress,
    heapAddress,
  };
}

function symbolNodes(members: readonly Member[], names: readonly Uint8Array[], address: number) {
  const nodes: Uint8Array[] = [];
  const children: Child[] = [];
  let last = 0;
  let next = 8;
  for (let from = 0; from < members.length; from += 2 * leafK) {
    const part = members.slice(from, from + 2 * leafK);
    const before = last;
    const entries = part.map((member, i) => {
      last = next;
      next += (names[from + i] as Uint8Array).length;
      return symbolEntry(last, member.address);
    });
    children.push({ address: address + nodes.length * symbolNodeBytes, before, last });
    nodes.push(sized(symbolNodeBytes, ascii('SNOD'), u8(1, 0), u16(part.length), ...entries));
  }
  return { nodes, children };
}

/** Level above level, up to the one node that is the root. */
function treeNodes(leaves: readonly Child[], address: number) {
  const nodes: Uint8Array[] = [];
  let children = leaves;
  for (let level = 0; ; level++) {
    const above: Child[] = [];
    const count = Math.max(1, Math.ceil(children.length / (2 * internalK)));
    for (let i = 0; i < count; i++) {
      const part = children.slice(i * 2 * internalK, (i + 1) * 2 * internalK);
      const at = address + nodes.length * treeNodeBytes;
      const left = i === 0 ? undefinedAddress : at - treeNodeBytes;
      const right = i === count - 1 ? undefinedAddress : at + treeNodeBytes;
      const [before, last] = [part[0]?.before ?? 0, part.at(-1)?.last ?? 0];
      const entries = part.flatMap((child) => [u64(child.address), u64(child.last)]);
      const start = joined(ascii('TREE'), u8(0, level), u16(part.length), u64(left), u64(right), u64(before));
      nodes.push(sized(treeNodeBytes, start, ...entries));
      above.push({ address: at, before, last });
    }
    if (above.length === 1) return { nodes, rootAddress: (above[0] as Child).address };
    children = above;
  }
}

/** Without what readers could find there before they look into the object. */
function symbolEntry(nameAt: number, address: number): Uint8Array {
  return joined(u64(nameAt), u64(address), new Uint8Array(entryBytes - 16));
}

function sized(sizeBytes: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(joined(...parts));
  return bytes;
}

export const superblockBytes = 96;

/** Version 0. */
export function superblock(root: GroupPlaces, endAddress: number): Uint8Array {
  const [offsetBytes, lengthBytes, hasTree] = [8, 8, 1];
  return joined(
    ascii('\x89HDF\r\n\x1a\n'),
    u8(0, 0, 0, 0, 0, offsetBytes, lengthBytes, 0),
    u16(leafK),
    u16(internalK),
    u32(0),
    u64(0),
    u64(undefinedAddress),
    u64(endAddress),
    u64(undefinedAddress),
    u64(0),
    u64(root.address),
    u32(hasTree),
    u32(0),
    u64(root.treeAddress),
    u64(root.heapAddress),
  );
}
