import { ByteReader, FrameWriter, firstKind } from '../../ipc/index.ts';
import type { Properties } from '../bus.ts';
import type { WireBinding } from '../wire/binding.ts';
import { readProperties, writeProperties } from '../wire/properties.ts';

/** What processes of a `local:` bus say to each other. */
export type Frame =
  /** I have this queue, with these bindings. Who is asked (not 0) says yes when it knows. */
  | {
      readonly say: 'queue';
      readonly question: number;
      readonly queue: string;
      readonly bindings: readonly WireBinding[];
    }
  | { readonly say: 'no-queue'; readonly question: number; readonly queue: string }
  /** I want a queue of this name; you may object. */
  | { readonly say: 'claim'; readonly question: number; readonly queue: string }
  | { readonly say: 'yes'; readonly question: number }
  /** The process of this id has it, or has wanted it first. */
  | { readonly say: 'no'; readonly question: number; readonly holder: string }
  | WireMessage
  /** None of my queues took the message that came with this token. */
  | { readonly say: 'return'; readonly token: number }
  /** So many messages were dropped for you, because you did not read. */
  | { readonly say: 'missed'; readonly count: number };

export interface WireMessage {
  readonly say: 'message';
  /** 0 where the sender does not want to know whether somebody took it. */
  readonly token: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Properties;
  readonly body: Uint8Array;
}

const kinds = ['queue', 'no-queue', 'claim', 'yes', 'no', 'message', 'return', 'missed'] as const;
const kindOf = (say: Frame['say']) => firstKind + kinds.indexOf(say);

const writer = new FrameWriter();

/** @throws RangeError when a property, name or key is too long or does not fit its type */
export function writeFrame(frame: Frame): Buffer {
  writer.begin(kindOf(frame.say));
  switch (frame.say) {
    case 'queue':
      writer.uint32(frame.question);
      writer.shortText(frame.queue);
      for (const { exchange, key } of frame.bindings) {
        writer.shortText(exchange);
        writer.shortText(key);
      }
      break;
    case 'no-queue':
    case 'claim':
      writer.uint32(frame.question);
      writer.shortText(frame.queue);
      break;
    case 'yes':
      writer.uint32(frame.question);
      break;
    case 'no':
      writer.uint32(frame.question);
      writer.shortText(frame.holder);
      break;
    case 'message':
      writer.uint32(frame.token);
      writer.shortText(frame.exchange);
      writer.shortText(frame.routingKey);
      writeProperties(writer, frame.properties);
      writer.bytes(frame.body);
      break;
    case 'return':
      writer.uint32(frame.token);
      break;
    case 'missed':
      writer.uint32(frame.count);
      break;
  }
  return writer.end();
}

/** @throws RangeError when it is malformed */
export function readFrame(kind: number, content: Buffer): Frame {
  const say = kinds[kind - firstKind];
  const reader = new ByteReader(content);
  switch (say) {
    case 'queue':
      return { say, question: reader.uint32(), queue: reader.shortText(), bindings: readBindings(reader) };
    case 'no-queue':
    case 'claim':
      return { say, question: reader.uint32(), queue: reader.shortText() };
    case 'yes':
      return { say, question: reader.uint32() };
    case 'no':
      return { say, question: reader.uint32(), holder: reader.shortText() };
    case 'message':
      return {
        say,
        token: reader.uint32(),
        exchange: reader.shortText(),
        routingKey: reader.shortText(),
        properties: readProperties(reader),
        body: reader.rest(),
      };
    case 'return':
      return { say, token: reader.uint32() };
    case 'missed':
      return { say, count: reader.uint32() };
    default:
      throw new RangeError(`a frame of the unknown kind ${kind}`);
  }
}

function readBindings(reader: ByteReader): WireBinding[] {
  const bindings: WireBinding[] = [];
  while (!reader.isAtEnd) bindings.push({ exchange: reader.shortText(), key: reader.shortText() });
  return bindings;
}
