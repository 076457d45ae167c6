"""The real katsdptelstate at the end of a pipe.

Each line of standard input is a request, {"id": 1, "calls": [{"do": "add", "on": {...}, "args": [...], "named": {...}}]},
whose calls are done one after the other; each line of output is an answer, {"id": 1, "outcomes": [...]}, with a
{"value": ...} or an {"error": ...} for each call. Requests run at the same time. Arguments and values are described as
in describe.py. Ends with its input, whatever still waits.
"""

import asyncio
import collections
import json
import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import katsdptelstate
import katsdptelstate.aio
import katsdptelstate.aio.redis
import numpy as np
from katsdptelstate.rdb_writer import RDBWriter

from cases import CASES, nested
from describe import describe, undescribe

# What a telescope state is asked to do by name.
METHODS = {
    'add',
    'delete',
    'clear',
    'keys',
    'key_type',
    'get',
    'get_range',
    'set_indexed',
    'get_indexed',
    'wait_key',
    'wait_indexed',
}
CONDITIONS = {
    'above 5': lambda value, *time: value > 5,
    'after 100': lambda value, time: time > 100,
    'is m062': lambda value, *time: value == 'm062',
    'has two': lambda value, *time: len(value) == 2,
    'cannot say': lambda value, *time: 1 / 0,
}
ENCODINGS = {'pickle': katsdptelstate.ENCODING_PICKLE}
ODD = {
    'set': lambda: {1, 2},
    'object': object,
    'object array': lambda: np.array([None, 'a'], object),
    'subclass of dict': lambda: collections.OrderedDict(a=1),
    'int of 65 bits': lambda: 2**64,
    'lone surrogate': lambda: '\ud800',
    'dict of int keys': lambda: {1: 'a', 2.5: 'b'},
    'type of 4000 fields': lambda: np.zeros(1, [(f'f{i}', '<i2') for i in range(4000)]),
    'empty np.str_': lambda: np.str_(''),
    'empty np.bytes_': lambda: np.bytes_(b''),
    'bytearray': lambda: bytearray(b'abc'),
    'named tuple': lambda: collections.namedtuple('Pointing', 'azim elev')(1, 2.5),
    'record array': lambda: np.array([(1,)], [('a', '<i2')]).view(np.recarray),
    'masked array': lambda: np.ma.masked_array([1, 2], [False, True], '<i2'),
    'list 500 deep': lambda: nested(500),
}
LONGEST_WAIT_SECONDS = 15


class Driver:
    def __init__(self, url):
        self.url = url
        self.states = {}
        self.lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def in_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(LONGEST_WAIT_SECONDS)

    def state(self, on):
        """The state that a call names: by its kind of backend, and the views that lead to it."""
        kind = on.get('backend', 'redis')
        with self.lock:
            if kind not in self.states:
                self.states[kind] = self.open(kind)
            state = self.states[kind]
        for view in on.get('views', []):
            state = state.view(view['name'], exclusive=view.get('exclusive', False))
        return state

    def open(self, kind):
        if kind == 'redis':
            return katsdptelstate.TelescopeState(self.url)
        if kind == 'aio':
            return self.in_loop(self.open_aio())
        return katsdptelstate.TelescopeState()

    async def open_aio(self):
        backend = await katsdptelstate.aio.redis.RedisBackend.from_url(self.url)
        return katsdptelstate.aio.TelescopeState(backend)

    def do(self, call):
        name, on = call['do'], call.get('on', {})
        args = [undescribe(arg, CASES) for arg in call.get('args', [])]
        named = {key: undescribe(value, CASES) for key, value in call.get('named', {}).items()}
        if hasattr(self, f'do_{name}'):
            return getattr(self, f'do_{name}')(on, *args, **named)
        if name not in METHODS:
            raise LookupError(f'the driver cannot {name}')
        if 'encoding' in named:
            named['encoding'] = ENCODINGS[named['encoding']]
        if 'condition' in named:
            return self.wait(on, name, args, named)
        return self.finish(getattr(self.state(on), name)(*args, **named))

    def finish(self, result):
        return self.in_loop(result) if asyncio.iscoroutine(result) else result

    def wait(self, on, name, args, named):
        """Gives everything that the condition was asked about."""
        condition, asked = CONDITIONS[named['condition']], []

        def ask(*about):
            asked.append(about)
            return condition(*about)

        self.finish(getattr(self.state(on), name)(*args, **named | {'condition': ask}))
        return asked

    def do_set(self, on, key, value):
        state = self.state(on)
        if on.get('backend') == 'aio':
            self.in_loop(state.set(key, value))
        else:
            state[key] = value

    def do_item(self, on, key):
        return self.finish(self.state(on)[key])

    def do_exists(self, on, key):
        return self.in_loop(self.state(on).exists(key)) if on.get('backend') == 'aio' else key in self.state(on)

    def do_echo(self, on, value):
        return value

    def do_encode(self, on, value):
        return katsdptelstate.encode_value(value)

    def do_set_odd(self, on, key, name):
        """Sets what has no description: a value that cannot be stored, or one that Python can store and not read."""
        self.do_set(on, key, ODD[name]())

    def do_depth(self, on, key):
        """How many lists or tuples stand in one another."""
        value, depth = self.do_item(on, key), 0
        while isinstance(value, (list, tuple)):
            value, depth = value[0], depth + 1
        return depth

    def do_names(self, on):
        return list(CASES)

    def do_save(self, on, filename):
        """A snapshot of everything. Gives how many keys were written, and how many not."""
        with RDBWriter(filename) as writer:
            writer.save(self.state(on))
        return writer.keys_written, writer.keys_failed


def outcome(driver, call):
    try:
        value = driver.do(call)
        if isinstance(value, katsdptelstate.KeyType):
            value = value.name
        return {'value': describe(value)}
    except Exception as error:
        classes = [kind.__name__ for kind in type(error).__mro__]
        return {'error': {'module': type(error).__module__, 'classes': classes, 'message': str(error)}}


def main():
    warnings.simplefilter('ignore')
    driver = Driver(sys.argv[1])
    printing = threading.Lock()

    def answer(request):
        outcomes = [outcome(driver, call) for call in request['calls']]
        with printing:
            print(json.dumps({'id': request['id'], 'outcomes': outcomes}), flush=True)

    with ThreadPoolExecutor(64) as pool:
        for line in sys.stdin:
            pool.submit(answer, json.loads(line))
        os._exit(0)


main()
