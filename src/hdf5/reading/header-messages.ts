import { damaged } from './damage.ts';
import { addressAt, type FileBytes } from './file-bytes.ts';

export interface ReadMessage {
  readonly type: number;
  readonly body: Buffer;
}

const continuation = 0x10;
/** A chain of more blocks than any object has leads in a circle. */
const mostBlocks = 100_000;

/** The messages of an object header, version 2, in their order. */
export async function readMessages(file: FileBytes, address: number): Promise<ReadMessage[]> {
  const start = await file.read(address, 12);
  if (start.toString('latin1', 0, 4) !== 'OHDR' || start[4] !== 2 || ((start[5] as number) & 0xfc) !== 0) {
    throw damaged(`${file.path}: no object of ours at byte ${address}`);
  }
  const width = 1 << ((start[5] as number) & 3);
  if (width === 8) throw damaged(`${file.path}: the object at byte ${address} is too large`);
  const prefix = 6 + width;
  const first = await file.block(address, prefix + start.readUIntLE(6, width) + 4, 'OHDR');
  const messages: ReadMessage[] = [];
  const areas = [first.subarray(prefix, -4)];
  for (let i = 0; i < areas.length; i++) {
    if (i > mostBlocks) throw damaged(`${file.path}: the object at byte ${address} has no end`);
    for (const message of messagesOf(areas[i] as Buffer)) {
      if (message.type !== continuation) {
        messages.push(message);
        continue;
      }
      const [next, sizeBytes] = [addressAt(message.body, 0) ?? -1, addressAt(message.body, 8) ?? -1];
      areas.push((await file.block(next, sizeBytes, 'OCHK')).subarray(4, -4));
    }
  }
  return messages;
}

function* messagesOf(area: Buffer): Generator<ReadMessage> {
  for (let at = 0; at + 4 <= area.length; ) {
    const type = area[at] as number;
    const end = at + 4 + area.readUInt16LE(at + 1);
    if (end > area.length) throw damaged('a message goes beyond its block');
    if (type !== 0) yield { type, body: area.subarray(at + 4, end) };
    at = end;
  }
}
