"""The judge of HDF5 files: plain h5py, asked in JSON lines, one answer for each.

{"do": "model", "name", "file"}  keeps what was written to a file, as file-model.ts says it
{"do": "check", "model", "path", "state", "exact"}  opens path and compares
{"do": "encode", "filter", "options", "dtype", "shape", "bytes"}  one chunk, as h5py and the filter's plugin write it
{"do": "follow", "path", "dataset", "rows"}  opens with swmr=True and refreshes until there are so many rows
{"do": "open often", "path", "dataset", "times"}  opens and reads a growing file again and again
"""

import base64
import json
import sys

import h5py
import numpy as np

models = {}


class Wrong(Exception):
    """What the file has is not what was written to it."""


def demand(truth, *what):
    if not truth:
        raise Wrong(" ".join(str(part) for part in what))


class Values:
    """Items as they were written: bytes of a dtype, numbers that numpy converts, or text of any length."""

    def __init__(self, said):
        self.shape = tuple(said["shape"])
        self.text = said.get("text")
        self.dtype = None if self.text is not None else np.dtype(said["dtype"])
        if self.text is None:
            self.bytes = base64.b64decode(said["bytes"])

    def demand_type(self, place, dtype):
        if self.text is None:
            demand(dtype == self.dtype, place, "has type", dtype, "and not", self.dtype)
            if self.dtype.kind == "S":
                demand(h5py.check_string_dtype(dtype).encoding == "utf-8", place, "is not UTF-8")
            return
        info = h5py.check_string_dtype(dtype)
        demand(info is not None and info == ("utf-8", None), place, "is not UTF-8 of any length but", dtype)

    def demand_prefix(self, place, array, items):
        """That array, all of it, is the first of the items."""
        if self.text is None:
            found = np.ascontiguousarray(array).tobytes()
            expected = self.bytes[: len(found)]
            if found != expected:
                at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), len(expected))
                item = at // max(1, self.dtype.itemsize)
                raise Wrong(f"{place}: item {item} of {items} is {found[at:at + 16].hex()}, not {expected[at:at + 16].hex()}")
            return
        found = [item.decode() if isinstance(item, bytes) else item for item in np.asarray(array, object).ravel()]
        for i, item in enumerate(found):
            demand(i < len(self.text), place, "has more items than were written")
            demand(item == self.text[i], f"{place}: item {i} of {items} is {item!r:.60}, not {self.text[i]!r:.60}")


class Model:
    def __init__(self, said):
        self.objects = {}
        for path, thing in said["objects"].items():
            self.objects[path] = {
                **thing,
                "values": Values(thing["values"]) if "values" in thing else None,
                "attributes": {name: Values(value) for name, value in thing["attributes"].items()},
            }


def check_attributes(thing, said, count, exact):
    attrs = thing.attrs
    names = list(attrs)
    demand(len(attrs) == len(names), thing.name, "counts", len(attrs), "attributes and lists", len(names))
    for name in names:
        demand(name in said, thing.name, "has an attribute that was not written:", repr(name))
        place = f"{thing.name}@{name}"
        values = said[name]
        attribute = attrs.get_id(name)
        values.demand_type(place, attribute.dtype)
        demand(attribute.shape == values.shape, place, "has shape", attribute.shape, "and not", values.shape)
        values.demand_prefix(place, raw(attribute) if values.text is None else attrs[name], values.shape)
    for name in list(said)[:count]:
        demand(name in names, thing.name, "lacks the attribute", repr(name))
    demand(not exact or len(names) == count, thing.name, "has", len(names), "attributes and not", count)


def raw(thing):
    """All items in the byte order of the file: indexing turns a single item into the machine's."""
    array = np.empty(thing.shape, thing.dtype)
    if isinstance(thing, h5py.h5a.AttrID):
        thing.read(array)
    else:
        thing.read(h5py.h5s.ALL, h5py.h5s.ALL, array)
    return array


def check_dataset(dataset, said, rows, exact):
    values, place = said["values"], dataset.name
    values.demand_type(place, dataset.dtype)
    if said["kind"] == "fixed":
        demand(dataset.shape == values.shape, place, "has shape", dataset.shape, "and not", values.shape)
        values.demand_prefix(place, raw(dataset.id) if values.text is None else dataset[()], values.shape)
        return
    demand(dataset.shape[1:] == values.shape[1:], place, "has rows of", dataset.shape[1:])
    demand(dataset.maxshape == (None, *values.shape[1:]), place, "may grow to", dataset.maxshape)
    visible = dataset.shape[0]
    demand(visible >= rows, place, "has", visible, "rows and not", rows)
    demand(visible <= values.shape[0], place, "has", visible, "rows, more than were written")
    demand(not exact or visible == rows, place, "has", visible, "rows and not", rows)
    if "chunkRows" in said:
        demand(dataset.chunks == (said["chunkRows"], *values.shape[1:]), place, "has chunks of", dataset.chunks)
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    demand(filters == said["filters"], place, "has filters", filters, "and not", said["filters"])
    if "fill" in said:
        fill = np.zeros(1, dataset.dtype)
        plist.get_fill_value(fill)
        demand(fill.tobytes() == base64.b64decode(said["fill"]), place, "has the fill value", fill[0])
    values.demand_prefix(place, dataset[...], values.shape)


def check(model, path, state, exact):
    """state: what must be there, as {path: [rows, number of attributes]}."""
    model = models[model]
    seen = {}

    def visit(thing):
        said = model.objects.get(thing.name)
        demand(said is not None, "an object that was not written:", repr(thing.name))
        demand(thing.name not in seen, "twice in the file:", repr(thing.name))
        is_group = isinstance(thing, h5py.Group)
        seen[thing.name] = True
        demand(is_group == (said["kind"] == "group"), thing.name, "is of another kind")
        rows, attributes = state.get(thing.name, (0, 0))
        check_attributes(thing, said["attributes"], attributes, exact)
        if not is_group:
            check_dataset(thing, said, rows, exact)
            return
        names = list(thing)
        demand(len(thing) == len(names), thing.name, "counts other links than it lists")
        # libhdf5 finds a link by looking through those before it: of very many, some are followed.
        step = 1 + len(names) // 10_000 * 20
        for name in names[::step]:
            visit(thing[name])
        for name in names if step > 1 else ():
            path = f"{thing.name.rstrip('/')}/{name}"
            demand(path in model.objects, "an object that was not written:", repr(path))
            seen[path] = True

    with h5py.File(path, "r") as file:
        visit(file["/"])
    for name in state:
        demand(name in seen, "missing:", repr(name))
    demand(not exact or len(seen) == len(state), "has", len(seen), "objects and not", len(state))
    return len(seen)


def encode(filter, options, dtype, shape, bytes):
    values = np.frombuffer(base64.b64decode(bytes), np.dtype(dtype)).reshape(shape)
    with h5py.File("chunk.h5", "w", driver="core", backing_store=False, libver="latest") as file:
        dataset = file.create_dataset(
            "chunk",
            data=values,
            chunks=tuple(shape),
            maxshape=(None, *shape[1:]),
            compression=filter,
            compression_opts=tuple(options),
        )
        file.flush()
        mask, chunk = dataset.id.read_direct_chunk((0,) * len(shape))
        demand(mask == 0, "the filter was not applied")
        return base64.b64encode(chunk).decode()


def follow(path, dataset, rows):
    """The row counts that a live reader saw, and that each value is its row number."""
    seen = []
    with h5py.File(path, "r", swmr=True) as file:
        followed = file[dataset]
        while not seen or seen[-1] < rows:
            followed.refresh()
            count = followed.shape[0]
            if seen and count == seen[-1]:
                continue
            values = followed[:count]
            expected = np.arange(count).reshape(-1, *([1] * (values.ndim - 1)))
            demand((values == expected).all(), dataset, "has wrong values among", count, "rows")
            seen.append(count)
            if len(seen) == 1:
                say({"following": count})
    return seen


def open_often(path, dataset, times):
    """How often the file could be opened and read while it grows, and how many rows it had."""
    failures, last, sizes = [], 0, set()
    for i in range(times):
        try:
            with h5py.File(path, "r") as file:
                values = file[dataset][...]
            expected = np.arange(len(values)).reshape(-1, *([1] * (values.ndim - 1)))
            demand((values == expected).all(), "wrong values among", len(values), "rows")
            demand(len(values) >= last, "rows went away:", len(values), "after", last)
            last = len(values)
            sizes.add(last)
        except (OSError, KeyError, RuntimeError, Wrong) as error:
            failures.append(f"{i}: {error}")
    return {"failures": failures, "sizes": len(sizes), "rows": last}


def model(name, file):
    with open(file) as text:
        models[name] = Model(json.load(text))


def say(answer):
    print(json.dumps(answer), flush=True)


verbs = {"model": model, "check": check, "encode": encode, "follow": follow, "open often": open_often}

for line in sys.stdin:
    work = json.loads(line)
    try:
        say({"result": verbs[work.pop("do")](**work)})
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
