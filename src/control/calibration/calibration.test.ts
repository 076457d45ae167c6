import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float } from '../../shared/exact-value.ts';
import type { Answer } from '../value.ts';
import { compileCalibration } from './calibration.ts';

function calOf(definition: unknown, raw: Answer): unknown {
  const { value, problem } = compileCalibration(definition)(raw);
  return problem?.message.split('\n')[0] ?? value?.value_cal;
}

describe('a table', () => {
  /** A few points of a platinum resistor by IEC 60751: ohm, degC. */
  const pt100 = [
    [100, 0],
    [80.31, -50],
    [119.4, 50],
    [138.51, 100],
  ];

  test('is read on straight lines between its points, which come in any order', () => {
    const calibration = { table: pt100 };
    expect(calOf(calibration, 100)).toEqual(float(0));
    expect(calOf(calibration, 109.7)).toBeCloseTo(25, 10);
    expect(calOf(calibration, '119.40')).toEqual(float(50));
    expect(calOf(calibration, float(80.31))).toEqual(float(-50));
  });

  test('gives nothing beyond its ends, unless it is told what', () => {
    expect(calOf({ table: pt100 }, 60)).toBe('60 is outside of the table, which goes from 80.31 to 138.51');
    expect(calOf({ table: pt100, outside: 'clamp' }, 60)).toEqual(float(-50));
    expect(calOf({ table: pt100, outside: 'clamp' }, 200)).toEqual(float(100));
    const slope = 50 / (138.51 - 119.4);
    expect(calOf({ table: pt100, outside: 'extrapolate' }, 139.51)).toBeCloseTo(100 + slope, 10);
  });

  test('of decades is read on lines of the logarithms', () => {
    const ruthenium = {
      table: [
        [1000, 10],
        [10_000, 1],
        [100_000, 0.1],
      ],
      interpolation: 'log',
    };
    expect(calOf(ruthenium, 31_622.7766)).toBeCloseTo(0.316228, 6);
    expect(calOf({ ...ruthenium, outside: 'extrapolate' }, 1e6)).toBeCloseTo(0.01, 10);
    expect(calOf({ ...ruthenium, outside: 'extrapolate' }, -1)).toBe('-1 has no logarithm');
  });

  test.each([
    [{ table: [[1, 2]] }, 'two points or more'],
    [
      {
        table: [
          [1, 2],
          [1, 3],
        ],
      },
      'one value for 1',
    ],
    [{ table: [[1, 2], [2]] }, 'a point of a table is [raw, cal], not [2]'],
    [
      {
        table: [
          [1, 2],
          [2, 'x'],
        ],
      },
      "'x' is not a number",
    ],
    [
      {
        table: [
          [1, 2],
          [0, 3],
        ],
        interpolation: 'log',
      },
      'both must be above 0',
    ],
    [
      {
        table: [
          [1, 2],
          [2, 3],
        ],
        interpolation: 'cubic',
      },
      "interpolation is 'cubic'; expected linear or log",
    ],
    [
      {
        table: [
          [1, 2],
          [2, 3],
        ],
        outside: 'guess',
      },
      'expected refuse or clamp or extrapolate',
    ],
    [{ polynomial: [] }, 'one coefficient or more'],
    ['{', 'a brace stands alone'],
  ])('that cannot work is refused before there is a value: %j', (definition, reason) => {
    expect(() => compileCalibration(definition)).toThrow(reason);
  });

  test('a point between two others lies between their values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.constantFrom('linear', 'log'),
        (raw, interpolation) => {
          const value = calOf(
            {
              table: [
                [1, 5],
                [10, 50],
              ],
              interpolation,
            },
            raw,
          ) as { valueOf(): number };
          expect(value.valueOf()).toBeGreaterThanOrEqual(5 - 1e-9);
          expect(value.valueOf()).toBeLessThanOrEqual(50 + 1e-9);
        },
      ),
    );
  });
});

test('a polynomial has its coefficients from the constant up', () => {
  expect(calOf({ polynomial: [1, 2, 3] }, 2)).toEqual(float(17));
  expect(calOf({ polynomial: [1, 2, 3] }, '0.5')).toBe(2.75);
  expect(calOf({ polynomial: [1, 2] }, 'on')).toBe("'on' is not a number");
  expect(calOf({ polynomial: [0, 0, 1] }, 1e300)).toBe('there is no finite value for 1e+300');
});

test('a dictionary may hold the words of the others', () => {
  expect(calOf({ table: 'wooden', chair: 'soft' }, 'table')).toBe('wooden');
});

test('keys are equal as Python holds them equal', () => {
  const words = new Map<unknown, unknown>([
    [1, 'one'],
    ['1', 'text'],
    [0.5, null],
  ]);
  expect(calOf(words, float(1))).toBe('one');
  expect(calOf(words, true)).toBe('one');
  expect(calOf(words, 1n)).toBe('one');
  expect(calOf(words, '1')).toBe('text');
  expect(calOf(words, 0.5)).toBe(null);
  expect(calOf(words, 2)).toBe('raw value <2> not in cal dict');
});

test.each([
  ['a loop', 'while True: {}'],
  ['a long power', '9**9**9**{}'],
  ['a list without end', 'range(10**15)'],
  ['a tower of shifts', '1 << 1024 << 1024 << {}'],
  [
    'a text that doubles',
    `${'"a".replace("a", "aaaaaaaaaa")'.padEnd(40)}${'.replace("a", "aaaaaaaaaa")'.repeat(12)}`,
  ],
  ['a file', 'open("/etc/passwd").read()'],
  ['a way out', '{}.__class__.__bases__'],
  ['thousands of brackets', `${'('.repeat(5000)}{}${')'.repeat(5000)}`],
])('%s ends with a problem, not with the service', (_, definition) => {
  const { value, problem } = compileCalibration(definition)(3);
  expect(value).toEqual({ value_raw: 3 });
  expect(problem?.kind).toBe('failed');
});

test('a raw value that is text is part of the expression, but reaches no more than that', () => {
  expect(calOf('float({})', '__import__("os")')).toContain("no function '__import__'");
  expect(calOf('{}', 'x'.repeat(100_000))).toContain('at most 2000 characters');
});

test('no raw value makes a calibration throw', () => {
  const definitions = [
    '2*{}',
    '"{}"',
    '{:.3f}',
    '{:x}',
    '{!r}',
    { polynomial: [1, 2] },
    { 1: 'a' },
    {
      table: [
        [0, 1],
        [1, 2],
      ],
    },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...definitions), fc.jsonValue(), (definition, raw) => {
      const { value } = compileCalibration(definition)(raw as Answer);
      const first = Array.isArray(raw) ? raw[0] : raw;
      expect(value === null).toBe(first === null || first === undefined);
    }),
  );
});
