#!/usr/bin/python3
"""Whatever lies in the place of a file, or answers in the place of a server, zonepp ends soon, takes
little memory, carries nobody's control characters, quotes no file that is no zone file, and builds
the other zones.

FILES has what is put in the place of a file, READERS the files of a zone that are read and what is
to become of the zone then; each pair is a zone of one project, which is built again once all is
replaced. SHARED are the files of the whole project. SERVERS and ANSWERS are what talks to a probe.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile  # noqa: E402, beside this file
from hostile import CANARY, LATER, NOW, Run, ok, read, write  # noqa: E402

# --- What lies in the place of a file ---

def make_socket(path):
    folder, name = os.path.split(path)
    with socket.socket(socket.AF_UNIX) as made:
        back = os.open('.', os.O_RDONLY)
        os.chdir(folder)  # its path is longer than the address of a socket may be
        made.bind(name)
        os.fchdir(back)
        os.close(back)


def make_sparse(path):
    with open(path, 'wb') as file:
        file.truncate(1 << 40)


STEERING = b'\x1b]0;title\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae\xe2\x80\x8b\r::error::x%0A <b>|\n'
FILES = {
    'fifo': os.mkfifo,
    'device': lambda path: os.symlink('/dev/zero', path),
    'full': lambda path: os.symlink('/dev/full', path),
    'socket': make_socket,
    'folder': os.mkdir,
    'sparse': make_sparse,
    'loop': lambda path: os.symlink(os.path.basename(path), path),
    'outside': lambda path: os.symlink(f'{top}/outside', path),
    'empty': lambda path: write(path, b''),
    'zeros': lambda path: write(path, bytes(5000)),
    'steering': lambda path: write(path, STEERING * 30),
    'line': lambda path: write(path, b'a' * 5000000),
}

# --- A zone, and who reads what of it ---

ZONE = '''$ORIGIN {zone}.
$TTL 1h
@ SOA ns1 hostmaster 1 4h 30m 1w 10m
@ NS ns1
ns1 A 192.0.2.1
'''
LINES = {
    'include': '$INCLUDE {zone}.inc',
    'certificate': '$TLSA _25._tcp.ns1 {zone}.pem',
    'bundle': '$TLSA _25._tcp.ns1 {zone}.p12 pass=file:../password',
    'password': '$TLSA _25._tcp.ns1 ../bundle.p12 pass=file:{zone}.password',
    'hosts': '$SSHFP ns1 {zone}.hosts',
    'openpgp': '$OPENPGPKEY joe@{zone} {zone}.asc',
    'dkim': '$DKIM sel {zone}.dkim',
}
REFUSED, KEPT = 'an error, and it stays as it was', 'it is published, whatever is there'
READERS = {  # whose file is where; what becomes of the zone
    'template': ('zones/{zone}.zone', REFUSED),
    'include': ('zones/{zone}.inc', REFUSED),
    'certificate': ('zones/{zone}.pem', REFUSED),
    'bundle': ('zones/{zone}.p12', REFUSED),
    'password': ('zones/{zone}.password', REFUSED),
    'hosts': ('zones/{zone}.hosts', REFUSED),
    'openpgp': ('zones/{zone}.asc', REFUSED),
    'dkim': ('zones/{zone}.dkim', REFUSED),
    'public': ('keys/{public}', REFUSED),
    'private': ('keys/{private}', REFUSED),
    'output': ('public/{zone}.zone', REFUSED),
    'cache': ('.zonepp/{zone}.build', KEPT),
    'index': ('.zonepp/{zone}.index', KEPT),
}
# Pairs in which there is nothing wrong, or the other thing becomes of the zone: FILES, REFUSED or KEPT
OTHERS = {
    ('output', 'empty'): KEPT, ('output', 'zeros'): KEPT, ('output', 'steering'): KEPT,
    ('output', 'line'): KEPT, ('output', 'sparse'): KEPT, ('include', 'empty'): KEPT, ('cache', 'device'): REFUSED,
    ('cache', 'full'): REFUSED, ('cache', 'loop'): REFUSED, ('cache', 'outside'): REFUSED,
}


def make(*command):
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit(f'Bail out! {command}: {run.stderr.decode()}')


def sources():
    """What the zones' sources hold."""
    make('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
         '-subj', '/CN=ns1', '-days', '36500', '-keyout', f'{top}/key', '-out', f'{top}/pem')
    make('openssl', 'pkcs12', '-export', '-in', f'{top}/pem', '-inkey', f'{top}/key', '-passout',
         'pass:secret', '-out', f'{top}/p12')
    make('openssl', 'genrsa', '-out', f'{top}/dkim', '2048')
    os.mkdir(f'{top}/gpg', 0o700)
    gpg = ['gpg', '--homedir', f'{top}/gpg', '--batch', '--quiet', '--passphrase', '']
    make(*gpg, '--quick-gen-key', 'joe', 'ed25519', 'sign', 'never')
    make(*gpg, '--armor', '--output', f'{top}/asc', '--export')
    make('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', f'{top}/ssh')
    write(f'{top}/hosts', b'* ' + read(f'{top}/ssh.pub'))
    write(f'{top}/inc', 'inc A 192.0.2.2\n')
    write(f'{top}/password', 'secret\n')
    write(f'{top}/outside', f'{CANARY}\n{CANARY} A {CANARY}\n')


def make_zone(project, zone, reader):
    line = LINES.get(reader, '').format(zone=zone)
    many = '$GENERATE 1-310 n$ A 192.0.2.9\n' if reader == 'index' else ''  # as small ones have none
    write(f'{project}/zones/{zone}.zone', ZONE.format(zone=zone) + many + line + '\n')
    for source in ('inc', 'pem', 'p12', 'password', 'hosts', 'dkim', 'asc'):
        if f'{zone}.{source}' in line:
            shutil.copy(f'{top}/{source}', f'{project}/zones/{zone}.{source}')


def make_project(project, zones):
    os.makedirs(f'{project}/zones')
    write(f'{project}/zonepp.yaml', '''
defaults: { template: "zones/{zone}.zone", output: "public/{zone}.zone", policy: plain }
policies: { plain: { validity: 14d } }
keys: keys
zones:
''' + ''.join(f'  {zone}: {{}}\n' for zone in zones))
    shutil.copy(f'{top}/p12', f'{project}/bundle.p12')
    shutil.copy(f'{top}/password', f'{project}/password')


# --- All in one project ---

def state_of(project, zone):
    """What is published of it."""
    try:
        return read(f'{project}/public/{zone}.zone')
    except OSError:
        return None


def edit(project, zones):
    """Gives each zone a record more, where there is a template yet."""
    for zone in zones:
        path = f'{project}/zones/{zone}.zone'
        if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) < 100000:
            with open(path, 'a', encoding='utf-8') as file:
                file.write('new A 192.0.2.3\n')


def has_error(said, zone, path):
    return any(': error: ' in line and (zone in line or os.path.basename(path) in line)
               for line in said.splitlines())


def each_zone():
    """One zone for each reader and each kind of file."""
    project = f'{top}/each'
    pairs = {f'{reader}-{kind}.example': (reader, kind) for reader in READERS for kind in FILES}
    zones = [*pairs, 'good.example']
    make_project(project, zones)
    for zone in zones:
        make_zone(project, zone, pairs.get(zone, ('', ''))[0])
    make('zonepp', 'keys', 'generate', '--missing', '-C', project, '--now', '2026-11-01T00:00:00Z')
    keys = {name[1:].split('.+')[0]: name[:-4] for name in os.listdir(f'{project}/keys')
            if name.endswith('.key')}
    ok('the zones are built', [*Run(project, 'build', '-q', '--now', NOW).faults(0)])
    before = {zone: state_of(project, zone) for zone in zones}
    ok('each is published', [zone for zone in zones if not before[zone]])
    edit(project, zones)
    paths = {}
    for zone, (reader, kind) in pairs.items():
        path = f'{project}/' + READERS[reader][0].format(
            zone=zone, public=keys[zone] + '.key', private=keys[zone] + '.private')
        paths[zone] = path
        if os.path.lexists(path):
            os.remove(path)
        FILES[kind](path)
    for command in (['check'], ['plan'], ['status'], ['build', '-q'], ['status'], ['keys', 'list'],
                    ['build', '-q', '--format=json']):
        run = Run(project, *command, '--now', LATER, *(['-j2'] if command[0] != 'keys' else []))
        ok(f'all of them: {run.name}', [*run.faults(0, 1, 2)])
        if command == ['build', '-q']:
            built = run
    for zone, (reader, kind) in pairs.items():
        wanted = OTHERS.get((reader, kind), READERS[reader][1])
        faults = []
        if wanted == KEPT and b'new.' not in (state_of(project, zone) or b''):
            faults.append('it is not published')
        if wanted == REFUSED and not has_error(built.said, zone, paths[zone]):
            faults.append('there is no error')
        if wanted == REFUSED and reader != 'output' and state_of(project, zone) != before[zone]:
            faults.append('what was published has changed')
        ok(f'{reader}: {kind}', faults and [*faults, *[line for line in built.said.splitlines()
                                                       if zone in line]])
    ok('the good zone is published', [] if b'new.' in state_of(project, 'good.example') else [1])


# --- Files of the whole project ---

SHARED = {
    'zonepp.state': [['build'], ['roll'], ['status'], ['merge', 'zonepp.state', 'zonepp.state']],
    'zonepp.lock': [['check'], ['build', '--locked'], ['lock'], ['build'],
                    ['merge', 'zonepp.lock', 'zonepp.lock']],
    '.zonepp/lock': [['build']],
    '.zonepp/zonepp.keys.seen': [['build']],
    '.zonepp': [['build'], ['status']],
    'keys': [['build'], ['keys', 'list']],
    'public': [['build'], ['status']],
    'zonepp.yaml': [['build'], ['list']],
    'zones/good.example.zone': [['print', 'zones/good.example.zone'], ['fmt', 'zones/good.example.zone'],
                                ['expand', '-p', 'zonepp.yaml', 'good.example']],
    'public/good.example.zone': [['verify', 'good.example'], ['status'],
                                 ['diff', 'public/good.example.zone', 'zones/good.example.zone']],
}
TRUSTED = 'zonepp.yaml'  # which is quoted, whatever it is
# A pipe that a person names is waited for, as by cat(1).
NAMED = {'zonepp.state', 'zonepp.lock', 'zonepp.yaml', 'zones/good.example.zone', 'public/good.example.zone'}
RARE = {'full', 'zeros'}  # that are much like others: with PARANOID


def whole_project():
    first = f'{top}/first'
    make_project(first, ['good.example', 'other.example'])
    make_zone(first, 'good.example', 'certificate')
    make_zone(first, 'other.example', 'index')
    make('zonepp', 'keys', 'generate', '--missing', '-C', first, '--now', '2026-11-01T00:00:00Z')
    make('zonepp', 'build', '-q', '-C', first, '--now', NOW)
    make('zonepp', 'lock', '-C', first, '--now', NOW)
    for shared, commands in SHARED.items():
        for kind, place in FILES.items():
            if (kind == 'fifo' and shared in NAMED) or (kind == 'outside' and shared == TRUSTED) or \
                    (kind in RARE and not os.environ.get('PARANOID')):
                continue
            project = f'{top}/shared'
            shutil.copytree(first, project)
            path = f'{project}/{shared}'
            (shutil.rmtree if os.path.isdir(path) else os.remove)(path)
            place(path)
            faults = []
            for command in commands:
                run = Run(project, *command, *(['--now', LATER] if command[0] not in
                                               ('merge', 'fmt', 'list', 'expand') else []))
                faults += run.faults(0, 1, 2)
            ok(f'{shared}: {kind}', faults)
            shutil.rmtree(project)


# --- Texts that would like to be more than that ---

STEER = '\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u200b;::error::%0A|<b>`</title><script>'
WORDS = [  # where a template has it
    'x{0} A 192.0.2.1', 'y TXT "{0}"', 'z A {0}', '$FOO{0}', '$INCLUDE "{0}"',
    '$TLSA _25._tcp.x{0} steer.pem', '$TLSA _25._tcp.ns1 "{0}"', '$TLSA _25._tcp.ns1 steer.pem {0}=x',
    'q TYPE65280 {0}', 'r CAA 0 issue "{0}"', 's CNAME a{0}', '; zonepp: ignore {0}',
    '$TLSA _25._tcp.ns1 steer.pem pass=env:{0}', '\ufefft A 192.0.2.1', 'u\0u A 192.0.2.1',
    '$GENERATE 1-2 {0}$ A 192.0.2.1', '$SSHFP ns1 "{0}"', '$OPENPGPKEY "{0}" "{0}"', '$DKIM {0} {0}',
    '$INCLUDE "{1}"']
FORMS = ['tty', 'gcc', 'json', 'sarif', 'github', 'gitlab']


def steering_certificate(path):
    """Its name breaks the line, and would be a record, a command and an element."""
    name = 'a\\nevil A 192.0.2.66\\r' + STEER[:22].replace(';', '\\;') + '::error::%0A|<b>'  # of 64
    write(f'{top}/request', f'[req]\ndistinguished_name=dn\nprompt=no\nutf8=yes\nstring_mask=utf8only\n'
          f'x509_extensions=e\n[dn]\nCN={name}\n[e]\nsubjectAltName=DNS:x\\n\x1b[2J\u202e.example\n')
    make('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
         '-utf8', '-config', f'{top}/request', '-days', '36500', '-keyout', f'{top}/key', '-out', path)


def injected(run):
    """Lines that a program would take for commands, and that are none of ours."""
    ours = ' --format=github ' in run.name + ' '
    return [line for line in run.said.splitlines() if line.startswith('::') and
            not (ours and 'title=' in line.split('::')[1])]


def texts():
    project = f'{top}/texts'
    os.makedirs(f'{project}/zones')
    steering_certificate(f'{project}/zones/steer.pem')
    odd = STEER.replace('/', '') + '\n'
    write(f'{project}/zones/{odd}', 'inc A x\n')
    write(f'{project}/zonepp.yaml', '''
defaults: { template: "zones/{zone}.zone", output: "public/{zone}.zone", policy: plain }
policies: { plain: { sign: false } }
certificates: { mail: { current: zones/steer.pem } }
zones: { names.example: {}, words.example: {} }
''')
    write(f'{project}/zones/names.example.zone', ZONE.format(zone='names.example') +
          '$TLSA _25._tcp.ns1 steer.pem\n$TLSA _26._tcp.ns1 cert:mail\n')
    write(f'{project}/zones/words.example.zone', ZONE.format(zone='words.example') +
          ''.join(line.format(STEER, odd.strip()) + '\n' for line in WORDS))
    for command in (['check'], ['build'], ['plan'], ['plan', '--markdown'], ['plan', '--json'], ['status'],
                    ['status', '--json'], ['roll'], ['lock'], ['expand', 'names.example'],
                    ['print', 'words.example'], ['tlsa', 'zones/steer.pem'],
                    ['status', '--html=page', '--prometheus=metrics'], ['check', f'zones/{odd}'],
                    ['keys', 'list', STEER], ['explain', STEER], ['check', f'--{STEER}'], [STEER]):
        runs = [Run(project, *command, f'--format={form}') for form in
                (FORMS if command == ['check'] else FORMS[:1])]
        ok(f'texts: {runs[0].name}', [fault for run in runs for fault in [
            *run.faults(0, 1, 2), *injected(run)]])
    files = {name: read(f'{project}/{name}').decode() for name in
             ('public/names.example.zone', 'zonepp.lock', 'zonepp.state', 'page', 'metrics')}
    for name, text in files.items():
        found = hostile.CONTROL.search(text)
        ok(f'texts: {name}', [text[max(0, found.start() - 80):][:200]] if found else [])
    zone = files['public/names.example.zone']
    ok('texts: a comment stays one', [zone] if zone.count('192.0.2.66') not in (0, 2) or
       any(line.startswith('evil') for line in zone.splitlines()) else [])
    ok('texts: a page stays one', [1] if '<script>' in files['page'] or '<b>`' in files['page'] else [])


# --- Time ---

SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + 'A' * 43


def times():
    """A template that is within all other limits."""
    project = f'{top}/times'
    os.makedirs(f'{project}/zones')
    write(f'{project}/zonepp.yaml', '''
defaults: { template: "zones/{zone}.zone", output: "public/{zone}.zone", policy: plain }
policies: { plain: { sign: false } }
limits: { time: 1s, made: 100G, memory: 900M }
zones: { long.example: {}, files.example: {}, hosts.example: {}, good.example: {} }
''')
    make_zone(project, 'good.example', '')
    make_zone(project, 'files.example', '')
    make_zone(project, 'hosts.example', '')
    write(f'{project}/zones/hosts', f'{",".join(["*a*a*a*a*b"] * 30)} {SSH_KEY}\n'.encode() * 2000)
    with open(f'{project}/zones/hosts.example.zone', 'a', encoding='utf-8') as file:
        file.write('$SSHFP ' + 'a' * 50 + '{0,1,2,3,4,5,6,7}' * 4 + ' hosts\n')
    write(f'{project}/zones/deep.der', b'\x30\x80' * 500000 + bytes(1000000))
    for i in range(50):
        os.symlink('deep.der', f'{project}/zones/deep{i}.der')
    with open(f'{project}/zones/files.example.zone', 'a', encoding='utf-8') as file:
        file.write(''.join(f'$TLSA _{i}._tcp.h deep{i}.der\n' for i in range(1, 50)))
    make_zone(project, 'long.example', '')
    with open(f'{project}/zones/long.example.zone', 'a', encoding='utf-8') as file:
        file.write(''.join(f'$GENERATE 1-1048576 h{i}-$ A 192.0.2.1\n' for i in range(20)))
    run = Run(project, 'build', seconds=60)
    ok('time: a template takes too much', [run.said] if run.status != 1 or
       'takes more of a processor than 1 s [F016]' not in run.said else [])
    ok('time: files and hosts take too much', [run.said] if run.said.count('[F016]') != 3 or
       run.said.count('[D004]') > 10 else [])
    ok('time: the other zone is published', [] if state_of(project, 'good.example') and
       not state_of(project, 'long.example') else [run.said])


top = tempfile.mkdtemp()
try:
    sources()
    each_zone()
    whole_project()
    texts()
    if os.environ.get('PARANOID') and not hostile.SANITIZED:
        times()
finally:
    shutil.rmtree(top)
print(f'1..{hostile.count}')
