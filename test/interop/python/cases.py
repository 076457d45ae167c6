"""Values of every kind by name: KIND/NAME. cases/*.ts has the same names with the same values in TypeScript."""

import numpy as np

from describe import float_of

INTS = [0, 1, -1, -32, -33, 42]
for bits in (7, 8, 15, 16, 31, 32, 53, 63):
    INTS += [2**bits - 1, 2**bits, -(2**bits)]
INTS += [2**53 + 1, -(2**31) - 1, -129, -32769, 2**64 - 1, 10**18]

FLOATS = {
    'zero': '0000000000000000',
    'minus zero': '8000000000000000',
    'one': '3ff0000000000000',
    'minus two': 'c000000000000000',
    'a tenth': '3fb999999999999a',
    'two to 53': '4340000000000000',
    'largest': '7fefffffffffffff',
    'smallest': '0000000000000001',
    'inf': '7ff0000000000000',
    'minus inf': 'fff0000000000000',
    'nan': '7ff8000000000000',
    'nan with sign': 'fff8000000000000',
    'nan with payload': '7ff80000deadbeef',
}

TEXTS = {
    'empty': '',
    'ascii': 'm062',
    'latin': 'Stéphan Ünïcode',
    'astral': '\U0001d6fc and \U0001f52d',
    'nul': 'a\0b',
    'last of the plane': '\uffff\ufeff\u2028',
    'looks like a number': '1.0',
} | {f'{n} long': 'x' * n for n in (31, 32, 255, 256, 65535, 65536)}

BYTES = {'empty': b'', 'not UTF-8': b'\x00\xff\x80', 'ascii': b'm062'} | {
    f'{n} long': b'\xa5' * n for n in (255, 256, 65536)
}


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


LISTS = {'empty': [], 'mixed': [1, 1.0, 'a', None, True, b'\x01'], 'of lists': [[], [1], [[2.5]]], '100 deep': nested(100)} | {
    f'{n} items': list(range(n)) for n in (15, 16, 70000)
}

TUPLES = {'empty': (), 'one': (1,), 'mixed': (1, 2.5, 'x', None), 'of tuples': ((), (1, (2, ())))} | {
    f'{n} items': (0,) * n for n in (15, 16, 70000)
}

DICTS = {
    'empty': {},
    'text keys': {'dish': 'm062', 'gain': 1.5, 'n': 3},
    'in its own order': {'b': 1, 'a': 2, '': 3},
    'keys like numbers': {'b': 1, '7': 2, '-1': 3},
    'named __proto__': {'__proto__': 1},
    'bytes keys': {b'\xff\x00': 1, b'': None},
    'text and bytes keys': {'a': 1, b'a': 2},
    'of dicts': {'a': {'b': {b'c': {}}}},
    '16 items': {f'k{i:02}': i for i in range(16)},
    '70000 items': {f'k{i:05}': i for i in range(70000)},
}

COMPLEXES = {
    'plain': 1.5 - 2j,
    'whole': complex(1.0, 0.0),
    'minus zeros': complex(-0.0, -0.0),
    'inf and nan': complex(float('inf'), float('nan')),
    'nan with payload': complex(float_of('fff80000deadbeef'), 1.0),
}

# Six items for each type, the first and the last not empty.
INT_ITEMS = {f'i{n}': [-(2 ** (8 * n - 1)), -1, 0, 1, 2, 2 ** (8 * n - 1) - 1] for n in (1, 2, 4, 8)}
UINT_ITEMS = {f'u{n}': [1, 0, 2, 100, 2 ** (8 * n) - 2, 2 ** (8 * n) - 1] for n in (1, 2, 4, 8)}
NAN, INF = float('nan'), float('inf')
NUMBERS = (
    INT_ITEMS
    | UINT_ITEMS
    | {
        'b1': [True, False, True, True, False, True],
        'f2': [1.5, -0.0, 65504.0, NAN, -INF, 2.0**-24],
        'f4': [1.5, -0.0, 2.0**127, NAN, -INF, 2.0**-149],
        'f8': [1.5, -0.0, 0.1, NAN, -INF, 5e-324],
        'c8': [1.5 - 2j, complex(-0.0, -0.0), 1j, complex(NAN, INF), complex(-INF, 0.5), complex(2.0**127, -1)],
        'c16': [1.5 - 2j, complex(-0.0, -0.0), 1j, complex(NAN, INF), complex(-INF, 0.5), complex(0.1, -1)],
    }
)
STRINGS = {
    'S3': [b'a', b'', b'abc', b'\xff\x00z', b'ab', b'xyz'],
    'U3': ['é', '', 'abc', '\U0001d6fc\U0001f52d', 'a\0b', 'xyz'],
}
NAT = -(2**63)
TIMES = {
    f'{kind}8{unit}': [1763629769, 0, -1, NAT, 1, 2**62]
    for kind in 'Mm'
    for unit in ('', '[ns]', '[us]', '[ms]', '[s]', '[25s]', '[h]', '[D]', '[M]', '[Y]')
}
VOIDS = {'V4': [b'\x01\x02\x03\x04', b'\0\0\0\0', b'abcd', b'\xff\xfe\xfd\xfc', b'wxyz', b'\0\0\0\x01']}
# Six 80-bit floats in 16 bytes, as x86 has them: 1.5, -0.0, 0.1, nan, -inf, 1e4000.
LONG_DOUBLES = [
    '00000000000000c0ff3f000000000000',
    '00000000000000000080000000000000',
    'cdccccccccccccccfb3f000000000000',
    '00000000000000c0ff7f000000000000',
    '0000000000000080ffff000000000000',
    '9e8b1b2ff15f2ed4e673000000000000',
]
HAS_LONG_DOUBLES = np.finfo(np.longdouble).nmant == 63 and np.dtype('g').itemsize == 16

LAYOUTS = {
    '1-d': lambda items: items,
    '0-d': lambda items: items[:1].reshape(()),
    'empty': lambda items: items[:0],
    'empty 3-d': lambda items: items[:0].reshape(2, 0, 3),
    'row': lambda items: items.reshape(1, 6),
    'column': lambda items: items.reshape(6, 1),
    'c order': lambda items: items.reshape(2, 3),
    'fortran order': lambda items: np.asfortranarray(items.reshape(2, 3)),
    'transposed': lambda items: items.reshape(2, 3).T,
    'fortran 3-d': lambda items: np.asfortranarray(items.reshape(3, 1, 2)),
    'strided': lambda items: items[::2],
    'reversed': lambda items: items[::-1],
    'broadcast': lambda items: np.broadcast_to(items, (2, 6)),
}
# Types of single bytes have no order.
ORDERLESS = ('b1', 'i1', 'u1', 'S3', 'V4')


def typed(dtype, items):
    """An array of one dimension; times come as their counts, raw bytes as bytes."""
    if dtype[1] in 'Mm':
        return np.array(items, dtype[0] + 'i8').view(dtype)
    if dtype[1] == 'V':
        return np.frombuffer(b''.join(items), dtype)
    return np.array(items, dtype)


def arrays_of(items_by_type):
    arrays = {}
    for name, items in items_by_type.items():
        for order in ('|',) if name in ORDERLESS else ('<', '>'):
            arrays[order + name] = typed(order + name, items)
    return arrays


def long_doubles():
    if not HAS_LONG_DOUBLES:
        return {}
    real = np.frombuffer(bytes.fromhex(''.join(LONG_DOUBLES)), '<f16')
    return {'<f16': real, '<c32': np.concatenate([real, real[::-1]]).view('<c32')}


def laid_out(kind, arrays):
    return {f'{kind}/{dtype} {name}': make(items) for dtype, items in arrays.items() for name, make in LAYOUTS.items()}


def scalars_of(kind, arrays):
    """Big-endian scalars too: NumPy turns them round."""
    return {f'{kind}/{dtype} {i}': items[i] for dtype, items in arrays.items() for i in (0, 2, 5)}


def structures():
    """With rows that are none of them all zeros."""
    values = {
        'plain': np.array([(1, 2.5), (-1, INF)], [('a', '<i4'), ('b', '<f8')]),
        'big-endian': np.array([(258, 1)], [('a', '>i2'), ('t', '>M8[s]')]),
        'nested': np.array([((1.5, -2.0), 7)], [('p', [('x', '<f4'), ('y', '<f4')]), ('n', '|u1')]),
        'with a sub-array': np.array([([[1, 2], [3, 4]], 'ab')], [('m', '<i2', (2, 2)), ('t', '<U2')]),
        'titled': np.array([(5,)], [(('a title', 'f'), '<i4')]),
        'names with quotes': np.array([(1, 2)], [("it's", '<i2'), ('"both\'"', '<i2')]),
        'latin name': np.array([(1,)], [('é', '<i2')]),
        'astral name': np.array([(1,)], [('\U0001d6fc', '<i2')]),
        '0-d': np.array((1, 2.5), [('a', '<i4'), ('b', '<f8')]),
        'fortran order': np.array([[(1,), (2,), (3,)], [(4,), (5,), (6,)]], [('a', '<i2')], order='F'),
    }
    # Every place where the padding of the header may begin.
    for n in range(1, 71):
        values[f'name {n} long'] = np.array([(n,)], [('x' * n, '<i2')])
    return values


def padded_structures():
    aligned = np.zeros(2, np.dtype([('a', '|u1'), ('b', '<f8')], align=True))
    aligned['a'], aligned['b'] = 7, 2.5
    placed = np.dtype({'names': ['a', 'b'], 'formats': ['<i2', '<i2'], 'offsets': [2, 8], 'itemsize': 12})
    offsets = np.zeros(1, placed)
    offsets['a'], offsets['b'] = 1, 2
    return {'aligned': aligned, 'with offsets': offsets}


def headers():
    """Shapes whose text is as long as it gets, in the dimension that may grow and in the others."""
    values = {f'{n} items': np.zeros(n, '|u1') for n in (9, 10, 99_999, 100_000, 1_000_000)}
    values['100000 columns'] = np.zeros((2, 100_000), '|u1')
    values['100000 columns, fortran'] = np.zeros((2, 100_000), '|u1', order='F')
    values['32 dimensions'] = np.zeros((1,) * 31 + (2,), '|u1')
    return values


NESTED = {
    'observation': {
        'target': 'J1939-6342',
        'pointing': (12.5, -3),
        'gains': np.array([1.5 - 2j, 0.5j], '<c8'),
        b'raw\xff': b'\x00\xff',
        'history': [np.float32(0.5), {'flags': np.array([True, False])}, 1 + 2j, None],
    },
    'list of arrays': [np.array([1, 2], '<i2'), np.array(['m062'], '<U4'), np.array(7, '>i4')],
    'tuple of scalars': (np.int8(-1), np.bool_(True), np.str_('é'), np.datetime64(5, 'ns'), 2**64 - 1),
    'all the way down': [({'a': ([({'b': -0.0},)],)},)],
}


def table():
    groups = {
        'int': {str(n): n for n in INTS},
        'float': {name: float_of(bits) for name, bits in FLOATS.items()},
        'text': TEXTS,
        'bytes': BYTES,
        'list': LISTS,
        'tuple': TUPLES,
        'dict': DICTS,
        'complex': COMPLEXES,
        'structure': structures(),
        'padded structure': padded_structures(),
        'header': headers(),
        'nested': NESTED,
    }
    cases = {'none/None': None, 'bool/False': False, 'bool/True': True}
    for kind, values in groups.items():
        cases |= {f'{kind}/{name}': value for name, value in values.items()}
    kinds = {'number': NUMBERS, 'string': STRINGS, 'time': TIMES, 'raw': VOIDS}
    for kind, items in kinds.items():
        arrays = arrays_of(items)
        cases |= laid_out(f'{kind} array', arrays) | scalars_of(f'{kind} scalar', arrays)
    cases |= laid_out('long double array', long_doubles()) | scalars_of('long double scalar', long_doubles())
    cases |= {f'structure scalar/{name}': rows.reshape(-1)[0] for name, rows in structures().items()}
    return cases


CASES = table()
