import { afterEach, expect, test } from 'vitest';
import type { Delivery } from '../../bus/index.ts';
import { ChunkAssembler } from './chunks.ts';

let timers: (() => void)[] = [];
const lost: string[] = [];
const textOf = ({ body }: { readonly body: Uint8Array }) => Buffer.from(body).toString('latin1');

function assembler(): ChunkAssembler {
  return new ChunkAssembler({
    clock: {
      nowMs: () => 0,
      after: (_delayMs, callback) => {
        timers.push(callback);
        return () => {
          timers = timers.filter((one) => one !== callback);
        };
      },
    },
    onLost: (delivery) => lost.push(textOf(delivery)),
  });
}

function piece(messageId: string, text = 'x'): Delivery {
  const body = Buffer.from(text, 'latin1');
  return { queue: '', exchange: 'requests', routingKey: 'a', body, properties: { messageId } };
}

afterEach(() => {
  timers = [];
  lost.length = 0;
});

test.each(['one/0/1', 'plain', '', 'a/b/0/1'])('what is whole passes: %j', (id) => {
  expect(assembler().add(piece(id))).toEqual({ state: 'whole', delivery: piece(id) });
  expect(timers).toEqual([]);
});

test('pieces are joined at bytes, whatever characters they cut', () => {
  const chunks = assembler();
  const [first = '', second = ''] = ['\u00c2', '\u00b5']; // µ in UTF-8
  expect(chunks.add(piece('m/1/2', second)).state).toBe('waiting');
  const whole = chunks.add(piece('m/0/2', first));
  expect(whole.state === 'whole' && Buffer.from(whole.delivery.body).toString('utf8')).toBe('µ');
  expect(timers).toEqual([]);
});

test('what does not come in time is given up, with # for what is missing, and stays given up', () => {
  const chunks = assembler();
  chunks.add(piece('m/0/3', 'a'));
  chunks.add(piece('m/2/3', 'c'));
  timers[0]?.();
  expect(lost).toEqual(['a#c']);
  expect(chunks.add(piece('m/1/3', 'b')).state).toBe('waiting');
  expect(timers).toEqual([]);
});

test.each(['m/0', 'm/3/1', 'm/0/0', 'm/-1/2', 'm/x/2', 'm/0/999999999', '/'])('%j makes no sense', (id) => {
  expect(assembler().add(piece(id)).state).toBe('refused');
});

test('pieces that count differently are refused', () => {
  const chunks = assembler();
  chunks.add(piece('m/0/2'));
  expect(chunks.add(piece('m/1/3'))).toMatchObject({ state: 'refused' });
});

test('strangers cannot fill the memory: neither with many beginnings nor with large ones', () => {
  const chunks = assembler();
  for (let i = 0; i < 64; i += 1) expect(chunks.add(piece(`m${i}/0/2`)).state).toBe('waiting');
  expect(chunks.add(piece('one more/0/2'))).toMatchObject({ state: 'refused' });
  chunks.close();
  expect(timers).toEqual([]);

  const large = 'x'.repeat(1024 * 1024);
  const states = Array.from({ length: 65 }, (_, i) => assembled(i).state);
  expect(states.filter((state) => state === 'refused').length).toBe(1);

  function assembled(i: number) {
    return chunks.add(piece(`large/${i}/100`, large));
  }
});
