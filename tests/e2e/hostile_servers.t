#!/usr/bin/python3
"""Servers that drip, flood, lie or say nothing at all: a probe and a build with `serial: live` end on
time, take little memory, and carry nobody's control characters.

TALKERS answer a probe, with the port that they are asked for; ANSWERS answer questions of the DNS.
Each runs in a thread on a port of 127.0.0.1 that the kernel chose, and ends with its connection.
"""
import os
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile  # noqa: E402, beside this file
from hostile import CONTROL, NOW, Run, ok, write  # noqa: E402

PARANOID = bool(os.environ.get('PARANOID'))
TIMEOUT = 1      # seconds: that of zonepp,
ALL = 6          # and how many of them a conversation may take
SPARE = 12       # seconds for everything else, on a slow machine
STEERING = b'\x1b]0;title\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae::error::x%0A <b>|`'
ENOUGH = 60      # seconds after which a server ends itself


# --- Servers ---

def serve(listener, talk):
    """Lets each connection talk in a thread of its own."""
    def guarded(client):
        with client:
            client.settimeout(ENOUGH)
            try:
                talk(client)
            except OSError:
                pass  # the other side has had enough

    def accept():
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=guarded, args=(client,), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


def tcp():
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(16)
    return listener, listener.getsockname()[1]


def until_enough():
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end:
        yield


def drip(data):
    """An octet at a time, each well within the time for an answer."""
    def talk(client):
        at = 0
        for _ in until_enough():
            client.sendall(data[at % len(data):][:1])
            at += 1
            time.sleep(TIMEOUT / 4)
    return talk


def flood(data):
    def talk(client):
        for _ in until_enough():
            client.sendall(data * (65536 // len(data)))
    return talk


def once(data):
    def talk(client):
        client.sendall(data)
        silent(client)
    return talk


def silent(client):
    while client.recv(4096):
        pass


TALKERS = {
    'a banner by the octet': (25, drip(b'220-a\r\n')),
    'a banner without an end': (25, flood(b'220-hello\r\n')),
    'a line without an end': (25, flood(b'2')),
    'untagged answers without an end': (143, flood(b'* OK\r\n')),
    'capabilities without an end': (4190, flood(b'"X"\r\n')),
    'elements without an end': (5222, flood(b'<a>')),
    'control characters in a refusal': (25, once(b'554 ' + STEERING + b'\r\n')),
    'control characters in an error of XMPP': (5222, once(b'<stream:error>' + STEERING)),
    'control characters of IMAP': (143, once(b'* BYE ' + STEERING + b'\r\n')),
    'control characters of POP3': (110, once(b'-ERR ' + STEERING + b'\r\n')),
    'a handshake by the octet': (443, drip(b'\x16\x03\x03\x40\x00' + b'\x02' * 16384)),
    'alerts': (443, flood(b'\x15\x03\x03\x00\x02\x01\x00')),
    'empty records': (443, flood(b'\x16\x03\x03\x00\x00')),
    'requests for a hello without an end': (443, flood(b'\x16\x03\x03\x00\x04\x00\x00\x00\x00')),
    'a message of 16 MiB': (443, flood(b'\x16\x03\x03\x40\x00\x02\xff\xff\xff' + bytes(16380))),
    'no TLS': (443, flood(STEERING + b'\n')),
    'nothing': (443, silent),
    'the end': (443, lambda client: None),
}
# They take all of the time of a conversation, some of it with both processors: with PARANOID
RARE = {'a handshake by the octet', 'requests for a hello without an end'}


def project(port, servers):
    """A project with a service at that port."""
    write(f'{top}/zonepp.yaml', 'policies: { plain: { sign: false } }\n'
          f'defaults: {{ template: "{{zone}}.zone", policy: plain{servers} }}\nzones: {{ example.org: }}\n')
    write(f'{top}/example.org.zone', '$ORIGIN example.org.\n$TTL 1h\n@ SOA ns1 host 1 4h 30m 1w 10m\n'
          f'@ NS ns1\n@ MX 10 mail\nns1 A 127.0.0.1\nmail A 127.0.0.1\n'
          f'_{port}._tcp.mail TLSA 3 1 1 {"ab" * 32}\n')


def soon(run, conversations=1):
    """What is wrong with it, or with the time that it took."""
    yield from run.faults(1, 2)
    if run.seconds > conversations * ALL * TIMEOUT + SPARE:
        yield f'{run.name}: {run.seconds:.1f} s'


def talkers():
    for name, (port, talk) in TALKERS.items():
        if name in RARE and not PARANOID:
            continue
        listener, there = tcp()
        serve(listener, talk)
        project(port, '')
        forms = [[], ['--json']] if 'control' in name or PARANOID else [[]]
        runs = [Run(top, 'probe', f'--timeout={TIMEOUT}s', f'--at=:{port}=127.0.0.1:{there}', *form,
                    seconds=ENOUGH) for form in forms]
        ok(f'probe: {name}', [fault for run in runs for fault in soon(run)])
        listener.close()


# --- Answers of the DNS ---

def question_of(query):
    """The question's section."""
    at = 12
    while query[at]:
        at += query[at] + 1
    return query[12:at + 5]


def answer(query, n, records, flags=0x8580):
    return query[:2] + struct.pack('>HHHHH', flags, 1, n, 0, 0) + question_of(query) + records


def record(kind, rdata, owner=b'\xc0\x0c'):
    return owner + struct.pack('>HHIH', kind, 1, 300, len(rdata)) + rdata


TLSA, CNAME, SOA = 52, 5, 6
GOOD = b'\x03\x01\x01' + b'\xab' * 32


def ahead(query):
    """A pointer to the owner in which it stands."""
    return struct.pack('>H', 0xc000 | (12 + len(question_of(query))))


ANSWERS = {  # by TCP; the length is put ahead
    'a name that points to itself': lambda q: answer(q, 1, record(TLSA, GOOD, ahead(q))),
    'a name that points behind the end': lambda q: answer(q, 1, record(TLSA, GOOD, b'\xff\xff')),
    'an alias that leads to itself': lambda q: answer(q, 1, record(CNAME, b'\xc0\x0c')),
    'thousands of aliases': lambda q: answer(q, 4000, record(CNAME, b'\xc0\x0c') * 4000),
    'thousands of records': lambda q: answer(q, 1300, record(TLSA, GOOD) * 1300),
    'more records than there are': lambda q: answer(q, 65535, record(TLSA, GOOD)),
    'a record cut short': lambda q: answer(q, 1, record(TLSA, GOOD)[:-10]),
    'a record without data': lambda q: answer(q, 1, record(TLSA, b'') + record(SOA, b'')),
    'a header cut short': lambda q: q[:5],
    'no octet': lambda q: b'',
    'another question': lambda q: answer(q[:13] + b'x' + q[14:], 1, record(TLSA, GOOD)),
    'control characters in a name': lambda q: answer(
        q, 1, record(CNAME, bytes([len(STEERING)]) + STEERING + b'\0')),
}


def answering(make):
    def talk(client):
        data = b''
        while len(data) < 2 or len(data) < 2 + struct.unpack('>H', data[:2])[0]:
            more = client.recv(4096)
            if not more:
                return
            data += more
        made = make(data[2:])
        client.sendall(struct.pack('>H', len(made)) + made)
        silent(client)
    return talk


def forged(server):
    """Datagrams that are no answer, as long as there are questions."""
    def send():
        while True:
            try:
                peer = server.recvfrom(4096)[1]
                for _ in until_enough():
                    server.sendto(bytes(100), peer)
            except OSError:
                return
    threading.Thread(target=send, daemon=True).start()


def ask(name, port):
    project(443, f', serial: live, servers: ["127.0.0.1:{port}"]')
    run = Run(top, 'probe', f'--timeout={TIMEOUT}s', f'--live=127.0.0.1:{port}', seconds=ENOUGH)
    faults = [*soon(run)]
    if not CONTROL.search(run.said) and 'not verified' not in run.said:
        faults.append(f'{run.name}: it is content\n{run.said}')
    if PARANOID or 'control' in name or 'points' in name:
        run = Run(top, 'build', '--now', NOW, seconds=2 * ENOUGH)
        faults += soon(run, 5)
        if os.path.exists(f'{top}/public'):
            faults.append(f'{run.name}: something is published')
    ok(f'DNS: {name}', faults)


def answers():
    streams = {'a message by the octet': drip(b'\xff\xff' + bytes(100)),
               'messages without an end': flood(b'\xff\xff' + bytes(1000))}
    for name, talk in [*((name, answering(make)) for name, make in ANSWERS.items()), *streams.items()]:
        if 'octet' in name and name in streams and not PARANOID:
            continue
        listener, port = tcp()
        serve(listener, talk)
        ask(name, port)
        listener.close()
    if not PARANOID:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(('127.0.0.1', 0))
        forged(server)
        ask('forged datagrams without an end', server.getsockname()[1])


top = tempfile.mkdtemp()
try:
    talkers()
    answers()
finally:
    shutil.rmtree(top)
print(f'1..{hostile.count}')
