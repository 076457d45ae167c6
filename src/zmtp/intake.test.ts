import { expect, test } from 'vitest';
import { Intake } from './intake.ts';
import type { Message } from './message.ts';
import { Decoder } from './wire/decoder.ts';
import { Encoder, Joined } from './wire/encoder.ts';
import { encodeGreeting } from './wire/greeting.ts';

const sizes = [0, 1, 20, 255, 256, 5000, 20_000, 70_000, 300_000];

/** Reads as Node does: into the buffer that is given, of which what was not filled is spoilt. */
function readAll(intake: Intake, bytes: Uint8Array, readBytes: (i: number) => number): void {
  const { buffer, callback } = intake.onread;
  const next = buffer as () => Uint8Array;
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const place = next();
    place.fill(0xff);
    const length = Math.min(readBytes(i), place.length, bytes.length - at);
    place.set(bytes.subarray(at, at + length));
    callback(length, place);
    at += length;
  }
}

test('frames that are kept stay as they were, whatever is read later', () => {
  const kept: Message[] = [];
  const decoder = new Decoder(
    { maxFrameBytes: 1e6, maxMessageBytes: 1e6, maxFramesPerMessage: 10 },
    { onGreeting: () => {}, onCommand: () => {}, onMessage: (message) => kept.push(message) },
  );
  const intake = new Intake();
  intake.start(decoder, (read) => read());
  const encoder = new Encoder();
  const joined = new Joined();
  const sent = Array.from({ length: 200 }, (_, i) => Buffer.alloc(sizes[i % sizes.length] as number, i + 1));
  for (const frame of sent) for (const piece of encoder.encode([frame, frame]).pieces) joined.add(piece);
  const bytes = Buffer.concat([encodeGreeting(), ...joined.finish()]);
  readAll(intake, bytes, (i) => 1 + ((i * 7919) % 60_000));
  expect(kept).toHaveLength(sent.length);
  kept.forEach((message, i) => {
    for (const frame of message) expect(Buffer.compare(frame, sent[i] as Buffer)).toBe(0);
  });
});
