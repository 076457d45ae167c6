"""The real katsdptelstate as a peer of the benchmark: a JSON line with a measurement in, one with its result out."""

import asyncio
import json
import sys
import time

import katsdptelstate
import katsdptelstate.aio
import katsdptelstate.aio.redis

ENDPOINT = sys.argv[1]
state = katsdptelstate.TelescopeState(ENDPOINT)


def timed(work):
    cpu, start = time.process_time(), time.perf_counter()
    count = work()
    seconds = time.perf_counter() - start
    return {'perSecond': count / seconds, 'cpuMicroseconds': (time.process_time() - cpu) / count * 1e6}


def add_sync(key, count):
    def work():
        for i in range(count):
            state.add(key, 0.5 + i, ts=1e9 + i)
        return count
    return timed(work)


def get_sync(key, count):
    def work():
        for _ in range(count):
            state.get(key)
        return count
    return timed(work)


def range_sync(key, count):
    def work():
        for _ in range(count):
            state.get_range(key, st=0)
        return count
    return timed(work)


def in_tasks(step, count, tasks):
    async def run():
        aio = katsdptelstate.aio.TelescopeState(
            await katsdptelstate.aio.redis.RedisBackend.from_url('redis://' + ENDPOINT))
        numbers = iter(range(count))

        async def task():
            for i in numbers:
                await step(aio, i)
        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.gather(*(task() for _ in range(tasks)))
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu
        await asyncio.sleep(0.1)
        aio.backend.close()
        await aio.backend.wait_closed()
        return {'perSecond': count / seconds, 'cpuMicroseconds': cpu / count * 1e6}
    return asyncio.run(run())


def add_aio(key, count, tasks):
    return in_tasks(lambda aio, i: aio.add(key, 0.5 + i, ts=1e9 + i), count, tasks)


def get_aio(key, count, tasks):
    return in_tasks(lambda aio, i: aio.get(key), count, tasks)


def wait(key, count):
    """Waits `count` times for a sample that holds the monotonic time of its sending; gives the delays."""
    delays = []
    for i in range(count):
        done = []

        def condition(value, ts):
            if value[0] == i:
                done.append(time.monotonic_ns() - value[1])
            return bool(done)
        # The writer starts when this line is out, which is before wait_key subscribes: it leaves it time.
        print(json.dumps({'waiting': i}), flush=True)
        state.wait_key(key, condition)
        delays.append(done[0] / 1e6)
    return {'delaysMs': delays}


MEASUREMENTS = {f.__name__: f for f in (add_sync, get_sync, range_sync, add_aio, get_aio, wait)}

for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps(MEASUREMENTS[call['measure']](*call['args'])), flush=True)
