import { expect, test } from 'vitest';
import { FrameReader, FrameWriter } from './frame.ts';

const frames = ['', 'a', 'b'.repeat(300), 'c'.repeat(70_000), 'last'];

function written(): Buffer {
  const writer = new FrameWriter();
  return Buffer.concat(
    frames.map((text, kind) => {
      writer.begin(kind);
      writer.bytes(Buffer.from(text));
      return writer.end();
    }),
  );
}

test.each([1, 2, 3, 5, 7, 1000, 65_536, 1_000_000])(
  'frames that come in pieces of %i bytes are whole',
  (size) => {
    const heard: [number, string][] = [];
    const reader = new FrameReader(100_000, (kind, content) => heard.push([kind, content.toString()]));
    const bytes = written();
    for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size));
    expect(heard).toEqual(frames.map((text, kind) => [kind, text]));
  },
);

test('a frame that announces more than is allowed is refused with its head, before it comes', () => {
  const reader = new FrameReader(1000, () => {});
  reader.read(Buffer.from([0, 0, 3, 232]));
  expect(() => new FrameReader(1000, () => {}).read(Buffer.from([0, 0, 3, 233, 1]))).toThrow('at most 1000');
});
