"""Values as JSON that says what they are, bit by bit; describe.ts on the other side says the same of its values."""

import hashlib
import struct

import numpy as np

# Data of arrays that are longer are given by their SHA-256.
LONGEST_DATA = 4096


def float_bits(value):
    return struct.pack('>d', value).hex()


def float_of(bits):
    return struct.unpack('>d', bytes.fromhex(bits))[0]


def data_of(value):
    """The bytes of an array as they lie in memory, or of a scalar; padding of any kind is nothing, and counts as zeros."""
    if value.dtype.names is not None and value.ndim > 0:
        fields = np.zeros(value.shape, value.dtype, order='F' if value.flags.fnc else 'C')
        for name in value.dtype.names:
            fields[name] = value[name]
        # As raw bytes, whose copies are true.
        value = fields.view(f'|V{value.dtype.itemsize}')
    if value.dtype.kind in 'fc' and value.dtype.itemsize in (16, 32) and np.finfo(value.dtype).nmant == 63:
        parts = np.frombuffer(value.tobytes(order='A'), 'u1').reshape(-1, 16).copy()
        parts[:, 10:] = 0
        return parts.tobytes()
    return value.tobytes(order='A')


def descriptor(dtype):
    return jsonable(np.lib.format.dtype_to_descr(dtype))


def jsonable(value):
    return [jsonable(item) for item in value] if isinstance(value, (list, tuple)) else value


def hex_or_hash(data):
    return data.hex() if len(data) <= LONGEST_DATA else 'sha256:' + hashlib.sha256(data).hexdigest()


def describe(value):
    """Exact types only: a subclass (np.float64 is one of float) is another thing."""
    kind = type(value)
    if value is None:
        return ['none']
    if kind is bool:
        return ['bool', value]
    if kind is int:
        return ['int', str(value)]
    if kind is float:
        return ['float', float_bits(value)]
    if kind is str:
        return ['text', value]
    if kind is bytes:
        return ['bytes', hex_or_hash(value)]
    if kind in (list, tuple):
        return [kind.__name__, [describe(item) for item in value]]
    if kind is dict:
        return ['dict', [[describe(key), describe(item)] for key, item in value.items()]]
    if kind is complex:
        return ['complex', float_bits(value.real), float_bits(value.imag)]
    if kind is np.ndarray:
        fortran = bool(value.flags.f_contiguous and not value.flags.c_contiguous)
        # Strided arrays are stored row by row.
        packed = value if fortran else np.ascontiguousarray(value).reshape(value.shape)
        return ['ndarray', descriptor(value.dtype), list(value.shape), fortran, hex_or_hash(data_of(packed))]
    if isinstance(value, np.generic):
        return ['npscalar', descriptor(value.dtype), data_of(value).hex()]
    raise TypeError(f'a {kind} is not described')


def undescribe(described, cases):
    """The value of a description; a case is named: ['case', 'int/1']. Structures come as cases only."""
    kind, *rest = described
    if kind == 'case':
        return cases[rest[0]]
    if kind == 'none':
        return None
    if kind in ('bool', 'text'):
        return rest[0]
    if kind == 'int':
        return int(rest[0])
    if kind == 'float':
        return float_of(rest[0])
    if kind == 'bytes':
        return bytes.fromhex(rest[0])
    if kind == 'list':
        return [undescribe(item, cases) for item in rest[0]]
    if kind == 'tuple':
        return tuple(undescribe(item, cases) for item in rest[0])
    if kind == 'dict':
        return {undescribe(key, cases): undescribe(item, cases) for key, item in rest[0]}
    if kind == 'complex':
        return complex(float_of(rest[0]), float_of(rest[1]))
    if kind == 'npscalar':
        return np.frombuffer(bytes.fromhex(rest[1]), rest[0])[0]
    if kind == 'ndarray':
        dtype, shape, fortran, data = rest
        return np.frombuffer(bytes.fromhex(data), dtype).reshape(shape, order='F' if fortran else 'C')
    raise TypeError(f'a {kind} cannot be made from its description')
