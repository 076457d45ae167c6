"""The real bitshuffle on one value: decoded and encoded bytes a second, best of some rounds on one core, as JSON."""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import bitshuffle  # noqa: E402
import numpy  # noqa: E402

path, dtype, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
value = numpy.fromfile(path, dtype)
chunk = bitshuffle.compress_lz4(value)


def best(work):
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return value.nbytes / min(times)


json.dump(
    {
        "decode": best(lambda: bitshuffle.decompress_lz4(chunk, value.shape, value.dtype)),
        "encode": best(lambda: bitshuffle.compress_lz4(value)),
        "ratio": value.nbytes / chunk.nbytes,
    },
    sys.stdout,
)
