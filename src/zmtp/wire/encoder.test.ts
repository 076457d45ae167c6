import { expect, test } from 'vitest';
import { Encoder, Joined, referencedBytes } from './encoder.ts';

function chunks(
  encoder: Encoder,
  ...messages: (string | Uint8Array | (string | Uint8Array)[])[]
): Uint8Array[] {
  const joined = new Joined();
  for (const message of messages) for (const piece of encoder.encode(message).pieces) joined.add(piece);
  return joined.finish();
}

const hex = (all: readonly Uint8Array[]) => Buffer.concat(all).toString('hex');

test('short and long frames have the headers of RFC 37', () => {
  expect(hex(chunks(new Encoder(), ['', 'ab', new Uint8Array(255).fill(1)]))).toBe(
    `0100010261${'62'}00ff${'01'.repeat(255)}`,
  );
  expect(hex(chunks(new Encoder(), [new Uint8Array(256).fill(1), 'a']))).toBe(
    `030000000000000100${'01'.repeat(256)}000161`,
  );
});

test('one frame may stand without its list, and text is UTF-8', () => {
  expect(hex(chunks(new Encoder(), 'é'))).toBe('0002c3a9');
  expect(hex(chunks(new Encoder(), Uint8Array.of(7)))).toBe('000107');
});

test('small frames of many messages become one stretch', () => {
  const all = chunks(new Encoder(), ...Array.from({ length: 100 }, (_, i) => ['topic', String(i)]));
  expect(all).toHaveLength(1);
});

test('large frames are written from where they are, small ones are copied', () => {
  const large = new Uint8Array(referencedBytes).fill(1);
  const small = Uint8Array.of(1, 2, 3);
  const all = chunks(new Encoder(), [small, large, small]);
  expect(all).toHaveLength(3);
  small.fill(0xff);
  large.fill(0xff);
  expect(hex(all)).toBe(`0103010203${'030000000000004000'}${'ff'.repeat(referencedBytes)}0003010203`);
});

test('sizes tell frames and headers apart', () => {
  const { sizeBytes, wireBytes } = new Encoder().encode(['abc', new Uint8Array(300), new Uint8Array(20_000)]);
  expect(sizeBytes).toBe(20_303);
  expect(wireBytes).toBe(20_303 + 2 + 9 + 9);
});

test('what was encoded stays as it was while more is encoded', () => {
  const encoder = new Encoder();
  const kept = Array.from({ length: 2000 }, (_, i) =>
    encoder.encode([`message ${i}`, new Uint8Array(i).fill(i)]),
  );
  const joined = new Joined();
  for (const { pieces } of kept) for (const piece of pieces) joined.add(piece);
  const all = Buffer.concat(joined.finish());
  let at = 0;
  for (let i = 0; i < 2000; i++) {
    const text = `message ${i}`;
    expect(all.toString('latin1', at + 2, at + 2 + text.length)).toBe(text);
    at += 2 + text.length + (i > 255 ? 9 : 2) + i;
  }
  expect(at).toBe(all.length);
});
