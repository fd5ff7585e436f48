#!/usr/bin/python3
"""No octet of a private key or password is anywhere but in its own file.

A project has DNSSEC keys of each algorithm, private keys and bundles that TLSA records are made of,
and one of DKIM. All verbs run, with inputs that are as they should be and with those that are not;
hooks tell all that they can see. Then the secrets are looked for, as octets, in hexadecimal and in
base64 of any alignment, in all that was said and in all files but their own.
"""
import base64
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile  # noqa: E402, beside this file
from hostile import LATER, NOW, Run, ok, read, write  # noqa: E402

LENGTH = 12  # octets of a piece that is looked for, whatever it is written in
STEP = 8     # octets of a secret from one piece to the next
ALGORITHMS = ['RSASHA256', 'RSASHA512', 'ECDSAP256SHA256', 'ECDSAP384SHA384', 'ED25519', 'ED448']
PASSWORDS = {'LISTED': 'ni9eeNgooPh4', 'NAMED': 'aPee0ohth7ch'}  # variables of the environment
FILED = 'eiNgah6ooQuo'                                            # in a file


# --- What is looked for ---

def pieces(data, step):
    """What would be found of a secret, in each form."""
    found = {data[i:i + LENGTH] for i in range(0, len(data) - LENGTH + 1, step)}
    for text in (data.hex(), data.hex().upper()):
        found |= {text[i:i + LENGTH].encode() for i in range(0, len(text) - LENGTH + 1, 2 * step)}
    for skip in range(3):
        text = base64.b64encode(data[skip:len(data) - (len(data) - skip) % 3])
        found |= {text[i:i + LENGTH] for i in range(0, len(text) - LENGTH + 1, max(1, step // 2))}
    return found


def windows(data):
    return {data[i:i + LENGTH] for i in range(len(data) - LENGTH + 1)}


def secrets_of_bind(text):
    public = ('Private-key-format', 'Algorithm', 'Modulus', 'PublicExponent')
    for line in text.splitlines():
        name, _, value = line.partition(': ')
        if name not in public and not re.fullmatch(r'\d{14}', value):
            yield base64.b64decode(value)


def der_of(path):
    data = read(path)
    if not data.startswith(b'-----'):
        return data
    return base64.b64decode(re.sub(rb'-----[^-]*-----|[A-Z][A-Za-z-]*: .*|\s', b'', data))


def tell(*command, **options):
    run = subprocess.run(command, capture_output=True, check=False, **options)
    if run.returncode:
        sys.exit(f'Bail out! {command}: {run.stderr.decode()}')
    return run.stdout


# --- The project ---

HOOK = '''#!/bin/sh
# Tells all that it can see of who runs it.
open=$(ls -l /proc/$$/fd)
{
    echo "$open"
    echo "$@"
    env
    cat
    for of in $$ $PPID; do
        tr '\\0' ' ' </proc/$of/cmdline
        tr '\\0' '\\n' </proc/$$/environ
    done
    for fd in /proc/$$/fd/*; do
        case $(readlink "$fd") in /*) [ ! -f "$fd" ] || cat "$fd" ;; esac
    done
} >>"$DUMP" 2>&1
'''
HEAD = '$ORIGIN {0}.\n$TTL 1h\n@ SOA ns1 host 1 4h 30m 1w 10m\n@ NS ns1\nns1 A 192.0.2.1\n'


def sources(folder):
    """Keys as people have them, and passwords: file names, and those of their public halves."""
    def private(name, *arguments):
        tell('openssl', 'genpkey', *arguments, '-out', f'{folder}/{name}')
    rsa, ec = ['-algorithm', 'RSA'], ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
    private('rsa.key', *rsa)
    private('dkim.key', *rsa)
    private('ed.key', '-algorithm', 'ED25519')
    private('pkcs8.key', *ec)
    tell('openssl', 'ec', '-in', f'{folder}/pkcs8.key', '-out', f'{folder}/sec1.key')
    tell('openssl', 'rsa', '-traditional', '-in', f'{folder}/rsa.key', '-out', f'{folder}/pkcs1.key')
    tell('openssl', 'pkey', '-in', f'{folder}/rsa.key', '-outform', 'DER', '-out', f'{folder}/der.key')
    tell('openssl', 'pkcs8', '-topk8', '-in', f'{folder}/pkcs8.key', '-passout', 'env:LISTED', '-out',
         f'{folder}/locked.pem')
    tell('openssl', 'rsa', '-aes256', '-traditional', '-in', f'{folder}/rsa.key', '-passout', 'env:LISTED',
         '-out', f'{folder}/old.pem')
    for name, key in (('cert', 'pkcs8'), ('next', 'rsa'), ('mail', 'dkim')):
        tell('openssl', 'req', '-x509', '-key', f'{folder}/{key}.key', '-subj', '/CN=ns1', '-days', '36500',
             '-out', f'{folder}/{name}.pem')
    for name, cert, key, password in (
            ('listed', 'cert', 'pkcs8', 'env:LISTED'), ('filed', 'cert', 'pkcs8', f'pass:{FILED}'),
            ('named', 'mail', 'dkim', 'env:NAMED')):
        tell('openssl', 'pkcs12', '-export', '-in', f'{folder}/{cert}.pem', '-inkey', f'{folder}/{key}.key',
             '-passout', password, '-out', f'{folder}/{name}.p12')
    shutil.copy(f'{folder}/cert.pem', f'{folder}/both.pem')
    with open(f'{folder}/both.pem', 'ab') as file:
        file.write(read(f'{folder}/sec1.key'))
    write(f'{folder}/password', FILED + '\n')
    for name in os.listdir(folder):
        os.chmod(f'{folder}/{name}', 0o600)


TLSA = [f'$TLSA _{port}._tcp.ns1 ../certs/{source}' for port, source in enumerate((
    'rsa.key', 'ed.key', 'pkcs8.key', 'sec1.key', 'pkcs1.key', 'der.key', 'both.pem',
    'locked.pem pass=env:LISTED', 'old.pem pass=env:LISTED', 'listed.p12 pass=env:LISTED',
    'filed.p12 pass=file:../certs/password'), 1)]
# Templates that are wrong, and are built beside the others
WRONG = {
    'include-key': '$INCLUDE ../keys/{0}',
    'source-key': '$TLSA _25._tcp.ns1 ../keys/{0}',
    'ssh-key': '$SSHFP ns1 ../certs/rsa.key',
    'openpgp-key': '$OPENPGPKEY joe ../certs/rsa.key',
    'broken-key': '$TLSA _25._tcp.ns1 ../certs/broken.key',
    'broken-pkcs12': '$TLSA _25._tcp.ns1 ../certs/broken.p12 pass=env:LISTED',
    'wrong-password': '$TLSA _25._tcp.ns1 ../certs/filed.p12 pass=env:LISTED',
    'password-itself': f'$TLSA _25._tcp.ns1 ../certs/filed.p12 pass={FILED}',
    'password-named': f'$TLSA _25._tcp.ns1 ../certs/filed.p12 pass=env:{FILED}',
    'key-as-password': '$TLSA _25._tcp.ns1 ../certs/filed.p12 pass=file:../certs/sec1.key',
    'password-as-source': '$TLSA _25._tcp.ns1 ../certs/password',
    'password-included': '$INCLUDE ../certs/password',
    'usage': '$TLSA _25._tcp.ns1 2 0 0 ../certs/both.pem',
    'whole': '$TLSA _25._tcp.ns1 3 0 0 ../certs/sec1.key',
}


def write_yaml(project, name, zones):
    write(f'{project}/{name}.yaml', '\n'.join([
        f'defaults: {{ template: "zones/{{zone}}.zone", output: "{name}/{{zone}}.zone", policy: here }}',
        'policies: { here: { zonemd: true, cds: true }, none: { sign: false } }', 'keys: keys',
        'secrets: [LISTED]',
        'certificates: { mail: { current: certs/named.p12, next: certs/next.pem, pass: "env:NAMED",',
        '    wait: 0s, deploy: [./hook, deploy, "{name}", "{current}", "{next}"] } }',
        'hooks:', *(f'  {hook}: [./hook, {hook}]' for hook in
                    ('review', 'changed', 'failed', 'done', 'notify')),
        'zones:', *(f'  {zone}: {{ policy: {"none" if zone.split(".")[0] in WRONG else "here"} }}'
                    for zone in zones), '']))


def make_project(project):
    for folder in ('zones', 'certs', 'keys'):
        os.makedirs(f'{project}/{folder}')
    sources(f'{project}/certs')
    write(f'{project}/hook', HOOK)
    os.chmod(f'{project}/hook', 0o700)
    good = [f'{algorithm.lower()}.example' for algorithm in ALGORITHMS]
    for zone in good:
        write(f'{project}/zones/{zone}.zone', HEAD.format(zone) + '$TLSA _99._tcp.ns1 cert:mail\n' +
              ('\n'.join(TLSA) + '\n$DKIM sel ../certs/dkim.key\n' if zone == good[2] else ''))
        tell('zonepp', 'keys', 'generate', zone, '-a', zone.split('.')[0], '--keys', f'{project}/keys', '--now',
             '2026-11-01T00:00:00Z')
    key = os.path.basename(sorted(glob.glob(f'{project}/keys/*.private'))[0])
    for name, line in WRONG.items():
        write(f'{project}/zones/{name}.example.zone',
              HEAD.format(f'{name}.example') + line.format(key) + '\n')
    write(f'{project}/certs/broken.key', read(f'{project}/certs/sec1.key').replace(b'\n', b'\n!', 3))
    write(f'{project}/certs/broken.p12', read(f'{project}/certs/listed.p12')[:-40])
    write_yaml(project, 'zonepp', [*good, *(f'{name}.example' for name in WRONG)])
    write_yaml(project, 'only', good[3:4])
    return good


# --- All that can be run ---

def commands(project, good):
    key, zone = sorted(glob.glob(f'{project}/keys/K{good[2]}*.private'))[0], good[2]
    template, output = f'zones/{zone}.zone', f'zonepp/{zone}.zone'
    sign = ['sign', '--zone', zone, '--key', key, '--now', NOW, '--secret', 'LISTED', '--allow', project,
            'plain.zone']
    yield from (['check', f'--format={form}'] for form in
                ('tty', 'gcc', 'json', 'sarif', 'github', 'gitlab', 'sarif:report.sarif'))
    yield from (['build', *more, '--now', NOW] for more in
                (['--dry-run'], ['-MD', '-MF', 'deps.mk'], ['--format=json']))
    yield from (['plan', *form] for form in ([], ['--json'], ['--markdown']))
    yield ['lock']
    yield ['build', '--locked', '--force=S005', '--now', LATER]
    yield from (['status', *form] for form in ([], ['--json'], ['--html=page', '--prometheus=metrics']))
    yield from (['roll', *form] for form in ([], ['--json'], ['--gate=mail']))
    yield ['build', '-p', 'only.yaml', '--now', NOW]
    yield ['roll', '-p', 'only.yaml', '--deploy', '--now', '2027-06-01T00:00:00Z']
    yield from (['keys', *form] for form in (
        ['list'], ['list', '--json'], ['ds', zone], ['ds', '--dnskey', zone], ['roll', good[1]],
        ['set', '--inactive=2028-01-01T00:00:00Z', key], ['generate', '--ksk', good[0], '-a', 'ED25519']))
    yield ['print', zone]
    write(f'{project}/plain.zone', HEAD.format(zone))
    yield [*sign, '-o', 'signed']
    yield [*sign, '-o', 'signed3', '--nsec3', '--previous=signed', '--index', '--verify=full', '--zonemd', '--cds']
    yield sign
    for part in '12':
        yield [*sign, f'--part={part}/2', '-o', f'part{part}']
    yield ['join', '-o', 'joined', '--key', key, 'part1', 'part2']
    yield ['expand', template, '--secret', 'LISTED', '-p', 'zonepp.yaml']
    yield ['tlsa', 'certs/rsa.key', 'certs/both.pem', 'certs/locked.pem', 'certs/listed.p12', '--pass=env:LISTED']
    yield ['tlsa', '-u2', '-s0', '-m0', '--pick=all', 'certs/both.pem']
    yield ['list', '--certificates']
    yield ['merge', 'zonepp.state', 'zonepp.state', '-o', 'merged']
    yield ['probe', zone, '--timeout=1s', '--at=:99=127.0.0.1:1']
    # Each kind of secret in the place of each kind of file
    rare = ['certs/both.pem', 'certs/locked.pem', 'certs/der.key'] if os.environ.get('PARANOID') else []
    for secret in (key, 'broken.private', 'certs/sec1.key', 'certs/listed.p12', *rare):
        for command in (['print', secret], ['fmt', secret], ['check', secret], ['verify', secret],
                        ['diff', output, secret], ['verify', output, '--anchor', secret],
                        ['merge', 'zonepp.state', secret], ['list', '-p', secret], ['join', secret],
                        ['tlsa', secret], ['tlsa', 'certs/filed.p12', f'--pass=file:{secret}'],
                        ['tlsa', 'certs/filed.p12', f'--pass={FILED}'],
                        ['sign', '--zone', zone, '--key', secret, 'plain.zone'],
                        ['sign', '--zone', zone, '--key', key, secret], ['keys', 'set', '--delete=now', secret],
                        ['init', '--from', secret], ['probe', '--records', secret]):
            yield command


def run_all(project, good):
    said = []
    for command in commands(project, good):
        now = ['--now', LATER] if command[0] in ('check', 'plan', 'status', 'roll', 'lock') and \
            not any('--now' in word for word in command) else []
        run = Run(project, *command, *now)
        said.append((run.name, run.octets))
        ok(f'{run.name.replace(project, ".")}: it ends', [] if run.status in (0, 1, 2) else [run.said])
    return said


# --- Whoever may read them ---

def others_read(project, good, private):
    """Each secret that others may read is told of once in a run; the public, and what is locked, never."""
    told = {f'certs/{name}' for name in ('rsa.key', 'ed.key', 'pkcs8.key', 'sec1.key', 'pkcs1.key', 'der.key',
                                         'both.pem', 'password', 'dkim.key')}
    broken = {'certs/broken.key'}  # which was never for its owner alone
    keys = {os.path.relpath(path, project) for path in glob.glob(f'{project}/keys/*.private')}
    said = []
    for mode, of_sources, of_all in ((0o644, told, told | broken | keys), (0o600, set(), broken)):
        for path in private:
            if os.path.relpath(path, project) not in broken:
                os.chmod(path, mode)
        for command in (['print', good[2]], ['expand', good[2]], ['check'], ['build'], ['build', '--locked'], ['plan'],
                        ['lock']):
            run = Run(project, *command, '--format=gcc', '--now', LATER)
            said.append((f'{run.name} of files of mode {mode:o}', run.octets))
            paths = re.findall(r'^(\S+): warning: .*\[S005\]$', run.said, re.MULTILINE)
            ok(f'{run.name}, mode {mode:o}: tells of none twice', [
                path for path in paths if paths.count(path) > 1])
            ok(f'{run.name}, mode {mode:o}: tells of none that is locked or public', set(paths) - of_all)
            ok(f'{run.name}, mode {mode:o}: tells of all that templates name', of_sources - set(paths))
    return said


# --- Memory, as it is when a run ends ---

def numbers_of_pem(path):
    """What is private in a key, as OpenSSL tells it; and its lines."""
    public = ('Public-Key', 'modulus', 'publicExponent', 'pub', 'ASN1 OID', 'NIST CURVE')
    name, numbers = '', {}
    for line in tell('openssl', 'pkey', '-in', path, '-passin', 'env:LISTED', '-noout', '-text').decode().splitlines():
        if not line.startswith(' '):
            name = line.split(':')[0]
        elif name not in public:
            numbers[name] = numbers.get(name, '') + line.strip().replace(':', '')
    yield from (bytes.fromhex(number).lstrip(b'\0') for number in numbers.values())
    yield from read(path).splitlines()[2:-2] if b'PRIVATE' in read(path)[:64] else []


def hashed(algorithm, seed):
    """The private number of EdDSA, and what it hashes with each message (RFC 8032 section 5.1.5)"""
    if algorithm in ('ED25519', 'ED448'):
        octets = hashlib.sha512(seed).digest() if algorithm == 'ED25519' else hashlib.shake_256(seed).digest(114)
        yield from (octets[:len(seed)], octets[len(seed):])


def memory(project, good):
    """None that is ours or a library's holds a private key any more."""
    shim = os.path.join(os.path.dirname(shutil.which('zonepp')), 'tests/e2e/dump_at_exit.so')
    if hostile.SANITIZED or not os.path.exists(shim):
        return
    dump, key = f'{top}/memory', sorted(glob.glob(f'{project}/keys/K{good[2]}*.private'))[0]
    write(f'{project}/include.zone', HEAD.format(good[2]) + f'$INCLUDE {key}\n$SSHFP ns1 certs/sec1.key\n')
    write(f'{project}/sources.zone', HEAD.format(good[2]) + '\n'.join(TLSA).replace('../', '') + '\n')
    wanted = [FILED.encode(), FILED.encode('utf-16-be')]
    for algorithm, zone in zip(ALGORITHMS, good):
        for of in glob.glob(f'{project}/keys/K{zone}*.private'):
            for secret in secrets_of_bind(read(of).decode()):
                wanted += [secret, base64.b64encode(secret), *hashed(algorithm, secret)]
    for name in ('rsa', 'ed', 'pkcs8', 'sec1', 'dkim', 'der'):
        wanted += numbers_of_pem(f'{project}/certs/{name}.key')
    wanted = {form for secret in wanted for form in (secret, secret[::-1])}
    sign, secret = ['sign', 'plain.zone', '--now', NOW], ['--secret', 'LISTED']
    for command in (*([*sign, '--zone', zone, '--key', sorted(glob.glob(f'{project}/keys/K{zone}*.private'))[0]]
                      for zone in good),
                    [*sign, '--zone', good[2], '--keys', 'keys'], ['keys', 'list', '--now', NOW],
                    ['print', 'include.zone'], ['print', key], ['verify', 'signed', '--anchor', key],
                    ['list', '-p', key], ['diff', key, key], ['print', 'sources.zone', *secret],
                    *(['tlsa', f'certs/{name}', '--pass=env:LISTED'] for name in (
                        'rsa.key', 'ed.key', 'sec1.key', 'der.key', 'locked.pem', 'old.pem', 'listed.p12'))):
        subprocess.run(['zonepp', *command], cwd=project, check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={**os.environ, 'LD_PRELOAD': shim, 'MEMORY_DUMP': dump})
        there = read(dump)
        os.remove(dump)
        ok(f'memory holds no key: {" ".join(command).replace(project, ".")}',
           [form[:8] for form in wanted if form[4:LENGTH + 4] in there])
        if PASSWORDS['LISTED'].encode() not in there:  # it is in the environment
            ok('memory is looked through', [len(there)])


def main():
    os.environ.update(PASSWORDS, DUMP=f'{top}/dump', TMPDIR=f'{top}/temporary')
    os.mkdir(f'{top}/temporary')
    project = f'{top}/project'
    good = make_project(project)
    first = sorted(glob.glob(f'{project}/keys/*.private'))[0]
    write(f'{project}/broken.private', read(first)[:-100] + b'\nPrime1 no colon\n')
    private = [*glob.glob(f'{project}/keys/*.private'), *(
        f'{project}/certs/{name}' for name in os.listdir(f'{project}/certs') if name not in ('cert.pem', 'next.pem', 'mail.pem'))]
    wanted = set()
    for password in (*PASSWORDS.values(), FILED):
        wanted |= pieces(password.encode(), STEP)
    for path in private:
        if path.endswith('.private'):
            for secret in secrets_of_bind(read(path).decode()):
                wanted |= pieces(secret, STEP)
        elif path.endswith(('.key', '.p12', 'locked.pem', 'old.pem')) and 'broken' not in path:
            wanted |= pieces(der_of(path), STEP)
    public = read(f'{project}/certs/cert.pem') + der_of(f'{project}/certs/cert.pem')
    for name in ('rsa.key', 'ed.key', 'pkcs8.key', 'dkim.key'):
        public += tell('openssl', 'pkey', '-in', f'{project}/certs/{name}', '-pubout', '-outform', 'DER')
    # A public key is part of each private one: what is known of it is no secret.
    wanted -= pieces(public, 1)
    ok('there are secrets to look for', [] if len(wanted) > 2000 else [len(wanted)])

    said = run_all(project, good) + others_read(project, good, private)
    memory(project, good)
    after = [path for path in glob.glob(f'{project}/keys/*.private') if path not in private]
    for path in after:
        for secret in secrets_of_bind(read(path).decode()):
            wanted |= pieces(secret, STEP)
    places = {os.path.join(folder, name) for folder, _, names in os.walk(top, followlinks=False)
              for name in names} - {*private, *after, f'{project}/broken.private'}
    places -= {f'{project}/zones/password-itself.example.zone', f'{project}/zones/password-named.example.zone'}

    for name, data in said:
        found = windows(data) & wanted
        ok(f'{name.replace(top, "")}: tells no secret', [(sorted(found)[:3], data[-1000:])] if found else [])
    for path in sorted(places):
        found = windows(read(path)) & wanted
        ok(f'{path.replace(top, "")}: holds no secret', sorted(found)[:3])
    dump = read(f'{top}/dump').decode('utf-8', 'replace')
    ok('hooks of all kinds ran', [hook for hook in (
        'review', 'changed', 'failed', 'done', 'notify', 'deploy') if f'\n{hook}' not in '\n' + dump])
    ok('no password is in their environment', [name for name in PASSWORDS if f'\n{name}=' in dump])
    opened = set(re.findall(r' (\d+) -> (\S+)', dump))
    ok('they have no file open but theirs', [pair for pair in sorted(opened) if not (
        pair[0] in '012' or pair[1] == f'{project}/hook' or pair[1].startswith('pipe:'))])

    # Whoever finds nothing must be able to find something.
    ecdsa = [path for path in private if 'ecdsap256' in path][0]
    secret = [*secrets_of_bind(read(ecdsa).decode())][0]
    for form, text in (('octets', secret[3:31]), ('hexadecimal', secret[1:].hex().encode()),
                       ('HEXADECIMAL', secret.hex().upper().encode()), ('base64', base64.b64encode(secret)),
                       ('base64 of a part', base64.b64encode(b'x' + secret)),
                       ('a line of PEM', read(f'{project}/certs/rsa.key').splitlines()[-6]),
                       ('a password', b'password=' + FILED.encode())):
        ok(f'a secret in {form} would be found', [] if windows(b'a line of ' + text + b' text') & wanted else [text])


top = tempfile.mkdtemp()
try:
    main()
finally:
    shutil.rmtree(top)
print(f'1..{hostile.count}')
