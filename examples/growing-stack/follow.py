"""Follows the stack of images while it grows: python3 follow.py [FILE] [IMAGES]"""

import os
import sys
import time

import h5py
import numpy as np

path = sys.argv[1] if len(sys.argv) > 1 else "stack.h5"
images = int(sys.argv[2]) if len(sys.argv) > 2 else 100
if not os.path.exists(path):
    sys.exit(f"there is no {path} yet: start write.ts first")

with h5py.File(path, "r", swmr=True) as file:
    stack, times = file["stack"], file["time"]
    seen = 0
    while seen < images:
        # Each dataset is asked for its new length by itself; one may be ahead of the other for a moment.
        stack.refresh()
        times.refresh()
        count = min(len(stack), len(times))
        for number in range(seen, count):
            row, column = np.unravel_index(stack[number].argmax(), stack.shape[1:])
            age = time.time() - times[number]
            print(f"image {number}: brightest at ({row}, {column}), {age:.1f} s old", flush=True)
        seen = count
        time.sleep(0.1)
