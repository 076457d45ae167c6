import { messageOf } from '../shared/errors.ts';
import { type ChannelDefinition, parseChannelDefinition } from './channel-definition.ts';
import { isCompression } from './channel-type.ts';
import { decompress } from './compression/index.ts';
import { JsonFault, type JsonObject, parseObject } from './json.ts';

/** The second frame of a message. It is the same object for all messages with the same header. */
export interface DataHeader {
  /** As the main header gave it. */
  readonly hash: string;
  readonly channels: readonly ChannelDefinition[];
  /** As sent, perhaps compressed. */
  readonly frame: Uint8Array;
  /** Of its JSON, decompressed. */
  readonly sizeBytes: number;
  /** Every key as sent. */
  readonly raw: JsonObject;
}

/** Enough for as many channels as a message can have (maxChannels), with a line of metadata each. */
const maxHeaderBytes = 8 * 1024 * 1024;
/** As many as fit into the 65 536 frames of a message. */
const maxChannels = 32_767;

/** @throws JsonFault */
export function parseDataHeader(frame: Uint8Array, hash: string, compression: string): DataHeader {
  const plain = decompressed(frame, compression);
  const raw = parseObject(plain);
  const { channels } = raw;
  if (!Array.isArray(channels)) throw new JsonFault('it has no list of channels');
  if (channels.length > maxChannels) {
    throw new JsonFault(`it has ${channels.length} channels; the most are ${maxChannels}`);
  }
  return { hash, channels: channels.map(parseChannelDefinition), frame, sizeBytes: plain.length, raw };
}

function decompressed(frame: Uint8Array, compression: string): Uint8Array {
  if (!isCompression(compression)) {
    throw new JsonFault(`its compression ${JSON.stringify(compression).slice(0, 80)} is not known`);
  }
  const bytes = compression === 'none' ? frame : inflate(frame, compression);
  if (bytes.length > maxHeaderBytes) {
    throw new JsonFault(`it has ${bytes.length} bytes; the most are ${maxHeaderBytes}`);
  }
  return bytes;
}

function inflate(frame: Uint8Array, compression: 'lz4' | 'bitshuffle_lz4'): Uint8Array {
  try {
    return decompress(frame, { compression, elementBytes: 1, byteOrder: 'little', maxBytes: maxHeaderBytes });
  } catch (error) {
    throw new JsonFault(messageOf(error));
  }
}
