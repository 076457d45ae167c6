"""What is in a file, as the recorded vectors tell it: asked in lines of JSON, one answer for each.

{"path"} of a file; {"path", "told": rows} whether a recording of told-stream.ts holds so many rows at least
"""

import hashlib
import json
import sys

import h5py
import numpy as np


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def dataset_content(dataset):
    content = {
        "shape": list(dataset.shape),
        "maxshape": list(dataset.maxshape),
        "chunks": list(dataset.chunks) if dataset.chunks else None,
        "dtype": str(dataset.dtype),
        "attrs": sorted(dataset.attrs),
    }
    plist = dataset.id.get_create_plist()
    content["filters"] = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    values = dataset[()]
    if dataset.dtype.kind in "OS":
        texts = [text(value) for value in np.asarray(values, object).ravel()]
        content["values"] = texts
        content["sha256_joined_nul"] = sha256("\0".join(texts).encode())
    else:
        little = np.ascontiguousarray(values).astype(dataset.dtype.newbyteorder("<"))
        content["sha256_le"] = sha256(little.tobytes())
        flat = little.ravel()
        content["first"] = [str(value) for value in flat[:6]]
        content["last"] = [str(value) for value in flat[-6:]]
        if flat.size <= 16384:
            content["items"] = [str(value) for value in flat]
    return content


def content(path):
    found = {}

    def visit(group):
        for name in group:
            thing = group[name]
            place = f"{group.name.rstrip('/')}/{name}"
            if isinstance(thing, h5py.Group):
                found[place] = {"group": True, "attributes": {key: said(thing.attrs[key]) for key in thing.attrs}}
                visit(thing)
            else:
                found[place] = dataset_content(thing)

    with h5py.File(path, "r") as file:
        visit(file)
        found["/"] = {"group": True, "attributes": {key: said(file.attrs[key]) for key in file.attrs}}
    return found


def said(value):
    if isinstance(value, np.ndarray):
        return [said(each) for each in value]
    return text(value)


def expected(name, pulses):
    """What told-stream.ts sends, and where it sends anything."""
    column, ones = pulses[:, None], np.ones(len(pulses), bool)
    image = column + np.arange(48 * 64)
    return {
        "SCALAR": (column + 0.5, ones),
        "BIG": (column, ones),
        "TRUTH": (column % 3 == 0, ones),
        "WAVE": (column + np.arange(100), ones),
        "LONG": (column + np.arange(10_000), ones),
        "IMAGE": ((image % 65536).reshape(-1, 48, 64), pulses % 2 == 0),
        "LZ4": (image.reshape(-1, 48, 64), ones),
        "RARE": (column, pulses % 7 == 0),
        "NEVER": (np.zeros((len(pulses), 3)), ~ones),
    }[name]


def told(path, least):
    """How many rows there are; what is wrong is thrown."""
    with h5py.File(path, "r") as file:
        data = file["data"]
        shortest = None
        for name in data:
            channel = data[name]
            rows = min(channel[each].shape[0] for each in channel)
            shortest = rows if shortest is None else min(shortest, rows)
            assert rows >= least, f"{name} has {rows} rows of {least}"
            pulses = channel["pulse_id"][:rows]
            assert (np.diff(pulses) == 1).all(), f"{name} misses pulses"
            present = channel["is_data_present"][:rows] == 1
            times = channel["timestamp"][:rows]
            values = channel["data"][:rows]
            if name == "TEXT":
                wanted, where = np.array([f"pulse {pulse}".encode() for pulse in pulses], object), np.ones(rows, bool)
            else:
                wanted, where = expected(name, pulses)
            assert (present == where).all(), f"{name} is present elsewhere"
            assert (times[where] == 1_700_000_000_000_000_000 + pulses[where] * 10_000_000).all(), f"{name} has wrong times"
            assert (values[where] == wanted[where]).all(), f"{name} has wrong values"
        return shortest


for line in sys.stdin:
    work = json.loads(line)
    try:
        answer = {"result": told(work["path"], work["told"]) if "told" in work else content(work["path"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
