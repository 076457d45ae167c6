import type { ChannelModel } from 'amqplib';
import { ByteReader, ByteWriter } from '../../ipc/index.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Properties } from '../bus.ts';
import { readProperties, writeProperties } from '../wire/properties.ts';
import { type Inside, insideOf } from './inside.ts';

/** Frames of AMQP 0-9-1: type, channel, size, payload and an end mark. */
const methodFrame = 1;
const headerFrame = 2;
const bodyFrame = 3;
const frameEnd = 0xce;
const frameBytes = 8;
const basicClass = 60;
const publishMethod = 40;
const ackMethod = 80;

/** Properties of a message that could not be read: it is given on, and dropped where it is received. */
export interface MalformedProperties {
  readonly malformed: string;
}

export interface PublishedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly properties: Properties;
  readonly body: Uint8Array;
}

/**
 * The messages of one connection. amqplib reads a header field without its type and picks the type of a number when it
 * writes one; what dripline's peers accept hangs on these types. So content goes past it: content headers are read here,
 * and whole messages are written here. Everything else on the connection stays amqplib's.
 */
export class Content {
  readonly #inside: Inside;
  readonly #writer = new ByteWriter();
  #isCorked = false;
  /** The newest delivery of each channel that is not acknowledged. */
  readonly #unacknowledged = new Map<number, number>();

  /** @throws ALI_INTERNAL when amqplib is not the version that this was written for */
  constructor(model: ChannelModel) {
    const inside = insideOf(model);
    this.#inside = inside;
    const others = inside.recvFrame;
    inside.recvFrame = () => takeContentHeader(inside) ?? others.call(inside);
  }

  /** Breaks the connection off; amqplib makes it again. */
  destroy(reason?: Error): void {
    this.#inside.stream.destroy(reason);
  }

  /**
   * Writes a message. Those of one turn of the event loop go together.
   *
   * @throws RangeError when something of it is too long or does not fit its type
   */
  publish(channel: number, { exchange, routingKey, mandatory, properties, body }: PublishedMessage): void {
    const writer = this.#writer;
    writer.clear();
    this.#frame(methodFrame, channel, () => {
      writer.uint16(basicClass);
      writer.uint16(publishMethod);
      writer.uint16(0);
      writer.shortText(exchange);
      writer.shortText(routingKey);
      writer.uint8(mandatory ? 1 : 0);
    });
    const before = writer.size;
    this.#frame(headerFrame, channel, () => {
      writer.uint16(basicClass);
      writer.uint16(0);
      writer.uint64(BigInt(body.length));
      writeProperties(writer, properties);
    });
    if (writer.size - before > this.#inside.frameMax) {
      throw new RangeError(`headers of more than ${this.#inside.frameMax} bytes`);
    }
    const most = this.#inside.frameMax - frameBytes;
    for (let at = 0; at < body.length; at += most) {
      this.#frame(bodyFrame, channel, () => writer.bytes(body.subarray(at, at + most)));
    }
    this.#cork();
    this.#inside.sendBytes(writer.copy());
  }

  /**
   * Acknowledges a delivery and all before it on its channel, together with what is sent in this turn of the event loop:
   * one write less for each reply.
   */
  acknowledge(channel: number, deliveryTag: number): void {
    this.#cork();
    this.#unacknowledged.set(channel, deliveryTag);
  }

  #writeAcknowledgements(): void {
    const writer = this.#writer;
    for (const [channel, deliveryTag] of this.#unacknowledged) {
      writer.clear();
      this.#frame(methodFrame, channel, () => {
        writer.uint16(basicClass);
        writer.uint16(ackMethod);
        writer.uint64(BigInt(deliveryTag));
        writer.uint8(1);
      });
      this.#inside.sendBytes(writer.copy());
    }
    this.#unacknowledged.clear();
  }

  #frame(type: number, channel: number, payload: () => void): void {
    this.#writer.uint8(type);
    this.#writer.uint16(channel);
    const start = this.#writer.beginSized();
    payload();
    this.#writer.endSized(start);
    this.#writer.uint8(frameEnd);
  }

  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const { stream } = this.#inside;
    stream.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#writeAcknowledgements();
      stream.uncork();
    });
  }
}

/** The next frame, when it is a whole content header; as amqplib has it, but for the properties. */
function takeContentHeader(inside: Inside): unknown {
  const { rest } = inside;
  if (rest.length < frameBytes || rest[0] !== headerFrame) return undefined;
  const end = frameBytes + rest.readUInt32BE(3);
  if (rest.length < end || rest[end - 1] !== frameEnd) return undefined;
  inside.rest = rest.subarray(end);
  const reader = new ByteReader(rest.subarray(7, end - 1));
  const id = reader.uint16();
  reader.uint16();
  const size = Number(reader.uint64());
  return { id, channel: rest.readUInt16BE(1), size, fields: propertiesOf(reader) };
}

function propertiesOf(reader: ByteReader): Properties | MalformedProperties {
  try {
    return readProperties(reader);
  } catch (error) {
    return { malformed: messageOf(error) };
  }
}
