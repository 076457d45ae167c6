"""A pyzmq socket in a process of its own: `zmq_party.py ROLE OPTIONS`.

It does what test/zmtp/programs/party.ts does, with the same requests and answers, one a line.
"""

import hashlib
import itertools
import json
import sys

import zmq

ROLES = {'push': zmq.PUSH, 'pull': zmq.PULL, 'pub': zmq.PUB, 'sub': zmq.SUB}


def frames_of(message):
    """SHAKE-128 of the label, cut into the sizes."""
    sizes = message['sizesBytes']
    content = hashlib.shake_128(message['label'].encode()).digest(sum(sizes))
    ends = list(itertools.accumulate(sizes))
    return [content[end - size:end] for size, end in zip(sizes, ends)]


def summary_of(frames):
    sizes = [len(frame) for frame in frames]
    digest = hashlib.sha256(json.dumps(sizes, separators=(',', ':')).encode())
    for frame in frames:
        digest.update(frame)
    more = ', …' if len(sizes) > 4 else ''
    return f'{len(sizes)} frames ({", ".join(map(str, sizes[:4]))}{more}) {digest.hexdigest()[:16]}'


class Party:
    def __init__(self, role, options):
        self.context = zmq.Context()
        self.socket = self.context.socket(ROLES[role])
        self.socket.hwm = options.get('highWaterMark', 1000)
        self.socket.reconnect_ivl = options.get('reconnectMs', 10)
        self.socket.linger = 0

    def bind(self, endpoint):
        self.socket.bind(endpoint)
        return self.socket.last_endpoint.decode()

    def connect(self, endpoint):
        self.socket.connect(endpoint)

    def subscribe(self, prefix):
        self.socket.subscribe(prefix)

    def send(self, messages):
        for message in messages:
            self.socket.send_multipart(frames_of(message))

    def receive(self, count):
        return [summary_of(self.socket.recv_multipart()) for _ in range(count)]

    def stream(self, sizesBytes):
        """Answers first: it never ends."""
        answer(None)
        for number in itertools.count():
            first, *others = frames_of({'label': str(number), 'sizesBytes': sizesBytes})
            self.socket.send_multipart([f'{number} '.encode() + first, *others])

    def close(self, lingerMs):
        self.socket.close(lingerMs)
        self.context.term()


def answer(value):
    print(json.dumps({'answer': value}), flush=True)


party = Party(sys.argv[1], json.loads(sys.argv[2]))
for line in sys.stdin:
    request = json.loads(line)
    name = request.pop('do')
    answer(getattr(party, name)(**request))
    if name == 'close':
        break
