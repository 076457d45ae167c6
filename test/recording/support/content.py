"""What is in a file, as the recorded vectors tell it: asked in lines of JSON, one answer for each.

{"path"} of a file, or with {"paths": [names]} only of some objects
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
        if flat.size <= 4096:
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


for line in sys.stdin:
    work = json.loads(line)
    try:
        answer = {"result": content(work["path"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
