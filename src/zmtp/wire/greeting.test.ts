import { expect, test } from 'vitest';
import { encodeGreeting, GreetingReader } from './greeting.ts';
import { ProtocolError } from './protocol-error.ts';

const ours = `ff00000000000000007f03014e554c4c${'00'.repeat(48)}`;

function greeting(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(encodeGreeting());
  change(bytes);
  return bytes;
}

/** What is said when the bytes come one by one, and after how many. */
function refusal(bytes: Uint8Array): { violation: string; after: number } | undefined {
  const reader = new GreetingReader();
  for (let i = 0; i < bytes.length; i++) {
    try {
      reader.take(bytes.subarray(i, i + 1));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { violation: error.violation, after: i + 1 };
    }
  }
  return undefined;
}

test('ours is ZMTP 3.1 with NULL, byte for byte', () => {
  expect(Buffer.from(encodeGreeting()).toString('hex')).toBe(ours);
});

test('one is whole after 64 bytes, and takes no more', () => {
  const reader = new GreetingReader();
  const bytes = Buffer.concat([greeting((own) => own.writeUInt8(0, 11)), Buffer.from('rest')]);
  expect(reader.take(bytes.subarray(0, 63))).toBe(63);
  expect(reader.greeting).toBeUndefined();
  expect(reader.take(bytes.subarray(63))).toBe(1);
  expect(reader.greeting).toEqual({ major: 3, minor: 0 });
});

test('libzmq writes 1 into the padding of its signature, which means nothing', () => {
  expect(refusal(greeting((bytes) => bytes.writeUInt8(1, 8)))).toBeUndefined();
});

test('a newer version is taken', () => {
  expect(refusal(greeting((bytes) => bytes.writeUInt8(4, 10)))).toBeUndefined();
});

test('older versions and other protocols are refused at the byte that shows them', () => {
  expect(refusal(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ violation: 'version', after: 1 });
  expect(refusal(Buffer.from('0100', 'hex'))).toEqual({ violation: 'version', after: 1 });
  expect(refusal(Buffer.from('ff000000000000000500', 'hex'))).toEqual({ violation: 'version', after: 10 });
  expect(refusal(greeting((bytes) => bytes.writeUInt8(1, 10)))).toEqual({ violation: 'version', after: 11 });
});

test.each(['PLAIN', 'CURVE', 'NULLX', 'NUL', '', '\xff'])('mechanism "%s" is refused', (mechanism) => {
  const bytes = greeting((own) => own.fill(0, 12, 32).write(mechanism, 12, 'latin1'));
  expect(refusal(bytes)).toEqual({ violation: 'mechanism', after: 32 });
});
