"""What the tests of hostile inputs share: a run of zonepp that is held to limits, and what may not be
in what it says. TAP is printed by ok()."""
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

NOW, LATER = '2026-12-10T12:00:00Z', '2026-12-10T12:00:01Z'
CANARY = 'correct-horse-battery-staple'
MEMORY = 1 << 30  # octets of address space that a run may have,
RESIDENT = 300    # MiB of them in memory,
SANITIZED = 'ASAN_OPTIONS' in os.environ or 'TSAN_OPTIONS' in os.environ
SECONDS = 200 if SANITIZED else 20  # and until when it must end
# C0 but for tabs and newlines, DEL, C1, what changes the order of a line or is not seen
CONTROL = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')

count = 0
os.environ.update(LC_ALL='C', TZ='UTC')
os.environ.pop('SOURCE_DATE_EPOCH', None)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def ok(what, faults):
    """A test, which holds where there are no faults."""
    global count
    count += 1
    print(f'{"not ok" if faults else "ok"} {count} -', ascii(what)[1:-1].replace('#', '_'), flush=True)
    for fault in faults:
        print('#', str(fault).encode('ascii', 'backslashreplace').decode()[:2000].replace('\n', '\n# '))


class Run:
    """A run of zonepp that has ended."""

    def __init__(self, folder, *arguments, seconds=SECONDS):
        def limit():
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self.name = 'zonepp ' + ' '.join(arguments)
        with tempfile.TemporaryFile() as said:
            begin = time.monotonic()
            process = subprocess.Popen(['zonepp', *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                                       stdout=said, stderr=said, preexec_fn=limit)
            timer = threading.Timer(seconds, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
            process.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - begin
            self.resident = usage.ru_maxrss >> 10
            said.seek(0)
            self.octets = said.read()
        self.said = self.octets.decode('utf-8', 'backslashreplace')

    def faults(self, *statuses):
        """What of it is wrong, whatever it was asked for."""
        if self.status not in statuses:
            yield f'{self.name}: status {self.status} after {self.seconds:.1f} s\n{self.said[-1500:]}'
        if self.resident > RESIDENT and not SANITIZED:
            yield f'{self.name}: {self.resident} MiB'
        if 'out of memory' in self.said:
            yield f'{self.name}: out of memory'
        if CANARY in self.said:
            yield f'{self.name}: tells of a file outside:\n{self.said}'
        found = CONTROL.search(self.said)
        if found:
            yield f'{self.name}: {found.group()!r} in {self.said[max(0, found.start() - 80):][:200]!r}'


def write(path, data):
    with open(path, 'w' if isinstance(data, str) else 'wb') as file:
        file.write(data)


def read(path):
    with open(path, 'rb') as file:
        return file.read()
