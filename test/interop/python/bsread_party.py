"""The real bsread in a process of its own, which does what it is asked: one request a line, one answer a line.

Values are described as {"dtype": "<i4", "shape": [], "data": base64}, {"text": "..."} or null; shape [] is a scalar.
"""

import base64
import json
import logging
import sys

import numpy as np
from bsread import BIND, CONNECT, PUB, PULL, PUSH, SUB, Sender, Source

logging.disable(logging.CRITICAL)


def value_of(described):
    if described is None:
        return None
    if 'text' in described:
        return described['text']
    array = np.frombuffer(base64.b64decode(described['data']), dtype=described['dtype'])
    return array[0] if described['shape'] == [] else array.reshape(described['shape'])


def described(value):
    if value is None:
        return None
    if isinstance(value, str):
        return {'text': value}
    array = np.asarray(value)
    little = array.astype(array.dtype.newbyteorder('<'))
    data = base64.b64encode(little.tobytes()).decode()
    return {'dtype': little.dtype.str, 'shape': list(array.shape), 'data': data}


class Party:
    def send(self, address, port, mode, messages, headerCompression, compression, bind):
        """Connects, or binds, and sends all."""
        self.sender = Sender(address=address, port=port, conn_type=BIND if bind else CONNECT, mode=PUB if mode == 'pub' else PUSH,
                             data_header_compression=headerCompression, data_compression=compression)
        self.sender.open()
        self.send_on(messages)

    def send_on(self, messages):
        for message in messages:
            data = {name: value_of(value) for name, value in message['values']}
            second, nanosecond = divmod(int(message['timestampNs']), 10**9)
            self.sender.send(data=data, pulse_id=int(message['pulseId']), timestamp=(second, nanosecond))

    def connect(self, host, port, mode):
        self.source = Source(host=host, port=port, mode=SUB if mode == 'sub' else PULL, receive_timeout=20000)
        self.source.connect()

    def receive(self, count):
        return [self.message() for _ in range(count)]

    def message(self):
        received = self.source.receive()
        if received is None:
            return None
        message = received.data
        time = int(message.global_timestamp) * 10**9 + int(message.global_timestamp_offset)
        return {
            'pulseId': str(message.pulse_id),
            'timestampNs': str(time),
            'values': [[name, described(value.value)] for name, value in message.data.items()],
            'times': [None if value.timestamp is None else
                      str(int(value.timestamp) * 10**9 + int(value.timestamp_offset))
                      for value in message.data.values()],
        }


party = Party()
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {'answer': getattr(party, request.pop('do'))(**request)}
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(answer), flush=True)
