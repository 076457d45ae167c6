"""What peer.ts is, for pyzmq."""

import json
import sys
import time

import zmq

# pyzmq's own threshold: below it, copying is the faster way.
COPY_BELOW_BYTES = 65536


def answer(value):
    print(json.dumps(value), flush=True)


def cpu_microseconds():
    return time.process_time() * 1e6


class Peer:
    def __init__(self):
        self.context = zmq.Context()

    def receive(self, pattern, sizes, count, endpoint):
        socket = self.context.socket(zmq.PULL if pattern == 'push-pull' else zmq.SUB)
        if pattern == 'pub-sub':
            socket.rcvhwm = 0
            socket.subscribe(b'')
        socket.connect(endpoint)
        copy = max(sizes) < COPY_BELOW_BYTES
        socket.recv_multipart(copy=copy)
        start, cpu = time.perf_counter(), cpu_microseconds()
        for _ in range(count - 1):
            socket.recv_multipart(copy=copy)
        answer({'seconds': time.perf_counter() - start, 'cpuMicroseconds': cpu_microseconds() - cpu})
        socket.close(0)

    def bind(self, pattern, sizes):
        self.socket = self.context.socket(zmq.PUSH if pattern == 'push-pull' else zmq.PUB)
        if pattern == 'pub-sub':
            self.socket.sndhwm = 0
        port = self.socket.bind_to_random_port('tcp://127.0.0.1')
        self.frames = [b'x' * size for size in sizes]
        answer({'endpoint': f'tcp://127.0.0.1:{port}'})

    def send(self, count):
        copy = max(map(len, self.frames)) < COPY_BELOW_BYTES
        self.cpu = cpu_microseconds()
        for _ in range(count):
            self.socket.send_multipart(self.frames, copy=copy)

    def finish(self):
        answer({'cpuMicroseconds': cpu_microseconds() - self.cpu})
        self.socket.close(0)


peer = Peer()
for line in sys.stdin:
    request = json.loads(line)
    getattr(peer, request['measure'])(*request['args'])
