/** Pickles that real Pythons made (test/fixtures/telstate/make_pickles.py), and pickles that nobody should make. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue, encodeValue, formatJson, parseJson, type Value } from '../encoding/index.ts';
import { DecodeError } from '../errors.ts';

interface Case {
  readonly name: string;
  readonly by: string;
  readonly protocol: number;
  readonly pickle: string;
}

const url = new URL('../../../test/fixtures/telstate/pickles.json', import.meta.url);
const lines = readFileSync(url, 'utf8').split('\n').slice(1, -2);
/** The value of each as text, because JSON.parse would lose what floats and long integers are. */
const cases = lines.map((line) => {
  const given = JSON.parse(line.replace(/,$/, '')) as Case;
  return { ...given, value: /"value": (.*)\},?$/.exec(line)?.[1] ?? '' };
});
const allowed = { allowPickle: true, exact: true } as const;
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const read = (text: string): Value => decodeValue(latin1(text), { allowPickle: true });

function refusal(bytes: Uint8Array | string): string {
  try {
    decodeValue(typeof bytes === 'string' ? latin1(bytes) : bytes, allowed);
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
  return 'read';
}

describe('what Python pickled', () => {
  test('every protocol and three generations of NumPy are there', () => {
    expect(new Set(cases.map(({ protocol }) => protocol))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(new Set(cases.map(({ by }) => by.replace(/\.\d+$/, ''))).size).toBe(3);
    expect(cases.length).toBeGreaterThan(500);
  });

  for (const [name, group] of Map.groupBy(cases, (given) => given.name)) {
    test(name, () => {
      for (const { by, protocol, pickle, value } of group) {
        const found = formatJson(decodeValue(bytesOf(pickle), allowed));
        expect({ by, protocol, value: found }).toEqual({ by, protocol, value: formatJson(parseJson(value)) });
      }
    });
  }

  test('by default what is natural in JavaScript', () => {
    const mixed = cases.find(({ name, protocol }) => name === 'mixed' && protocol === 2);
    const value = decodeValue(bytesOf(mixed?.pickle ?? ''), { allowPickle: true }) as Record<string, Value>;
    expect(value.on).toBe(true);
    expect((value.gains as Value[])[0]).toBe(0.5);
    expect(value.who).toMatchObject({ items: ['m062', null] });
  });

  test('what was read can be stored again, unless an integer is too long', () => {
    for (const { name, pickle } of cases) {
      if (name === 'large integers') continue;
      const value = decodeValue(bytesOf(pickle), allowed);
      expect(formatJson(decodeValue(encodeValue(value), { exact: true }))).toBe(formatJson(value));
    }
  });

  test('without permission every one is refused, with the way to allow it', () => {
    for (const { pickle } of cases) {
      expect(() => decodeValue(bytesOf(pickle), { allowPickle: false })).toThrow(/allowPickle/);
    }
  });

  test('nothing of the value shares memory with the stored bytes', () => {
    const stored = bytesOf(
      cases.find(({ name, protocol }) => name === 'array f8' && protocol === 3)?.pickle ?? '',
    );
    const before = formatJson(decodeValue(stored, allowed));
    const value = decodeValue(stored, allowed);
    stored.fill(0xff);
    expect(formatJson(value)).toBe(before);
  });
});

describe('what would run something', () => {
  test.each([
    ['a function', 'cos\nsystem\n(S"id"\ntR.', 'os.system'],
    ['an evaluation', 'c__builtin__\neval\n(S"1"\ntR.', '__builtin__.eval'],
    ['a function by protocol 4', '\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.', 'posix.system'],
    ['a class of the program', 'ckatpoint.target\nTarget\n)\x81.', 'katpoint.target.Target'],
    ['an old instance', '(icollections\nUserDict\n.', 'collections.UserDict'],
    ['a reconstruction', 'ccopy_reg\n_reconstructor\n.', 'copy_reg._reconstructor'],
    ['a property of what is allowed', 'cnumpy\ndtype.__reduce__\n.', 'numpy.dtype.__reduce__'],
    ['a name of JavaScript', 'c\nconstructor\n.', 'constructor'],
    ['control characters', 'ca\x1b[2J\nb\n.', 'a\\u001b[2J.b'],
  ])('%s is refused by its name', (_, pickle, name) => {
    expect(refusal(pickle)).toContain(
      `asks for ${name.startsWith('constr') ? '.' : ''}${name}, which is not plain`,
    );
  });

  test.each([
    ['an extension', '\x80\x02\x82\x01.', 'names a class by a number'],
    ['a persistent name', 'Pname\n.', 'kept elsewhere'],
    ['an object', '(o.', 'makes an object'],
    ['an allowed class made otherwise', 'cnumpy\nndarray\n)\x81.', 'makes an object'],
    ['an allowed class called', 'cnumpy\nndarray\n(tR.', 'in a way that pickles do not'],
    ['a class as a value', 'cnumpy\ndtype\n.', 'a type or function'],
    ['a call of a value', 'I1\n(tR.', 'calls what is no name'],
    ['a state of a list', ']}b.', 'an object with a state'],
    ['text to other bytes', 'c_codecs\nencode\n(V\\u0100\nVlatin1\ntR.', 'has no bytes'],
    ['another codec', 'c_codecs\nencode\n(Va\nVzlib\ntR.', 'latin-1'],
  ])('%s', (_, pickle, expected) => {
    expect(refusal(pickle)).toContain(expected);
  });

  test('an array of objects', () => {
    expect(refusal('cnumpy\ndtype\n(VO8\nI0\nI1\ntR.')).toContain('Python objects');
  });
});

describe('broken and hostile pickles', () => {
  test.each([
    ['nothing on the stack', '.', 'does not end with one value'],
    ['two values', 'NN.', 'does not end with one value'],
    ['an open mark', 'N(.', 'does not end with one value'],
    ['bytes after the end', 'N.N', '1 bytes follow'],
    ['no end', 'N', 'cut off'],
    ['a pop below a mark', 'N(0.', 'read'],
    ['a pop of nothing', 'N00.', 'takes what is not there'],
    ['a tuple through a mark', 'N(\x85.', 'takes what is not there'],
    ['an unknown reference', 'g7\n.', 'refers to what is not there'],
    ['an unknown opcode', 'Nz.', 'not a pickle opcode'],
    ['a future protocol', '\x80\x63N.', 'protocol 99'],
    ['a dict with half an item', '(Nd.', 'key without a value'],
    ['a list as a key', '(]Nd.', 'as a key'],
    ['an append to a number', 'I1\nNa.', 'not a list'],
    ['a length beyond the end', 'X\xff\xff\xff\xff.', 'cut off'],
    ['a long length beyond the end', '\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.', 'cut off'],
    ['an integer of many digits', `I${'9'.repeat(5000)}\n.`, 'more than 1024 bytes'],
    ['an integer of many bytes', `\x80\x02\x8b\x01\x10\x00\x00${'x'.repeat(5000)}.`, 'more than 1024 bytes'],
    ['no integer', 'I0x10\n.', 'not an integer'],
    ['no float', 'F1.#INF\n.', 'not a float'],
    ['bad UTF-8', 'X\x01\x00\x00\x00\xff.', 'not UTF-8'],
    ['a list that holds itself', ']q\x00h\x00a.', 'holds itself'],
    ['a list that is too deep', `${']'.repeat(2000)}${'a'.repeat(1999)}.`, 'deeper than 1024'],
  ])('%s', (_, pickle, expected) => {
    expect(refusal(pickle)).toContain(expected);
  });

  test('a few bytes do not become billions of values', () => {
    const memo = (i: number) => String.fromCharCode(i);
    const levels = Array.from({ length: 60 }, (_, i) => `]h${memo(i)}ah${memo(i)}aq${memo(i + 1)}0`);
    const doubled = `]q\x000${levels.join('')}h${memo(60)}.`;
    const started = performance.now();
    expect(refusal(`\x80\x02${doubled}`)).toContain('far more bytes than it has');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('nor do a few bytes that are copied again and again', () => {
    const text = `X\x00\x00\x10\x00${'x'.repeat(0x100000)}q\x00`;
    const copies = 'c_codecs\nencode\n(h\x00Vlatin1\ntR0'.repeat(500);
    expect(refusal(`${text}${copies}.`)).toContain('far more bytes than it has');
  });

  test('types of types do not double for ever', () => {
    const head = 'cnumpy\ndtype\n(Vf8\nI0\nI1\ntRp0\n0';
    const level = (i: number) =>
      `cnumpy\ndtype\n(VV16\nI0\nI1\ntR(I3\nV|\nN(Va\nVb\nt(Va\n(g${i}\nI0\ntVb\n(g${i}\nI${8 * 2 ** i}\ntdI${16 * 2 ** i}\nI1\nI0\ntbp${i + 1}\n0`;
    const levels = Array.from({ length: 25 }, (_, i) => level(i)).join('');
    expect(refusal(`${head}${levels}N.`)).toContain('more than 10000 fields');
  });

  test('random and mutated bytes give a value or a DecodeError, soon', () => {
    const seeds = cases.map(({ pickle }) => bytesOf(pickle)).filter(({ length }) => length < 2000);
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
      )
      .map(([seed, changes, cut]) => {
        const bytes = Uint8Array.from(seed);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return cut === 0 ? bytes.subarray(0, (changes[0]?.[0] ?? 0) % bytes.length) : bytes;
      });
    const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.of(0x80, 2, ...bytes));
    fc.assert(
      fc.property(fc.oneof(mutated, any), (bytes) => {
        const started = performance.now();
        // Whatever is not a DecodeError is thrown on.
        refusal(bytes);
        expect(performance.now() - started).toBeLessThan(10_000);
      }),
      { numRuns: 3000 },
    );
  });
});

test('text opcodes of protocol 0, as Python 2 wrote them', () => {
  expect(read("S'a\\x41\\101\\n\\q\\\\'\n.")).toBe('aAA\n\\q\\');
  expect(read('V\\u03c0\\U0001f52d\\n\n.')).toBe('π🔭\\n');
  expect(read('L-12345678901234567890L\n.')).toBe(-12345678901234567890n);
  expect(read('(lp0\nI01\naF1e+20\na.')).toEqual([true, 1e20]);
  expect(read('(I1\nS"x"\nd.')).toEqual(new Map([[1, 'x']]));
});
