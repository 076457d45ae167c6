"""h5py at the work of cases.ts as the reference's writer does it: each message decoded, each channel a row at a time into
datasets of chunks of 100 rows that are made longer by 1000 when they are full. The messages are in memory: what the
wire costs is not counted. A JSON line in, its cost out.
"""

import json
import os
import sys
import time

import bitshuffle
import h5py
import numpy as np

PATH = os.path.join(sys.argv[1], "h5py.h5")


class Channel:
    def __init__(self, group, name, dtype, shape):
        self.rows, self.room = 0, 100
        group = group.create_group(name)
        make = lambda what, rows, row, kind: group.create_dataset(
            what, (rows, *row), kind, maxshape=(None, *row), chunks=(100, *row)
        )
        self.data = make("data", 100, shape, dtype)
        self.pulse_id = make("pulse_id", 100, (), "i8")
        self.present = make("is_data_present", 100, (), "u1")

    def write(self, pulse_id, value):
        if self.rows == self.room:
            self.room = self.rows + 1000
            for dataset in (self.data, self.pulse_id, self.present):
                dataset.resize(self.room, axis=0)
        self.data[self.rows] = value
        self.pulse_id[self.rows] = pulse_id
        self.present[self.rows] = 1
        self.rows += 1

    def close(self):
        for dataset in (self.data, self.pulse_id, self.present):
            dataset.resize(self.rows, axis=0)


def frame_of(work):
    items = int(np.prod(work["shape"]))
    if work["type"] == "float64":
        return np.random.default_rng(1).random(items).tobytes()
    noise = np.random.default_rng(1).integers(0, 16, (2, items))
    counts = (200 + noise.sum(axis=0)).astype("u2")
    return bitshuffle.compress_lz4(counts, 0).tobytes() if work["isCompressed"] else counts.tobytes()


def write(work):
    dtype = np.dtype(work["type"])
    shape = tuple(reversed(work["shape"]))
    frame = frame_of(work)
    time_frame = np.array([1_700_000_000, 0], "i8").tobytes()
    cpu, start = time.process_time(), time.perf_counter()
    with h5py.File(PATH, "w") as file:
        data = file.create_group("data")
        channels = [Channel(data, f"BENCH-CHANNEL-{i}:VALUE", dtype, shape) for i in range(work["channels"])]
        for pulse_id in range(work["theirs"]):
            header = json.loads('{"htype": "bsr_m-1.1", "hash": "0", "pulse_id": %d, "global_timestamp": {"sec": 1, "ns": 0}}' % pulse_id)
            for channel in channels:
                if work["isCompressed"]:
                    value = bitshuffle.decompress_lz4(np.frombuffer(frame, "u1"), shape, dtype, 0)
                else:
                    value = np.frombuffer(frame, dtype).reshape(shape)
                np.frombuffer(time_frame, "u8")
                channel.write(header["pulse_id"], value)
        for channel in channels:
            channel.close()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    os.remove(PATH)
    plain = work["theirs"] * work["channels"] * (int(np.prod(shape)) * dtype.itemsize)
    return {"seconds": seconds, "cpuSeconds": cpu, "messages": work["theirs"], "bytes": plain}


for line in sys.stdin:
    print(json.dumps(write(json.loads(line)["args"][0])), flush=True)
