"""A program with redis-py that does on the wire what SimpleSHM does: a JSON line with a measurement in, one with its result out."""

import asyncio
import json
import sys
import time

import redis
import redis.asyncio

URL = sys.argv[1]
server = redis.Redis.from_url(URL, decode_responses=True)
NAMES = ['BATTERY__measures', 'BATTERY__state', 'PROP__measures']


def group(transaction, i):
    """Three frames of five fields, each with its notice."""
    for name in NAMES:
        frame = {'ts': time.time(), 'sender': 'PEER', 'u': 0.5 + i, 'i': 0.25 * i, 'n': i, 'label': 'left', 'on': True}
        transaction.set(name, json.dumps(frame))
        transaction.publish(name, 'available')
    return transaction.execute()


def timed(work, count):
    cpu, start = time.process_time(), time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    return {'perSecond': count / seconds, 'cpuMicroseconds': (time.process_time() - cpu) / count * 1e6}


def flush_sync(count):
    def work():
        for i in range(count):
            group(server.pipeline(), i)
    return timed(work, count)


def flush_aio(count, tasks):
    async def run():
        pool = redis.asyncio.Redis.from_url(URL, decode_responses=True)
        numbers = iter(range(count))

        async def task():
            for i in numbers:
                await group(pool.pipeline(), i)
        await asyncio.gather(*(task() for _ in range(tasks)))
        await pool.aclose()
    return timed(lambda: asyncio.run(run()), count)


def write(count):
    """Writes a frame that holds the monotonic time of its sending, again and again."""
    for i in range(count):
        time.sleep(0.005)
        transaction = server.pipeline()
        frame = {'ts': time.time(), 'sender': 'PEER', 'n': i, 'sentNs': time.monotonic_ns()}
        transaction.set('CLOCK__sent', json.dumps(frame))
        transaction.publish('CLOCK__sent', 'available')
        transaction.execute()
    return {}


def listen(count):
    """How long each of so many frames took from its sending until it was read here."""
    with server.pubsub() as pubsub:
        pubsub.subscribe('CLOCK__sent')
        pubsub.get_message(timeout=10)
        print(json.dumps({'listening': True}), flush=True)
        delays = []
        while len(delays) < count:
            message = pubsub.get_message(timeout=10)
            if message is None:
                break
            if message['data'] == 'available':
                frame = json.loads(server.get('CLOCK__sent'))
                delays.append((time.monotonic_ns() - frame['sentNs']) / 1e6)
        return {'delaysMs': delays}


MEASUREMENTS = {f.__name__: f for f in (flush_sync, flush_aio, write, listen)}

for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps(MEASUREMENTS[call['measure']](*call['args'])), flush=True)
