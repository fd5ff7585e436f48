#!/usr/bin/python3
"""SARIF as the schema of version 2.1.0 has it: of each object its members, which of them must be
there, their types and words. The judge is Debian's golang-github-haya14busa-go-sarif-dev, types that
were made of that very schema. What it has no words for, such as numbers that begin at 1, is in
tests/cli/format-documents.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib

TYPES = '/usr/share/gocode/src/github.com/haya14busa/go-sarif/sarif/sarif.go'
if not os.path.exists(TYPES):
    print('1..0 # SKIP no golang-github-haya14busa-go-sarif-dev')
    sys.exit(0)

# --- The judge ---

with open(TYPES, encoding='utf-8') as file:
    text = file.read()
words = {}
for name, word in re.findall(r'^\t\w+ (\w+) = "([^"]*)"', text, re.M):
    words.setdefault(name, set()).add(word)
structs = {
    name: {member: (kind, not optional) for kind, member, optional in
           re.findall(r'^\t\w+ +(\S+) +`json:"([^",]+)(,omitempty)?"`', body, re.M)}
    for name, body in re.findall(r'^type (\w+) struct {\n(.*?)^}', text, re.M | re.S)}
PLAIN = {'string': str, 'bool': bool, 'int64': int, 'float64': (int, float)}


def faults(value, kind, path):
    """What is wrong with the value, which is to be of this Go type."""
    kind = kind.removeprefix('*')
    if kind.startswith('[]'):
        if not isinstance(value, list):
            return [f'{path}: no list']
        return [f for i, item in enumerate(value) for f in faults(item, kind[2:], f'{path}[{i}]')]
    if kind.startswith('map[string]'):
        if not isinstance(value, dict):
            return [f'{path}: no object']
        return [f for key, item in value.items() for f in faults(item, kind[11:], f'{path}.{key}')]
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind]) and (kind == 'bool' or not isinstance(value, bool))
        return [] if good else [f'{path}: no {kind}']
    if kind in words:
        return [] if value in words[kind] else [f'{path}: {value!r} is none of {words[kind]}']
    return faults_of_object(value, kind, path)


def faults_of_object(value, kind, path):
    if not isinstance(value, dict):
        return [f'{path}: no {kind}']
    members = structs[kind]
    found = [f'{path}: no {name}' for name, (_, needed) in members.items()
             if needed and name not in value]
    for name, item in value.items():
        if name in members:
            found += faults(item, members[name][0], f'{path}.{name}')
        elif kind != 'PropertyBag':
            found.append(f'{path}: {name} is no member of {kind}')
    return found


# --- What is judged ---

top = os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
os.environ.update(LC_ALL='C', TZ='UTC', SOURCE_DATE_EPOCH='1795435200')


def documents(work):
    """Of a third of the scenarios with a project, by their names, and of each with PARANOID=1."""
    shared = f'{top}/tests/cli/shared'
    for i, project in enumerate(sorted(glob.glob(f'{top}/tests/cli/*/zonepp.yaml'))):
        name = os.path.basename(os.path.dirname(project))
        if zlib.crc32(name.encode()) % 3 != 0 and not os.environ.get('PARANOID'):
            continue
        folder = f'{work}/{i}'
        subprocess.run(['cp', '-R', f'{shared}/certs', f'{shared}/keys', os.path.dirname(project),
                        work], check=True)
        os.rename(f'{work}/{name}', folder)
        for common in ('certs', 'keys'):
            subprocess.run(['cp', '-R', '-n', f'{shared}/{common}', folder], check=True)
        subprocess.run(['zonepp', 'check', '-C', folder, '--format=sarif:out.sarif'],
                       capture_output=True, check=False)
        if os.path.exists(f'{folder}/out.sarif'):
            with open(f'{folder}/out.sarif', encoding='utf-8') as out:
                yield name, json.load(out)


N = 0


def result(good, what, why=()):
    global N
    N += 1
    print(f'{"" if good else "not "}ok {N} - {what}')
    for line in list(why)[:20]:
        print(f'# {line}')


def spoilt(document):
    """Documents with one fault each."""
    def change(how):
        bad = copy.deepcopy(document)
        how(bad, bad['runs'][0]['results'][0])
        return bad
    yield 'a member that is none', change(lambda d, r: r.update(more=1))
    yield 'no message', change(lambda d, r: r.pop('message'))
    yield 'a level that is none', change(lambda d, r: r.update(level='fatal'))
    yield 'a text for a number', change(lambda d, r: r.update(ruleIndex='1'))
    yield 'one location without its list', change(lambda d, r: r.update(locations={}))
    yield 'no runs', change(lambda d, r: d.pop('runs'))
    yield 'another version', change(lambda d, r: d.update(version='2.0.0'))


result(len(structs) > 50 and len(words['Level']) == 4, 'the judge is read')
with tempfile.TemporaryDirectory() as place:
    judged = list(documents(place))
codes = {r['ruleId'] for _, d in judged for run in d['runs'] for r in run['results']}
bad = [f'{name}: {f}' for name, d in judged for f in faults(d, 'Sarif', '$')]
result(not bad, f'{len(judged)} documents, {len(codes)} codes', bad)
result(len(judged) >= 70 and len(codes) >= 25, 'these are many')
fixed = any('fixes' in r for _, d in judged for run in d['runs'] for r in run['results'])
result(fixed, 'there are fixes among them')
for what, wrong in spoilt(next(d for _, d in judged if d['runs'][0]['results'])):
    result(faults(wrong, 'Sarif', '$'), f'{what} is found')
print(f'1..{N}')
