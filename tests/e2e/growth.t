#!/usr/bin/python3
"""Nothing grows faster than what there is to do: no quadratic corner.

Each case below is a world of n things, and the commands that are run in it. Each command is run at n,
2n and 4n, and valgrind counts the instructions. From 2n to 4n twice as much may come to them as from
n to 2n: where it is more than 2.3 times, the command fails, as n * n would be with 4 times. What
costs the same in any world, such as the start, counts for nothing in a difference.

Zones of 300 names and more have an index, by which an edit is another piece of work: the worlds of a
case whose edits are counted have all of them one, or none.

PARANOID=1 takes ten times as many things, and more cases and commands. GROWTH=words runs the cases
whose names hold the words, and tells the figures; KEEP=folder keeps their worlds.
"""
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

LIMIT = 2.3
PARANOID = bool(os.environ.get('PARANOID'))
ONLY = os.environ.get('GROWTH')
LEAST = 20  # instructions that a thing costs at least, or the case does not have what it is about
JOBS = {'print', 'check', 'build', 'plan', 'diff', 'sign', 'verify', 'status', 'lock'}

CASES = []


def case(n, rare=False, most=10000):
    """A case that has n things at first: a function of n, which runs in an empty folder. A rare one
    waits for PARANOID, which begins with `most` things at most."""
    def add(function, name=None):
        if PARANOID or ONLY is not None or not rare:
            CASES.append((name or function.__name__.replace('_', ' '), function,
                          min(10 * n, most) if PARANOID else n))
        return function
    return add


# --- zonepp under valgrind ---

class Server:
    """zonepp, which starts once and then runs what it is asked to: tests/e2e/count_server.c."""

    def __init__(self, folder):
        zonepp = shutil.which('zonepp')
        shim = os.path.join(os.path.dirname(zonepp), 'tests/e2e/count_server.so')
        environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'TZ': 'UTC',
                       'SOURCE_DATE_EPOCH': '1795000000', 'LD_PRELOAD': shim}
        self.said = []
        self.counts = []
        self.process = subprocess.Popen(
            ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null',
             zonepp, 'serve'], cwd=folder, env=environment, bufsize=1, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def ask(self, folder, arguments):
        """Runs a command there: its status, and how many instructions it took."""
        refs = 0
        self.process.stdin.write('\t'.join([folder, *arguments]) + '\n')
        self.process.stdin.flush()
        for line in self.process.stdout:
            self.said.append(line)
            if ' refs: ' in line:
                refs = int(line.split(':')[1].replace(',', ''))
            if line.startswith('status '):
                return int(line.split()[1]), refs
        raise RuntimeError('zonepp does not run under valgrind:\n' + ''.join(self.said[-20:]))

    def run(self, status, *arguments):
        if arguments[0] in JOBS:
            arguments = (*arguments, '-j1')
        got, refs = self.ask(os.getcwd(), arguments)
        if got != status:
            said = subprocess.run(['zonepp', *arguments], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False).stderr
            raise RuntimeError(f'status {got}, not {status}, of zonepp {" ".join(arguments)[:200]}\n'
                               + said[:1000])
        return refs


# What teaches the server each verb's code.
WARM = [*([verb, '-j1'] for verb in ('build', 'plan', 'status', 'lock')),
        *([verb, 'zones/example.org.zone'] for verb in ('print', 'check', 'expand')),
        ['fmt', '--check', 'zones/example.org.zone'],
        ['diff', 'zones/example.org.zone', 'public/example.org.zone'],
        ['verify', 'public/example.org.zone'],
        ['sign', '-j1', '--zone=example.org', '-o', 'signed', '--keys=keys',
         'zones/example.org.zone']]


def prepare(*arguments, status=0):
    """Runs a command, and does not count it."""
    server.run(status, *arguments)


def count(*arguments, status=0, name=None):
    """Runs a command, and counts it: under a name, where the command says too little."""
    refs = server.run(status, *arguments)
    server.counts.append((name or ' '.join(arguments), refs))


# --- Worlds ---

FILE = 'zones/example.org.zone'
OUT = 'public/example.org.zone'
HASH = '0123456789abcdef' * 4
ZONE = """$ORIGIN example.org.
$TTL 3600
@ SOA ns1 hostmaster 1 4h 30m 1w 10m
@ NS ns1
ns1 A 192.0.2.1
"""


def write(path, *parts):
    """Parts are texts, and sequences of lines."""
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        for part in parts:
            file.write(part if isinstance(part, str) else ''.join(line + '\n' for line in part))


def template(*parts, zone='example.org'):
    write(f'zones/{zone}.zone', ZONE.replace('example.org', zone), *parts)


def project(text='zones: { example.org: {} }\n', with_key=True):
    """A project, with a key of example.org."""
    write('zonepp.yaml', text)
    if with_key:
        keys.write(1)


def zones_named(names):
    return 'zones:\n' + ''.join(f'  {name}: {{}}\n' for name in names)


def lines(pattern, n):
    """The pattern n times, with its number for each %."""
    return [pattern.replace('%', str(i)) for i in range(n)]


def at_length(*arguments, **more):
    if PARANOID:
        count(*arguments, **more)


def build(*parts):
    """The first build of a template, one of the same, and one of an edited template."""
    if not os.path.exists('zonepp.yaml'):
        project()
    template(*parts)
    count('build', name='build first')
    at_length('build', name='build unchanged')
    template(*parts, 'edit A 192.0.2.2\n')
    count('build', name='build edited')
    at_length('plan')


class Certificates:
    """Certificates of an RSA key, made of one that OpenSSL made by changing octets in it."""

    def __init__(self, is_ca):
        def openssl(*arguments):
            return subprocess.run(['openssl', *arguments], check=True, capture_output=True).stdout
        write('req.conf', '[req]\ndistinguished_name=name\n[name]\n')
        openssl('req', '-x509', '-config', 'req.conf', '-newkey', 'rsa:2048', '-nodes', '-keyout',
                'rsa.key', '-subj', '/CN=s0000000', '-set_serial', '0x4000000000000000', '-days',
                '3650', '-outform', 'DER', '-out', 'rsa.der', '-addext',
                'basicConstraints=critical,CA:' + ('TRUE' if is_ca else 'FALSE'), '-addext',
                'subjectAltName=DNS:*.example.org')
        with open('rsa.der', 'rb') as file:
            self.der = file.read()
        modulus = bytes.fromhex(openssl('rsa', '-in', 'rsa.key', '-noout', '-modulus')
                                .decode().strip().split('=')[1])
        self.key_at = self.der.index(modulus) + 64

    def pem(self, i, subject=None, issuer=None):
        """The certificate with serial number and key i."""
        der = bytearray(self.der)
        at = der.index(b'\x40' + bytes(7))
        der[at:at + 8] = (0x40 << 56 | i).to_bytes(8, 'big')
        der[self.key_at:self.key_at + 8] = i.to_bytes(8, 'big')
        at = der.index(b's0000000')
        der[at:at + 8] = (issuer or f'i{i:07}').encode()
        at = der.index(b's0000000')
        der[at:at + 8] = (subject or f's{i:07}').encode()
        return ('-----BEGIN CERTIFICATE-----\n' + base64.encodebytes(bytes(der)).decode()
                + '-----END CERTIFICATE-----\n')


class Keys:
    """DNSSEC keys of algorithm 13: the private keys are 1, 2, 3 ..."""

    P = 2**256 - 2**224 + 2**192 + 2**96 - 1
    G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
         0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)

    def __init__(self):
        self.points = [self.G]

    def point(self, i):
        p = self.P
        while len(self.points) < i:
            (x1, y1), (x2, y2) = self.points[-1], self.G
            slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, p) if x1 == x2 else \
                (y2 - y1) * pow(x2 - x1, -1, p)
            x3 = (slope * slope - x1 - x2) % p
            self.points.append((x3, (slope * (x1 - x3) - y1) % p))
        return self.points[i - 1]

    def write(self, i, zone='example.org', active=True):
        x, y = self.point(i)
        public = x.to_bytes(32, 'big') + y.to_bytes(32, 'big')
        rdata = b'\1\1\3\15' + public
        tag = sum(octet << 8 if at % 2 == 0 else octet for at, octet in enumerate(rdata))
        tag = (tag + (tag >> 16)) & 0xffff
        path = f'keys/K{zone}.+013+{tag:05}'
        activate = '20260101000000' if active else '20500101000000'
        write(path + '.key', '; Publish: 20260101000000\n'
              f'; Activate: {activate}\n'
              f'{zone}. 3600 IN DNSKEY 257 3 13 '
              + base64.b64encode(public).decode() + '\n')
        write(path + '.private', 'Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n'
              'PrivateKey: ' + base64.b64encode(i.to_bytes(32, 'big')).decode() + '\n'
              'Created: 20260101000000\nPublish: 20260101000000\n'
              f'Activate: {activate}\n')
        os.chmod(path + '.private', 0o600)
        return path


certificates = authorities = keys = None  # as soon as there is a folder for them


# --- Records ---

@case(60)
def names(n):
    template(lines('h% A 192.0.2.1', n))
    count('print', FILE)
    count('check', FILE)
    count('fmt', FILE)
    count('expand', FILE)
    build(lines('h% A 192.0.2.1', n))
    count('plan')
    count('diff', FILE, OUT, status=1)
    count('verify', OUT)
    count('status')
    count('sign', '--zone=example.org', '--serial=auto', '-o', 'signed', '--keys=keys',
          '--previous=' + OUT, FILE)


@case(60)
def differences(n):
    template(lines('h% A 192.0.2.1', n))
    write('other', ZONE, lines('o% A 192.0.2.2', n))
    count('diff', FILE, 'other', status=1)
    at_length('diff', '--json', FILE, 'other', status=1)
    at_length('diff', '--markdown', FILE, 'other', status=1)
    project()
    prepare('build')
    template(lines('o% A 192.0.2.2', n))
    count('plan')
    at_length('plan', '--json')
    at_length('plan', '--markdown')
    count('build')


def address(i):
    return f'192.{i >> 16}.{i >> 8 & 255}.{i & 255}'


# A message has room for 64 KiB of one set.
def one_set(rdata):
    def world(n):
        records = [f'many {rdata(i)}' for i in range(n)]
        build(records)
        at_length('verify', OUT)
        at_length('diff', FILE, OUT, status=1)
    return world


for kind, rdata in {
        'A': address,
        'TXT': lambda i: f'"the same beginning {i}"',
        'TLSA': lambda i: f'3 1 1 {i:064x}',
        'MX': lambda i: f'10 h{i}'}.items():
    case(80, most=250)(one_set(lambda i, kind=kind, rdata=rdata: f'{kind} {rdata(i)}'),
                       f'{kind} of one set')
for kind, rdata in {
        'NS': lambda i: f'h{i}.many',
        'SRV': lambda i: f'0 {i} 443 ns1',
        'DS': lambda i: f'{i} 13 2 {i:064x}\nmany NS ns1',
        'CAA': lambda i: f'0 issue "ca{i}.example"',
        'SVCB': lambda i: f'{i + 1} h{i}. alpn=h2',
        'PTR': lambda i: f'h{i}',
        'SSHFP': lambda i: f'1 2 {i:064x}'}.items():
    case(80, rare=True, most=250)(one_set(lambda i, kind=kind, rdata=rdata: f'{kind} {rdata(i)}'),
                                  f'{kind} of one set')
case(80, rare=True, most=250)(one_set(lambda i: 'A ' + address(60000 - i)), 'A of one set in reverse')
case(80, rare=True, most=250)(one_set(lambda i: 'A 192.0.2.1'), 'A all the same')


def names_like(pattern):
    def world(n):
        project('policies: { default: { denial: nsec3, opt-out: true, zonemd: true } }\n'
                'zones: { example.org: {} }\n')
        build(lines(pattern, n))
        at_length('check')
        at_length('verify', OUT)
    return world


MAIL = f'_25._tcp.h% TLSA 3 1 1 {HASH}\nh% A 192.0.2.1'
for what, pattern in {
        'mail domains of one host': f'm% MX 10 ns1\n_25._tcp.ns1 TLSA 3 1 1 {HASH}',
        'mail domains of as many hosts': 'm% MX 10 h%\n' + MAIL,
        'mail hosts of one domain': '@ MX 10 h%\n' + MAIL,
        'ports of one host': f'_s._tcp.m% SRV 0 0 1% ns1\n_1%._tcp.ns1 TLSA 3 1 1 {HASH}',
        'delegations with glue': 'd% NS ns.d%\nns.d% A 192.0.2.1',
        'wildcards': '*.w% A 192.0.2.1',
        'empty non-terminals': 'a.b.c.h% A 192.0.2.1'}.items():
    case(40)(names_like(pattern), what)
for what, pattern in {
        'names below one cut': 'cut NS ns1\nh%.cut A 192.0.2.1',
        'aliases of one name': 'c% CNAME ns1',
        'mail domains of one host without DANE': 'm% MX 10 ns1',
        'mail domains of hosts without address': 'm% MX 10 nowhere%',
        'services of one host': '_s._tcp.m% SRV 0 0 443 ns1',
        'services of one host with DANE': f'_s._tcp.m% SRV 0 0 443 ns1\n_443._tcp.ns% TLSA 3 1 1 {HASH}\nns% A 192.0.2.1',
        'delegations to one host': 'd% NS ns1',
        'delegations with DS': f'd% NS ns1\nd% DS 1 13 2 {HASH}',
        'DNAMEs': 'd% DNAME example.net.',
        'SPF': 's% TXT "v=spf1 a -all"',
        'HTTPS of one host': 's% HTTPS 1 ns1 alpn=h2',
        'underscore names': '_x%._tcp A 192.0.2.1',
        'pointers to one host': 'p% PTR ns1',
        'names of long beginnings': 'a-long-beginning-of-a-label-that-all-have-% A 192.0.2.1'}.items():
    case(40, rare=True)(names_like(pattern), what)


@case(100)
def sets_of_one_name(n):
    build([f'many TYPE{i + 33000} \\# 1 00' for i in range(n)])
    count('verify', OUT)
    at_length('print', FILE)


@case(60, rare=True)
def names_in_reverse(n):
    build([f'h{n - i:06} A 192.0.2.1' for i in range(n)])


@case(31, rare=True)
def names_of_many_labels(n):
    build([f'{".".join("a" * 100)}.h{i} A 192.0.2.1' for i in range(n)])


@case(20)
def delegations_in_delegations(n):
    build([f'{".".join(["d"] * (i % 20 + 1))}.z{i // 20} NS ns1' for i in range(n)])


@case(31, rare=True)
def chain_of_aliases(n):
    build([f'c{i} CNAME c{i + 1}' for i in range(n)], f'c{n} A 192.0.2.1\n')


@case(20)
def chain_of_aliases_with_TLSA(n):
    build([f'c{i} CNAME c{i + 1}' for i in range(n)], f'c{n} A 192.0.2.1\n',
          [f'_25._tcp.c{i} CNAME _25._tcp.c{i + 1}' for i in range(n)],
          f'_25._tcp.c{n} TLSA 3 1 1 {HASH}\n', '@ MX 10 c0\n')


@case(60)
def signatures_broken(n):
    project()
    template(lines('h% A 192.0.2.1', n))
    prepare('build')
    with open(OUT) as file:
        text = file.read()
    write(OUT, text.replace('Wlpa', 'XXXX'))
    count('verify', OUT, status=1)
    count('build')


# --- Text ---

def texts():
    count('print', FILE)
    count('fmt', FILE)
    at_length('expand', FILE)
    at_length('check', FILE)


@case(800)
def comments(n):
    template(lines('; comment %', n))
    texts()


@case(200, rare=True)
def empty_lines(n):
    template(lines('', n))
    texts()


@case(200, rare=True)
def origins_and_TTLs(n):
    template(lines('$ORIGIN o%.example.org.\n$TTL %', n))
    texts()


@case(200)
def parentheses(n):
    template('h TXT (', lines('"a" ; comment', n), ')\n')
    texts()


@case(200)
def words_in_one_line(n):
    template('h TXT', ' a' * n, '\n')
    texts()


@case(40)
def generates(n):
    template(lines('$GENERATE 1-2 h%-$ A 192.0.2.$', n))
    texts()
    count('expand', FILE)


@case(100)
def names_of_one_generate(n):
    template(f'$GENERATE 1-{n} h$ A 192.0.2.1\n')
    count('print', FILE)
    at_length('expand', FILE)


@case(31)
def includes(n):
    for i in range(n):
        write(f'zones/i{i}', f'h{i} A 192.0.2.1\n')
    template(lines('$INCLUDE i%', n))
    texts()
    count('expand', FILE)
    build(lines('$INCLUDE i%', n))
    count('build', '--deps', name='build --deps')
    count('status', '--stale')


@case(31, rare=True)
def includes_of_one_file(n):
    write('zones/i', '@ A 192.0.2.1\n')
    build(lines('$INCLUDE i h%', n))
    at_length('expand', FILE)


# --- Problems ---

@case(40)
def warnings(n):
    template(lines('h% MX 10 gone%', n))
    for form in 'json', 'github', 'gitlab':
        count('check', '--format=' + form, FILE)
    project()
    count('build')
    at_length('build', name='build unchanged')
    at_length('plan')
    at_length('status')


@case(40)
def errors(n):
    template(lines('h% A 192.0.2.bad', n))
    for form in 'tty', 'sarif':
        count('check', '--format=' + form, FILE, status=1)
    at_length('expand', FILE, status=1)
    at_length('fmt', FILE, status=1)


@case(40)
def warnings_of_one_generate(n):
    template(f'$GENERATE 1-{n} h$ MX 10 gone$\n')
    count('print', FILE)


@case(40)
def warnings_that_are_ignored(n):
    template(lines('h% MX 10 gone% ; zonepp: ignore=Z053 why', n))
    count('print', FILE)


@case(20, rare=True)
def warnings_in_as_many_files(n):
    for i in range(n):
        write(f'zones/i{i}', f'h{i} MX 10 gone\n')
    template(lines('$INCLUDE i%', n))
    count('print', FILE)


# --- Certificates ---

@case(6, rare=True)
def directives_of_one_certificate(n):
    write('zones/a.pem', certificates.pem(1))
    build(lines('$TLSA _25._tcp.h% a.pem\nh% A 192.0.2.1\nh% MX 10 h%', n))
    at_length('expand', FILE)


@case(50)
def owners_in_braces(n):
    write('zones/a.pem', certificates.pem(1))
    template('$TLSA _25._tcp.{', ','.join(f'h{i}' for i in range(n)), '} a.pem\n')
    count('print', FILE)
    count('expand', FILE)
    write('zones/a.pem')
    count('print', FILE, status=1, name='print, with errors')


@case(5)
def certificates_that_are_locked(n):
    for i in range(n):
        write(f'zones/{i}.pem', certificates.pem(i))
    build(lines('$TLSA _25._tcp.h% %.pem\nh% A 192.0.2.1\n@ MX 10 h%', n))
    count('lock')
    count('build', '--locked', name='build --locked')
    count('status')
    for i in range(n):
        os.remove(f'zones/{i}.pem')
    count('build', '--locked', name='build --locked, without them')


@case(10)
def certificates_of_one_owner(n):
    for i in range(n):
        write(f'zones/certs/{i}.pem', certificates.pem(i))
    template('$TLSA _25._tcp.h certs\nh A 192.0.2.1\n@ MX 10 h\n')
    count('check', FILE)
    at_length('lock')


@case(8)
def certificates_in_one_file(n):
    write('zones/a.pem', [authorities.pem(i, f's{i:07}', f's{i + 1:07}') for i in range(n)])
    template('$TLSA _25._tcp.h 2 1 1 a.pem pick=all\nh A 192.0.2.1\n')
    count('print', FILE)


@case(40)
def lines_of_known_hosts(n):
    key = b'\0\0\0\13ssh-ed25519\0\0\0\40'
    write('zones/known', [f'h{i}.example.org ssh-ed25519 ' + base64.b64encode(
        key + hashlib.sha256(b'%d' % i).digest()).decode() for i in range(n)])
    template(lines('$SSHFP h% known', 3))
    count('print', FILE)


def project_of_certificates(n):
    for i in range(n):
        write(f'certs/{i}.pem', certificates.pem(2 * i))
        write(f'certs/{i}-next.pem', certificates.pem(2 * i + 1))
    project('certificates:\n' + ''.join(
        f'  c{i}: {{ current: certs/{i}.pem, next: certs/{i}-next.pem, '
        'deploy: [cp, "{next}", "{current}"] }\n' for i in range(n)) + zones_named(['example.org']))


@case(4)
def certificates_of_a_project(n):
    project_of_certificates(n)
    build(lines('$TLSA _25._tcp.h% cert:c%\nh% A 192.0.2.1\n@ MX 10 h%', n))
    count('roll')
    count('lock')
    count('list', '--certificates')
    count('roll', '--gate=c0', '--now=2026-12-01')
    at_length('roll', '--json')
    at_length('status', '--html=page')
    at_length('check')


# --- Keys ---

@case(12)
def keys_of_one_zone(n):
    for i in range(n):
        keys.write(i + 1, active=i == 0)
    project()
    template()
    count('keys', 'list')
    count('build')
    count('verify', OUT)
    at_length('keys', 'ds', 'example.org')
    template('edit A 192.0.2.2\n')
    count('build', name='build edited')


@case(10)
def keys_of_as_many_zones(n):
    zones = [f'z{i}.example' for i in range(n)]
    for zone in zones:
        keys.write(1, zone)
        template(zone=zone)
    project('policies: { default: { keys: { csk: never } } }\n' + zones_named(zones))
    count('keys', 'list')
    at_length('keys', 'ds', 'z0.example')
    count('build')
    template('h A 192.0.2.1\n', zone='z0.example')
    at_length('build', name='build edited')
    at_length('keys', 'roll', 'z0.example')
    count('roll')


@case(6)
def keys_missing(n):
    project(zones_named(f'z{i}.example' for i in range(n)), with_key=False)
    count('keys', 'generate', '--missing')


# --- Projects ---

def project_of_zones(n, *parts):
    """A project of zones that are not signed."""
    zones = [f'z{i}.example' for i in range(n)]
    for zone in zones:
        template(*parts, zone=zone)
    project('policies: { default: { sign: false } }\n' + zones_named(zones), with_key=False)
    count('build')
    count('build', name='build unchanged')
    template(*parts, 'h A 192.0.2.1\n', zone='z0.example')
    count('build', name='build edited')
    at_length('plan')
    at_length('check')
    at_length('status')


@case(10)
def zones(n):
    project_of_zones(n)
    count('plan')
    count('status')
    at_length('status', '--html=page')
    at_length('status', '--prometheus=metrics')
    at_length('status', '--json')
    at_length('status', '--stale')
    count('list')
    count('lock')
    at_length('build', 'z0.example')
    at_length('plan', 'z0.example')
    at_length('roll')
    count('build', '--deps', '--deps-file=deps')


@case(15, rare=True)
def zones_with_notes(n):
    project_of_zones(n, 'h MX 10 gone\n')


@case(15, rare=True)
def zones_that_share_an_include(n):
    write('zones/shared', 'shared A 192.0.2.1\n')
    project_of_zones(n, '$INCLUDE shared\n')


@case(10)
def zones_that_fail(n):
    zones = [f'z{i}.example' for i in range(n)]
    for zone in zones:
        write(f'zones/{zone}.zone', 'bad A 1\n')
    project(zones_named(zones), with_key=False)
    count('build', status=2)
    at_length('check', status=2)


@case(250)
def zones_taken_over(n):
    """As a named.conf has them, some of which two views share."""
    for i in range(n):
        write(f'z{i}.db', ZONE.replace('example.org', f'z{i}.example'))
    write('named.conf', lines('zone "z%.example" { type primary; file "z%.db"; };', n),
          lines('zone "z%.example" { type primary; file "z%.db"; };', n // 2))
    count('init', '--from', 'named.conf')


@case(8)
def zones_below_one_zone(n):
    below = [f'z{i}.example.org' for i in range(n)]
    for zone in below:
        keys.write(1, zone)
        template(zone=zone)
    project(zones_named(['example.org', *below]))
    template(lines('z% NS ns1.z%\nns1.z% A 192.0.2.1\n$DS z%', n))
    count('build')
    count('build', '--now=2026-12-01')
    at_length('check')
    at_length('status')
    at_length('roll')


@case(40)
def policies(n):
    project('policies:\n' + ''.join(f'  p{i}: {{ validity: 20d }}\n' for i in range(n))
            + 'zones:\n  example.org: { policy: p0 }\n')
    count('list')


@case(10, rare=True)
def folders_allowed(n):
    for i in range(n):
        os.makedirs(f'a/{i}')
    project('allow: [' + ', '.join(f'a/{i}' for i in range(n)) + ']\nzones: { example.org: {} }\n')
    template()
    count('list')
    count('build')


@case(60)
def sets_held(n):
    project()
    write('zonepp.state', [f'set example.org. _25._tcp.h{i}.example.org. TLSA 3600 '
                           f'2026-11-01T00:00:00Z - 3 1 1 {i:064x}' for i in range(n)])
    template()
    count('build')
    count('status')


# --- The test ---

def measure(name, function, n):
    """What each command of a case is called, and its counts at n, 2n and 4n."""
    columns = []
    for size in (n, 2 * n, 4 * n):
        folder = os.path.join(top, 'world')
        os.makedirs(folder)
        os.chdir(folder)
        server.counts = []
        function(size)
        columns.append(server.counts)
        os.chdir(top)
        if 'KEEP' in os.environ:
            shutil.copytree(folder, os.path.join(os.environ['KEEP'], name.replace(' ', '-'),
                                                 str(size)))
        shutil.rmtree(folder)
    return [(row[0][0], [refs for _, refs in row]) for row in zip(*columns)]


def judge(number, what, n, once, twice, four_times):
    grown = (four_times - twice) / max(twice - once, 1)
    good = grown <= LIMIT and twice - once >= LEAST * n
    print('ok' if good else 'not ok', number, '-', what)
    if not good or ONLY is not None:
        print(f'# {n} to {4 * n} things: {once:,}, {twice:,}, {four_times:,} instructions; '
              f'{(four_times - twice) // (2 * n):,} a thing, grown {grown:.2f} times')
    sys.stdout.flush()


def main():
    number = 0
    for name, function, n in CASES:
        if ONLY is not None and ONLY not in name:
            continue
        try:
            rows = measure(name, function, n)
        except RuntimeError as error:
            number += 1
            os.chdir(top)
            shutil.rmtree('world')
            print('not ok', number, '-', name)
            print(f'{error}'.replace('\n', '\n# '))
            continue
        for what, refs in rows:
            number += 1
            judge(number, f'{name}: {what}', n, *refs)
    print(f'1..{number}')


def reason_to_skip():
    if not shutil.which('valgrind'):
        return 'no valgrind'
    with open(shutil.which('zonepp'), 'rb') as file:
        return 'valgrind runs no sanitizers' if b'__asan_init' in file.read() else None


if reason_to_skip():
    print('1..0 # SKIP', reason_to_skip())
    sys.exit(0)
with tempfile.TemporaryDirectory() as top:
    os.chdir(top)
    certificates, authorities, keys = Certificates(False), Certificates(True), Keys()
    os.makedirs('warm')
    os.chdir('warm')
    project()
    template()
    server = Server(os.getcwd())
    for arguments in WARM:
        server.ask('warm', arguments)
    template('edit A 192.0.2.2\n')
    server.ask('warm', ['build', '-j1'])
    os.chdir(top)
    main()
    server.process.stdin.close()
    server.process.wait()
