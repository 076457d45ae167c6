"""Chunks of HDF5's filters 32008 (bitshuffle) and 32004 (lz4), made and read by their own libraries.

Reads one JSON array of {"filter", "options", "dtype", "plain", "chunk"} (bytes as base64) from standard input. Writes,
for each, what the filter reads from our chunk and the chunk that it makes itself.
"""
import base64
import json
import sys

import h5py
import numpy


def exchange(file, name, case):
    plain = numpy.frombuffer(base64.b64decode(case["plain"]), case["dtype"])
    kind = dict(
        chunks=plain.shape, compression=case["filter"], compression_opts=tuple(case["options"]), dtype=plain.dtype
    )
    ours = file.create_dataset(name + "/ours", plain.shape, **kind)
    ours.id.write_direct_chunk((0,), base64.b64decode(case["chunk"]))
    theirs = file.create_dataset(name + "/theirs", data=plain, **kind)
    file.flush()
    _, chunk = theirs.id.read_direct_chunk((0,))
    return {"read": encode(ours[()].tobytes()), "made": encode(chunk)}


def encode(data):
    return base64.b64encode(data).decode()


with h5py.File("filters.h5", "w", driver="core", backing_store=False) as file:
    cases = json.load(sys.stdin)
    json.dump([exchange(file, str(place), case) for place, case in enumerate(cases)], sys.stdout)
