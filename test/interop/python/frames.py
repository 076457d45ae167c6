"""A small program as those that use SimpleSHM do it, with redis-py: frames are strings of JSON, written in a MULTI with a
notice each. Each line of standard input is one thing to do, [name, argument...]; each line of output its result.
"""

import json
import sys
import time

import redis

AVAILABLE = 'available'
server = redis.Redis.from_url(sys.argv[1], decode_responses=True)


def init(description, flag):
    frames = json.loads(description)
    transaction = server.pipeline()
    for name, fields in frames.items():
        transaction.set(name, json.dumps(dict(fields)))
    transaction.set(flag, 'OK')
    transaction.execute()


def wait_for_init(flag):
    for _ in range(150):
        if server.get(flag):
            return True
        time.sleep(0.1)
    return False


def read(*names):
    """What each frame is to Python: the repr of its fields by position, None where it is not initialised."""
    transaction = server.pipeline()
    for name in names:
        transaction.get(name)
    return [repr_of(text) for text in transaction.execute()]


def repr_of(text):
    values = None if text is None else list(json.loads(text).values())
    return repr(values) if values and values[1] else None


def write(*frames):
    """Each of the frames is [name, {field: value}, seconds or None]; the fields are in their order."""
    transaction = server.pipeline()
    for name, fields, seconds in frames:
        transaction.set(name, json.dumps(json.loads(fields)), ex=seconds)
        transaction.publish(name, AVAILABLE)
    transaction.execute()


def listen(names, count):
    """Answers with the frames after each notice of the first of them."""
    with server.pubsub() as pubsub:
        pubsub.subscribe(names[0])
        while pubsub.get_message(timeout=15)['type'] != 'subscribe':
            pass
        answer('listening')
        while count > 0:
            message = pubsub.get_message(timeout=15)
            if message is None:
                break
            if message['data'] == AVAILABLE:
                answer(read(*names))
                count -= 1
    return 'done'


def push(key, *texts):
    for text in texts:
        server.rpush(key, json.dumps(json.loads(text)))


def pop(key):
    return server.lpop(key)


def drain(key):
    items, _ = server.pipeline().lrange(key, 0, -1).delete(key).execute()
    return items


def again(*texts):
    """The same texts as Python writes what it reads."""
    return [json.dumps(json.loads(text)) for text in texts]


def text(name):
    return server.get(name)


def ttl(name):
    return server.ttl(name)


def answer(result):
    print(json.dumps(result), flush=True)


VERBS = {f.__name__: f for f in (init, wait_for_init, read, write, listen, push, pop, drain, again, text, ttl)}

for line in sys.stdin:
    verb, *arguments = json.loads(line)
    answer(VERBS[verb](*arguments))
