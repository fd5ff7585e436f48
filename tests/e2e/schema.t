#!/usr/bin/python3
"""What refuses a project file: zonepp and its JSON Schema, as python3-jsonschema reads that, agree.

They are asked about each project file of the tests and the example; and about each key of the schema
with many values, names and keys that are none: with each of them with PARANOID=1, and else with every
third, another third for each key. What they cannot agree on is below, each with its reason; one that
is no longer needed fails with PARANOID=1.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f'1..0 # SKIP {missing}')
    sys.exit(0)

# --- What they cannot agree on ---

# zonepp refuses it with such a message, and the schema has no words for that.
SCHEMA_TAKES = {
    r'\[P004\]': 'a key or a zone that stands twice',
    r'\[P007\]': 'which files there are',
    r'no policy is called': 'a key that names another one',
    r'has "[a-z-]*", but not "denial: nsec3"': 'a key that needs a value of another one',
    r'"serial: live", but no "servers"': 'the same, and the other one may stand in defaults',
    r'would sign anew in every run': 'a sum of durations in their units',
    r'has a csk, which does all': 'keys that exclude each other: one may be written too many',
    r'"(\d+[a-zA-Z])+" is no duration up to': 'how long a duration in units is',
    r'"\d+[kmgKMG]?[iI]?[bB]?" is no amount': 'how much an amount with a unit is',
    r'at most 4294967295 records': 'the same',
    r'is no server': 'what addresses and names there are; it knows their letters',
    r'exceeds 255 octets|is longer than 255': 'how long the labels of a name are in sum',
    r'"(0x|0o|\+|\d+\.0)[\da-f]*"': 'a number in another spelling is the same number to it',
    r'the salt "[-+.\d]+" is not pairs': 'how many digits a number has',
    r'"True"': 'how true is spelled',
}
# zonepp takes it, and the schema does not.
ZONEPP_TAKES = {
    r'\b(cds|zonemd): "true"': 'a word that is none in quotes: editors shall offer the one without',
}

# --- The two judges ---

top = os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
with open(f'{top}/cmd/zonepp.yaml.schema.json', encoding='utf-8') as file:
    schema = json.load(file)
validator = jsonschema.Draft7Validator(schema)


class Core(yaml.SafeLoader):
    """YAML as editors read it, in the core schema of 1.2; keys are texts."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def integer(self, node):
        text = node.value
        return int(text[2:], {'0o': 8, '0x': 16}[text[:2]]) if text[:2] in ('0o', '0x') else int(text)


for kind, pattern in (
    ('null', r'~|null|Null|NULL|'),
    ('bool', r'true|True|TRUE|false|False|FALSE'),
    ('int', r'[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+'),
    ('float', r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.nan'),
):
    Core.add_implicit_resolver(f'tag:yaml.org,2002:{kind}', re.compile(f'^({pattern})$'), None)
Core.add_constructor('tag:yaml.org,2002:int', Core.integer)


def schema_takes(text):
    try:
        return validator.is_valid(yaml.load(text, Loader=Core))
    except yaml.YAMLError:
        return False


def errors_of(path):
    """What zonepp has against the file."""
    run = subprocess.run(['zonepp', 'list', '-p', path], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    lines = run.stderr.decode('utf-8', 'replace').splitlines()
    errors = [line for line in lines if ' error: ' in line]
    if run.returncode not in (0, 1, 2) or (run.returncode > 0) != bool(errors):
        raise AssertionError(f'zonepp list -p {path}: exit status {run.returncode}: {run.stderr}')
    return errors


def errors_in(text):
    with tempfile.NamedTemporaryFile('w', encoding='utf-8') as project:
        project.write(text)
        project.flush()
        errors = errors_of(project.name)
    for code in ('P002', 'P003', 'P005'):
        if sum(f'[{code}]' in error for error in errors) >= 20:
            raise AssertionError(f'as many errors as zonepp tells: {text}')
    return errors


used = set()


def excused(text, exceptions):
    found = [e for e in exceptions if re.search(e, text)]
    used.update(found)
    return bool(found)


def disagreement(what, text, errors, takes):
    """In a sentence; None where they agree, or cannot."""
    strange = [e for e in errors if takes and not excused(e, SCHEMA_TAKES)]
    if strange:
        return f'{what}: the schema takes what zonepp refuses: {strange[0]}'
    if not takes and not errors and not excused(text, ZONEPP_TAKES):
        return f'{what}: zonepp takes what the schema refuses'
    return None


# --- The files that there are ---

def of_files():
    files = glob.glob(f'{top}/tests/cli/**/*.yaml', recursive=True) + [f'{top}/zones-example/zonepp.yaml']
    said = []
    for path in sorted(files):
        with open(path, encoding='utf-8', errors='surrogateescape') as project:
            text = project.read()
        said.append(disagreement(os.path.relpath(path, top), text, errors_of(path), schema_takes(text)))
    return len(files) > 100, said


# --- Each key, with many values ---

VALUES = '''
    ~  ""  {}  []  {a: b}  [a]  [""]  [~]  [[a]]  [5]  [true]  [1X]  ["a\\nb"]  [NAME]  [a, a]
    true  "true"  True  yes  0  "0"  1  -1  50  51  1.5  1.0  +5  0x10  00  4294967295
    1h  1H  1h30m  "1 h"  1h30  69y  0s  90s  never  Never  soon
    50M  8GiB  8gib  0M  10X  99999999999G  0%  30%  "030%"  100%  101%  30
    a  a/  "a/{zone}"  "{zone}"  "x{y}"  "a\\tb"  "a\\nb"  "-"  ab  abc  "0a"  12
    [ns1.example.org]  ["192.0.2.1:53"]  ["[2001:db8::1]:53"]  [resolver]  ["resolver:192.0.2.1"]
    ["bad host"]  [256.0.0.1]  [ds]  [ds, ds]  [dss]
    "env:X"  "file:x"  "file:-"  "env:"
    ed25519  ED25519  RSASHA256  RSASHA1  13  12  "13"
'''.split('\n')
VALUES = [value.replace('\\\\', '\\') for line in VALUES for value in re.split(r'\s{2,}', line.strip()) if value]
NAMES = {
    'policies': ['p', '2024', '~', '"a b"'],
    'certificates': ['mail', '-mail', '"a b"', 'a' * 63, 'a' * 64, 'a.b_c-1', '5', '~'],
    'zones': ['example.org', 'example.org.', '.', '"@"', '"a@b"', 'a..b', '.a', 'a' * 63, 'a' * 64, '"a b"',
              '0/25.2.0.192.in-addr.arpa', '"\\\\065.a"', '"\\\\256.a"', '"a\\\\.b"', '"a\\\\"', 'm\u00fcller',
              '"*"', '"(a)"', '"a;b"', "'a\"b'", '~', '""', '.'.join(['a' * 63] * 4), '.'.join(['a' * 49] * 5)],
}
# What one key allows and another does not: places with a value each.
RELATIONS = [
    (('policies', 'p'), '{iterations: 1}'),
    (('policies', 'p'), '{refresh: 2w, validity: 1w}'),
    (('policies', 'p', 'keys'), '{ksk: never, csk: never}'),
    (('certificates',), '{a: {current: a.pem, deploy: [a]}}'),
]
# Keys beside that which is looked at, so that this one may be there.
BESIDE = {
    'policies': {'p': {'denial': 'nsec3', 'sign': 'false'}},
    'certificates': {'mail': {'current': 'a.pem', 'next': 'b.pem'}},
    'zones': {'example.org': {}},
}


def walk(node, path=()):
    """Each place of the schema, as the keys that lead there, and what it says of it."""
    inner = dict(node.get('properties', {})) if path != ('severity',) else {}
    if isinstance(node.get('additionalProperties'), dict):
        inner[next(iter(BESIDE[path[-1]]))] = node['additionalProperties']
    for key, below in inner.items():
        yield path + (key,), below
        yield from walk(below, path + (key,))


def flow(value):
    if isinstance(value, str):
        return value
    return '{' + ', '.join(f'{key}: {flow(v)}' for key, v in value.items()) + '}'


def put(root, path, value):
    """Puts the value at that place of the project."""
    at = root
    for i, key in enumerate(path[:-1]):
        if i == 1 and path[0] in BESIDE:
            at = at.setdefault(key, dict(next(iter(BESIDE[path[0]].values()))))
        else:
            at = at.setdefault(key, {})
    at[path[-1]] = value
    return root


def document(path, value):
    """A project with that value at that place, and little else."""
    root = put({'zones': {'example.org': {}}}, path, value)
    return ''.join(f'{key}: {flow(v)}\n' for key, v in root.items())


def words_of(node):
    """The values that the schema itself names."""
    words = list(node.get('enum', [])) + node.get('items', {}).get('enum', [])
    words += [node['default']] if 'default' in node else []
    words = [w if isinstance(w, str) and '{' not in w and w != '-' else json.dumps(w) for w in words]
    return [f'[{w}]' for w in words] if 'items' in node else words


def alone(path, value):
    """Of one value at one place, in a file of its own."""
    text = document(path, value)
    return disagreement(text.replace('\n', ' '), text, errors_in(text), schema_takes(text))


def of_table(places):
    """Of one value at each of several places below one or two keys of the file, a line for each. A
    value that is refused may keep zonepp from looking at others of its mapping: what is taken there is
    asked again alone."""
    lines, asked = [], []
    for i, (path, value) in enumerate(places):
        if path[0] in BESIDE:
            path = (path[0], f'p{i}') + path[2:]
        head = path[:1] if len(path) > 1 else ()
        line = flow(put({}, path, value)[path[0]] if head else {path[0]: value})
        line = line[1:-1]  # the braces of the mapping
        if head and f'{head[0]}:' not in lines:
            lines.append(f'{head[0]}:')
        lines.append(f'  {line}' if head else line)
        asked.append((len(lines), path, value, line))
    if 'zones:' not in lines:
        lines.append('zones: {example.org: {}}')
    text = '\n'.join(lines) + '\n'
    errors = errors_in(text)
    refused = {tuple(error.path)[:2] for error in validator.iter_errors(yaml.load(text, Loader=Core))}
    for number, path, value, line in asked:
        here = [e for e in errors if int(e.split(':')[1]) == number]
        takes = path[:2] not in refused
        if path[0] in BESIDE or here and not takes:
            yield disagreement(line, line, here, takes)
        else:
            yield alone(path, value)


def some_of(i, words):
    values = list(dict.fromkeys(words + VALUES))
    return values if 'PARANOID' in os.environ else values[:len(words)] + values[len(words) + i % 3::3]


def tables():
    """The places that are looked at together: their mapping, and fewer than zonepp tells errors."""
    groups = {}
    for path, node in walk(schema):
        if len(path) > 1 or 'properties' not in node and 'additionalProperties' not in node:
            key = {'hooks': 'limits', 'safety': 'limits', 'defaults': 'defaults'}.get(path[0], path[0])
            groups.setdefault(key if len(path) > 1 else 'top', []).append((path, node))
    for places in groups.values():
        values = [some_of(i, words_of(node)) for i, (_, node) in enumerate(places)]
        for k in range(max(map(len, values))):
            together = [(path, of[k]) for (path, _), of in zip(places, values) if k < len(of)]
            for i in range(0, len(together), 15):
                yield together[i:i + 15]


def singles():
    """Places and values for which a file each is needed."""
    for path, node in [((), schema), *walk(schema)]:
        is_mapping = 'additionalProperties' in node
        if path and is_mapping:
            for value in ('~', '{}', '[]', '""', 'a', 'true', '{a: b}', '{a: ~}', '{a: {}}', '{a: {b: c}}'):
                yield path, value
        if is_mapping and 'properties' in node:
            yield path + ('unknown',), 'a'
    for mapping, names in NAMES.items():
        inside = '{current: a.pem}' if mapping == 'certificates' else '{}'
        for name in names:
            yield (mapping,), '{' + f'{name}: {inside}' + '}'
    yield from RELATIONS


def of_values():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        batches = list(pool.map(lambda places: list(of_table(places)), tables()))
        said = sum(batches, []) + list(pool.map(lambda single: alone(*single), singles()))
    return len(said) > 500, said


def of_severities():
    """Of each code with each word."""
    codes = list(schema['properties']['severity']['properties'])
    some = [codes[i:i + 19] for i in range(0, len(codes), 19)] + [['Z999', 'z001', 'unknown']]
    words = ('error', 'warning', 'note', 'off', 'none', '~', 'true')
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        batches = list(pool.map(lambda places: list(of_codes(places)),
                                ([(code, word) for code in codes] for codes in some for word in words)))
    return len(codes) > 200, sum(batches, [])


def of_codes(severities):
    text = ''.join(f'  {code}: {word}\n' for code, word in severities)
    text = f'severity:\n{text}zones: {{example.org: {{}}}}\n'
    errors, takes = errors_in(text), set()
    for code, word in severities:
        if validator.is_valid({'severity': {code: yaml.load(word, Loader=Core)}, 'zones': {'a': None}}):
            takes.add(code)
    for i, (code, word) in enumerate(severities):
        here = [e for e in errors if int(e.split(':')[1]) == i + 2]
        yield disagreement(f'severity: {code}: {word}', code, here, code in takes)


def unused():
    return True, [f'no longer an exception: {e}' for e in {**SCHEMA_TAKES, **ZONEPP_TAKES} if e not in used]


tests = {
    'they agree on the project files of the tests': of_files,
    'they agree on many values of each key': of_values,
    'they agree on the severities of each problem': of_severities,
}
if 'PARANOID' in os.environ: # with each of the values
    tests['each exception is one'] = unused
print(f'1..{len(tests)}')
jsonschema.Draft7Validator.check_schema(schema)
failed = False
for number, (name, test) in enumerate(tests.items(), 1):
    enough, said = test()
    said = [s for s in said if s] + ([] if enough else ['too few of them'])
    failed = failed or bool(said)
    print(f'{"not " if said else ""}ok {number} - {name}', flush=True)
    for line in said[:60]:
        print(f'# {line}')
sys.exit(failed)
