"""h5py at the work of work.ts: a JSON line in, its cost out."""

import json
import os
import resource
import sys
import time

import h5py
import numpy as np

PATH = os.path.join(sys.argv[1], "h5py.h5")
CHUNK = os.urandom(1024 * 1024)
DATASETS = 100
BLOCK = np.arange(100) + 0.5


def sync(file):
    file.flush()
    os.fdatasync(file.id.get_vfd_handle())


def chunks(file, count, sync_every):
    images = file.create_dataset("images", (0, 1024, 1024), "u1", maxshape=(None, 1024, 1024), chunks=(1, 1024, 1024))
    for done in range(count):
        images.resize(done + 1, axis=0)
        images.id.write_direct_chunk((done, 0, 0), CHUNK)
        if (done + 1) % sync_every == 0:
            sync(file)


def samples(file, count, sync_every, each, values):
    channels = [
        file.create_dataset(f"channel {i}", (0,), "f8", maxshape=(None,), chunks=(8192,)) for i in range(DATASETS)
    ]
    done = rows = 0
    while done < count:
        for channel in channels:
            channel.resize(rows + each, axis=0)
            channel[rows : rows + each] = values
            done += each
            if done % sync_every == 0:
                sync(file)
        rows += each


def write(kind, count, sync_every):
    with h5py.File(PATH, "w", libver="latest") as file:
        if kind == "chunks":
            chunks(file, count, sync_every)
        elif kind == "rows":
            samples(file, count, sync_every, 1, 0.5)
        else:
            samples(file, count, sync_every, len(BLOCK), BLOCK)


for line in sys.stdin:
    work = json.loads(line)["args"][0]
    cpu, start = time.process_time(), time.perf_counter()
    write(work["kind"], work["count"], work["syncEvery"])
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    os.remove(PATH)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "peakBytes": peak}), flush=True)
