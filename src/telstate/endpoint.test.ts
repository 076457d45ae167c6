import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAlidadeError } from '../shared/errors.ts';
import { Endpoint, endpointListParser, endpointParser, endpointsToText, maxEndpoints } from './endpoint.ts';

// Made by running the Python reference; the list of differences says where we differ on purpose.

interface Named {
  readonly host: string;
  readonly port: number | null;
  readonly str?: string;
}
interface Failure {
  readonly error: string;
}
type VectorCase =
  | {
      readonly fn: 'endpoint_parser';
      readonly default_port: number | null;
      readonly text: string;
      readonly result: Named | Failure;
    }
  | {
      readonly fn: 'endpoint_list_parser';
      readonly default_port: number | null;
      readonly single_port: boolean;
      readonly text: string;
      readonly result: readonly Named[] | Failure;
    }
  | {
      readonly fn: 'endpoints_to_str';
      readonly endpoints: readonly (readonly [host: string, port: number | null])[];
      readonly result: string;
    };

interface Difference {
  readonly vector: string;
  /** The function and its text. */
  readonly case: string;
  /** Whether host and port differ, or the text made of them. */
  readonly aspect: 'reading' | 'writing';
  readonly reason: string;
}

const root = new URL('../../test/', import.meta.url);
const load = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const { cases } = load('fixtures/telstate/endpoint.json') as { cases: VectorCase[] };
const differences = (load('differences/telstate.json') as Difference[]).filter(
  (d) => d.vector === 'endpoint',
);

function nameOf(vector: VectorCase): string {
  return `${vector.fn} ${'text' in vector ? `'${vector.text}'` : JSON.stringify(vector.endpoints)}`;
}

function checkReading(vector: VectorCase): void {
  if (vector.fn === 'endpoints_to_str') {
    const endpoints = vector.endpoints.map(([host, port]) => new Endpoint(host, port ?? undefined));
    expect(endpointsToText(endpoints)).toBe(vector.result);
    return;
  }
  const port = vector.default_port ?? undefined;
  const read = () =>
    vector.fn === 'endpoint_parser'
      ? [endpointParser(port)(vector.text)]
      : endpointListParser(port, { singlePort: vector.single_port })(vector.text);
  if ('error' in vector.result) {
    expect(read).toThrow(expect.objectContaining({ code: 'ALI_ENDPOINT' }));
    return;
  }
  expect(read().map(({ host, port }) => [host, port ?? null])).toEqual(
    [vector.result].flat().map(({ host, port }: Named) => [host, port]),
  );
}

function checkWriting(vector: VectorCase): void {
  if (vector.fn !== 'endpoint_parser' || 'error' in vector.result) return;
  const { host, port, str } = vector.result;
  expect(String(new Endpoint(host, port ?? undefined))).toBe(str);
}

test('every listed difference is one of the vectors', () => {
  expect(cases.length).toBe(55);
  expect(cases.map(nameOf)).toEqual(expect.arrayContaining(differences.map((difference) => difference.case)));
});

describe('vectors', () => {
  for (const vector of cases) {
    for (const [aspect, check] of [
      ['reading', checkReading],
      ['writing', checkWriting],
    ] as const) {
      const differs = differences.some((d) => d.case === nameOf(vector) && d.aspect === aspect);
      test(`${nameOf(vector)}, ${aspect}${differs ? ': differs on purpose' : ''}`, () => {
        if (differs) {
          expect(() => check(vector), 'this holds: take it off the list of differences').toThrow();
        } else check(vector);
      });
    }
  }
});

test('an IPv6 address without brackets is a host, not a host and a port', () => {
  expect(endpointParser(80)('::1')).toEqual(new Endpoint('::1', 80));
  expect(String(endpointParser(80)('fe80::1:2'))).toBe('[fe80::1:2]:80');
});

test.each([
  ['a:b:80', '[address]:port'],
  ['redis://x:1', 'URL'],
  ['[::1', '[address]:port'],
  ['[::1]x:5', '[address]:port'],
  ['host:99999', '0 to 65535'],
  ['host:-5', '0 to 65535'],
  ['host:+80', '0 to 65535'],
  ['1.2.3.4+1', 'lists only'],
])('%s is refused with the remedy', (text, remedy) => {
  expect(() => endpointParser()(text)).toThrow(
    expect.objectContaining({ code: 'ALI_ENDPOINT', message: expect.stringContaining(remedy) }),
  );
});

test('one port for all is kept, or refused', () => {
  const parse = endpointListParser(7148, { singlePort: true });
  expect(parse('a,b:7148').map(String)).toEqual(['a:7148', 'b:7148']);
  expect(() => parse('a,b:80')).toThrow('the same port');
});

test('a list never grows past its limit', () => {
  expect(endpointListParser()(`10.0.0.0+${maxEndpoints - 1}`).length).toBe(maxEndpoints);
  expect(() => endpointListParser()(`10.0.0.0+${maxEndpoints}`)).toThrow('more than');
  expect(() => endpointListParser()('0.0.0.0+4294967295')).toThrow('more than');
  expect(() => endpointListParser()('255.255.255.254+2')).toThrow('not 2 addresses');
});

test('equal endpoints are equal', () => {
  expect(new Endpoint('a', 1).equals(endpointParser(1)('a'))).toBe(true);
  expect(new Endpoint('a', 1).equals(new Endpoint('a'))).toBe(false);
  expect(new Endpoint('a', 1).equals(new Endpoint('b', 1))).toBe(false);
});

const port = fc.option(fc.nat(65_535), { nil: undefined });
const host = fc.oneof(
  fc.ipV4(),
  fc.nat(6).map((n) => `10.0.0.${n}`),
  fc.ipV6(),
  fc.nat(6).map((n) => `2001:db8::${n}`),
  fc.domain(),
);

test('an endpoint is read back from its text', () => {
  fc.assert(
    fc.property(host, port, (name, number) => {
      const endpoint = new Endpoint(name, number);
      expect(endpointParser()(String(endpoint))).toEqual(endpoint);
    }),
  );
});

test('a list is read back from its text as the same endpoints', () => {
  const sorted = (endpoints: readonly Endpoint[]) =>
    endpointsToText(endpoints.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)));
  fc.assert(
    fc.property(fc.array(fc.tuple(host, port), { minLength: 1 }), (pairs) => {
      const endpoints = pairs.map(([name, number]) => new Endpoint(name, number));
      const again = endpointListParser()(endpointsToText(endpoints));
      expect(again.length).toBe(endpoints.length);
      expect(sorted(again)).toBe(sorted(endpoints));
    }),
  );
});

test('any text is an endpoint or ALI_ENDPOINT', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[[\]:+.,0-9a-f ]{0,20}$/));
  fc.assert(
    fc.property(text, (any) => {
      try {
        endpointListParser(1)(any);
      } catch (error) {
        expect(isAlidadeError(error, 'ALI_ENDPOINT')).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
