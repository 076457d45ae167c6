/** A class or function that a pickle names: recognised, and never called. */
export class GlobalName {
  /** What it stands for here, whatever Python or NumPy called its module at the time. */
  readonly means: Meaning;

  constructor(means: Meaning) {
    this.means = means;
  }
}

export type Meaning =
  | 'bytearray'
  | 'bytes'
  | 'complex'
  | 'encode'
  | 'ordered-dict'
  | 'set'
  | 'ndarray'
  | 'ndarray-class'
  | 'dtype'
  | 'npscalar'
  | 'array-of-buffer';

/** Everything that plain data and NumPy need, by module and name. */
const known: Readonly<Record<string, Meaning>> = {
  'builtins.bytearray': 'bytearray',
  '__builtin__.bytearray': 'bytearray',
  'builtins.bytes': 'bytes',
  '__builtin__.bytes': 'bytes',
  'builtins.complex': 'complex',
  '__builtin__.complex': 'complex',
  'builtins.set': 'set',
  '__builtin__.set': 'set',
  'builtins.frozenset': 'set',
  '__builtin__.frozenset': 'set',
  '_codecs.encode': 'encode',
  'collections.OrderedDict': 'ordered-dict',
  'numpy.ndarray': 'ndarray-class',
  'numpy.dtype': 'dtype',
  'numpy.core.multiarray._reconstruct': 'ndarray',
  'numpy._core.multiarray._reconstruct': 'ndarray',
  'numpy.core.multiarray.scalar': 'npscalar',
  'numpy._core.multiarray.scalar': 'npscalar',
  'numpy.core.numeric._frombuffer': 'array-of-buffer',
  'numpy._core.numeric._frombuffer': 'array-of-buffer',
};

export function globalName(module: string, name: string): GlobalName | undefined {
  const key = `${module}.${name}`;
  return Object.hasOwn(known, key) ? new GlobalName(known[key] as Meaning) : undefined;
}
