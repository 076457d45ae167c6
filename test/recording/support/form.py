"""The form of a file, not its values: the versions of its superblock and of all object headers, the layouts of its datasets."""

import json
import sys

import h5py

headers, layouts, names = set(), set(), []


def visit(name, thing):
    names.append(name)
    headers.add(h5py.h5o.get_info(thing.id).hdr.version)
    if isinstance(thing, h5py.Dataset):
        layouts.add(thing.id.get_create_plist().get_layout())


with h5py.File(sys.argv[1], "r") as file:
    visit("/", file["/"])
    file.visititems(visit)
    superblock = file.id.get_create_plist().get_version()[0]
    json.dump(
        {
            "superblock": superblock,
            "headers": sorted(headers),
            "isContiguous": layouts <= {h5py.h5d.CONTIGUOUS},
            "objects": len(names),
        },
        sys.stdout,
    )
