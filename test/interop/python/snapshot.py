"""The real katsdptelstate with snapshot files: loads one into a telescope state, or saves one from it.

    snapshot.py load URL FILE        prints how many keys were loaded
    snapshot.py save URL FILE KEY…   prints how many keys were written, and how many not; without keys it saves all
    snapshot.py copy FILE NEW        loads FILE into memory and saves that as NEW; prints all three
"""

import logging
import sys

import katsdptelstate
from katsdptelstate.rdb_writer import RDBWriter


def save(state, file, keys=None):
    with RDBWriter(file) as writer:
        writer.save(state, keys)
    return writer.keys_written, writer.keys_failed


def main(verb, *args):
    if verb == 'load':
        url, file = args
        print(katsdptelstate.TelescopeState(url).load_from_file(file))
    elif verb == 'save':
        url, file, *keys = args
        print(*save(katsdptelstate.TelescopeState(url), file, keys or None))
    else:
        file, new = args
        state = katsdptelstate.TelescopeState()
        print(state.load_from_file(file), *save(state, new))


logging.disable()
main(*sys.argv[1:])
