import { Fault } from '../encoding/fault.ts';
import { Machine } from './machine.ts';
import type { Budget, Node } from './node.ts';
import type { Source } from './source.ts';
import { integerOf, parseFloatWord, parseInteger, unescapeUnicode, unquote } from './words.ts';

const newestProtocol = 5;

/**
 * Runs the opcodes of a pickle, protocols 0 to 5 (as Python's Lib/pickletools.py describes them), but for those that
 * make objects: these are refused.
 *
 * @throws Fault
 */
export function runPickle(source: Source, budget: Budget): Node {
  const machine = new Machine(source, budget);
  for (;;) {
    const opcode = source.uint8();
    if (opcode === 0x2e) return machine.result();
    const step = steps[opcode];
    if (step === undefined) throw new Fault(`0x${opcode.toString(16)} is not a pickle opcode`);
    step(machine, source);
  }
}

type Step = (machine: Machine, source: Source) => void;

const refuse = (what: string): Step => {
  return () => {
    throw new Fault(`it ${what}, which is not plain data; nothing of it was run`);
  };
};

const byLetter: Readonly<Record<string, Step>> = {
  '(': (m) => m.mark(),
  '0': (m) => m.discard(),
  '1': (m) => void m.popMark(),
  '2': (m) => m.push(m.top()),
  N: (m) => m.push(null),
  I: (m, source) => {
    const word = source.line();
    m.push(word === '00' ? false : word === '01' ? true : parseInteger(word));
  },
  L: (m, source) => m.push(parseInteger(source.line())),
  J: (m, source) => m.push(source.int32()),
  K: (m, source) => m.push(source.uint8()),
  M: (m, source) => m.push(source.uint16()),
  F: (m, source) => m.push(parseFloatWord(source.line())),
  G: (m) => m.float(),
  S: (m, source) => m.push(unquote(source.line(Infinity))),
  T: (m, source) => m.push(source.latin1(source.uint32())),
  U: (m, source) => m.push(source.latin1(source.uint8())),
  V: (m, source) => m.push(unescapeUnicode(source.line(Infinity))),
  X: (m, source) => m.push(source.utf8(source.uint32())),
  B: (m, source) => m.bytes(source.uint32()),
  C: (m, source) => m.bytes(source.uint8()),
  ']': (m) => m.make([]),
  l: (m) => m.make(m.popMark()),
  a: (m) => {
    const item = m.pop();
    m.append([item]);
  },
  e: (m) => {
    const items = m.popMark();
    m.append(items);
  },
  ')': (m) => m.tuple(0),
  t: (m) => m.makeTuple(),
  '}': (m) => m.dict([]),
  d: (m) => m.dict(m.popMark()),
  s: (m) => {
    const value = m.pop();
    const key = m.pop();
    m.setItems([key, value]);
  },
  u: (m) => {
    const pairs = m.popMark();
    m.setItems(pairs);
  },
  p: (m, source) => m.put(Number(parseInteger(source.line()))),
  q: (m, source) => m.put(source.uint8()),
  r: (m, source) => m.put(source.uint32()),
  g: (m, source) => m.get(Number(parseInteger(source.line()))),
  h: (m, source) => m.get(source.uint8()),
  j: (m, source) => m.get(source.uint32()),
  c: (m, source) => {
    const module = source.line();
    m.global(module, source.line());
  },
  i: (m, source) => {
    const module = source.line();
    m.global(module, source.line());
    throw new Fault('it makes an object of a class, which is not plain data; nothing of it was run');
  },
  o: refuse('makes an object of a class'),
  P: refuse('refers to an object that is kept elsewhere'),
  Q: refuse('refers to an object that is kept elsewhere'),
  R: (m) => m.call(),
  b: (m) => m.build(),
};

const byNumber: Readonly<Record<number, Step>> = {
  128: (_, source) => {
    const protocol = source.uint8();
    if (protocol > newestProtocol) throw new Fault(`it is of pickle protocol ${protocol}, which is unknown`);
  },
  129: refuse('makes an object of a class'),
  130: refuse('names a class by a number'),
  131: refuse('names a class by a number'),
  132: refuse('names a class by a number'),
  133: (m) => m.tuple(1),
  134: (m) => m.tuple(2),
  135: (m) => m.tuple(3),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  138: (m, source) => m.push(integerOf(source.copy(source.uint8()))),
  139: (m, source) => m.push(integerOf(source.copy(source.uint32()))),
  140: (m, source) => m.push(source.utf8(source.uint8())),
  141: (m, source) => m.push(source.utf8(source.length64())),
  142: (m, source) => m.bytes(source.length64()),
  143: (m) => m.make([]),
  144: (m) => {
    const items = m.popMark();
    m.append(items);
  },
  145: (m) => m.make(m.popMark()),
  146: refuse('makes an object of a class'),
  147: (m) => {
    const name = m.pop();
    m.global(m.pop(), name);
  },
  148: (m) => m.memoize(),
  // The length of a frame helps a reader of files, and says nothing about the value.
  149: (_, source) => void source.length64(),
  150: (m, source) => m.bytes(source.length64()),
  151: refuse('refers to a buffer that is kept elsewhere'),
  // The buffer before it may not be written: here nothing is.
  152: () => undefined,
};

const steps: readonly (Step | undefined)[] = Array.from(
  { length: 256 },
  (_, opcode) => byNumber[opcode] ?? byLetter[String.fromCharCode(opcode)],
);
