"""What peer.ts is to receive and to send, for the real bsread."""

import json
import logging
import sys
import time

import numpy as np
from bsread import CONNECT, PULL, PUSH, Sender, Source

logging.disable(logging.CRITICAL)


def answer(start, cpu):
    seconds = time.perf_counter() - start
    print(json.dumps({'seconds': seconds, 'cpuMicroseconds': (time.process_time() - cpu) * 1e6}), flush=True)


def image():
    return {'image': np.random.normal(200, 8, (1024, 1024)).astype('u2')}


CASES = [
    lambda: {f'DEVICE-{i:03}:SCALAR': float(np.random.normal()) for i in range(100)},
    lambda: {f'DEVICE-{i:03}:WAVEFORM': np.random.normal(size=2048) for i in range(10)},
    image,
    image,
]


def receive(case, count, endpoint):
    with Source(host='127.0.0.1', port=int(endpoint.rsplit(':', 1)[1]), mode=PULL) as source:
        source.receive()
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(count - 1):
            message = source.receive().data
            for value in message.data.values():
                if value.value is None or value.timestamp is None:
                    raise RuntimeError('a value is missing')
        answer(start, cpu)


def send(case, count, endpoint):
    address, port = endpoint.rsplit(':', 1)
    sender = Sender(address=address, port=int(port), conn_type=CONNECT, mode=PUSH,
                    data_compression='bitshuffle_lz4' if case == 3 else None)
    sender.open()
    values = CASES[case]()
    sender.send(data=values)
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(count - 1):
        sender.send(data=values)
    sender.close()
    answer(start, cpu)


for line in sys.stdin:
    request = json.loads(line)
    {'receive': receive, 'send': send}[request['measure']](*request['args'])
