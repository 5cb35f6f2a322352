#!/usr/bin/env python3
"""Who may include whom. Reads every #include of the tree against one table and fails on any other arrow."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)

# Layer -> the layers that it may include besides itself. `generated` is what protoc writes.
TABLE = {
    'proto/values': set(),
    'proto/runtime': {'proto/values', 'generated'},
    'proto/metrics': {'proto/runtime'},
    'scheduler/core': {'proto/values'},
    'scheduler/store': {'proto/values', 'proto/runtime', 'scheduler/core', 'generated'},
    'scheduler/engine': {'proto/values', 'proto/runtime', 'scheduler/core', 'scheduler/store'},
    'scheduler/config': {'proto/values', 'proto/runtime', 'scheduler/core', 'scheduler/store'},
    'scheduler/service': {'proto/values', 'proto/runtime', 'scheduler/core', 'scheduler/store',
                          'scheduler/engine', 'generated'},
    'scheduler/metrics': {'proto/values', 'proto/runtime', 'proto/metrics', 'scheduler/core',
                          'scheduler/engine', 'scheduler/service', 'generated'},
    'scheduler/main': {'proto/values', 'proto/runtime', 'proto/metrics', 'scheduler/core', 'scheduler/store',
                       'scheduler/engine', 'scheduler/config', 'scheduler/service', 'scheduler/metrics'},
    'agent': {'proto/values', 'proto/runtime', 'proto/metrics', 'generated', 'agent/reconcile'},
    'agent/reconcile': {'proto/values'},
    'client': {'proto/values', 'proto/runtime', 'generated'},
}
# Files of scheduler/ itself: the write path, and what wires it.
ENGINE = {'engine', 'batch', 'verify', 'work_queue', 'upkeep'}
PURE = {'proto/values', 'scheduler/core', 'agent/reconcile'}
# What a pure layer may take from outside: values, containers and algorithms, nothing that touches the
# world. A new header is added here by hand, after a look at what it does.
PURE_STANDARD = {
    'algorithm', 'array', 'cctype', 'climits', 'cmath', 'compare', 'cstddef', 'cstdint', 'cstdlib',
    'cstring', 'functional', 'initializer_list', 'iterator', 'limits', 'map', 'numeric', 'optional',
    'set', 'span', 'string', 'tuple', 'type_traits', 'utility', 'variant', 'vector',
}
PURE_ABSL = ('absl/container/', 'absl/hash/', 'absl/numeric/', 'absl/status/', 'absl/strings/',
             'absl/time/civil_time.h', 'absl/time/time.h')


def layer_of(path):
    """The layer of a file of ours, given relative to the root."""
    parts = path.split('/')
    if path.startswith('agent/reconcile/'):
        return 'agent/reconcile'
    if parts[0] in ('agent', 'client'):
        return parts[0]
    if parts[0] == 'scheduler' and len(parts) == 2:
        return 'scheduler/engine' if parts[1].split('.')[0] in ENGINE else 'scheduler/main'
    return '/'.join(parts[:2])


def sources():
    names = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.cc', '*.h'],
                           cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return [name for name in names if (ROOT / name).is_file()]


def includes(name):
    return INCLUDE.findall((ROOT / name).read_text(encoding='utf-8'))


class LayeringTest(unittest.TestCase):
    def ours(self):
        found = [name for name in sources() if not name.startswith('tests/')]
        self.assertGreater(len(found), 50, 'the tree was not found')
        return found

    def test_every_arrow_is_in_the_table(self):
        for name in self.ours():
            layer = layer_of(name)
            self.assertIn(layer, TABLE, f'{name}: a folder without a layer')
            for _, target in includes(name):
                if target.startswith(('mesolys/v1/', 'google/rpc/')):
                    wanted = 'generated'
                elif (ROOT / target).is_file():
                    wanted = layer_of(target)
                else:
                    continue
                self.assertTrue(wanted == layer or wanted in TABLE[layer],
                                f'{name} ({layer}) may not include {target} ({wanted})')

    def test_pure_layers_touch_nothing_of_the_world(self):
        for name in self.ours():
            if layer_of(name) not in PURE:
                continue
            for _, target in includes(name):
                right = (target in PURE_STANDARD or target.startswith(PURE_ABSL) or
                         (ROOT / target).is_file())
                self.assertTrue(right, f'{name} is pure and may not include <{target}>')

    def test_pure_layers_keep_no_order_that_comes_from_a_hash(self):
        loop = re.compile(r'for \([^;)]*:\s*([a-z_]+)_?\)')
        for name in self.ours():
            text = (ROOT / name).read_text(encoding='utf-8')
            if layer_of(name) not in PURE or 'flat_hash' not in text:
                continue
            hashed = set(re.findall(r'flat_hash_(?:map|set)<.*>\s+(\w+);', text))
            for container in loop.findall(text):
                self.assertNotIn(container, hashed, f'{name} walks the hash table {container}')

    def test_headers_never_include_grpc_services(self):
        for name in self.ours():
            if not name.endswith('.h'):
                continue
            for _, target in includes(name):
                self.assertFalse(target.endswith('.grpc.pb.h'), f'{name} includes {target}')

    def test_string_views_are_those_of_abseil(self):
        for name in sources():
            text = (ROOT / name).read_text(encoding='utf-8')
            self.assertNotIn('std::' + 'string_view', text, name)

    def test_the_time_of_day_is_asked_in_one_place(self):
        for name in self.ours():
            if name != 'proto/runtime/clock.cc':
                self.assertNotIn('absl::Now()', (ROOT / name).read_text(encoding='utf-8'), name)

    def test_guards_name_their_file(self):
        for name in sources():
            if name.endswith('.h'):
                guard = 'MESOLYS_' + re.sub(r'[^A-Z0-9]', '_', name.upper()) + '_'
                self.assertIn(f'#ifndef {guard}\n', (ROOT / name).read_text(encoding='utf-8'), name)

    def test_the_top_level_is_fixed(self):
        allowed = {'CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'README.md', 'agent', 'client',
                   'deploy', 'proto', 'scheduler', 'tests'}
        names = subprocess.run(['git', 'ls-files'], cwd=ROOT, check=True, capture_output=True,
                               text=True).stdout.split()
        top = {name.split('/')[0] for name in names}
        self.assertEqual({name for name in top if not name.startswith('.')} - allowed, set())


if __name__ == '__main__':
    sys.exit(unittest.main())
