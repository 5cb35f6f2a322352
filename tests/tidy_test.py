#!/usr/bin/env python3
"""tests/tidy in a small tree of its own: what it finds, what it keeps, and what it takes for changed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent
FILES = {
    'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.25)\nproject(small CXX)\nadd_custom_target(mesolys_generated)\n'
                      'add_library(small client/left.cc client/right.cc client/remote.cc)\n'
                      'target_include_directories(small PRIVATE ${PROJECT_SOURCE_DIR})\n',
    'CMakePresets.json': '{"version": 6, "configurePresets": [{"name": "tidy", "generator": "Ninja", "binaryDir": '
                         '"${sourceDir}/build/tidy", "cacheVariables": {"CMAKE_CXX_COMPILER": "clang++-14", '
                         '"CMAKE_EXPORT_COMPILE_COMMANDS": "ON"}}]}\n',
    '.gitignore': '/build/\n',
    'client/number.h': '#include "client/inner.h"\n',
    'client/inner.h': 'int Number();\n',
    'client/left.cc': '#include "client/number.h"\n\nint Left() { return Number(); }\n',
    'client/right.cc': 'int Right() { return 1; }\n',
    'client/remote.cc': '#include "grpcpp/grpcpp.h"\n',
}
FINDING = 'int Left(bool is_there) {\n  if (is_there) {\n    return 1;\n  } else {\n    return 2;\n  }\n}\n'


class TidyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name, 'tree')
        self.cache = pathlib.Path(folder.name, 'cache')
        for name, text in FILES.items():
            self.write(name, text)
        (self.root / 'tests').mkdir()
        for name in ('tidy', 'includes.py'):
            shutil.copy(TESTS / name, self.root / 'tests')
        shutil.copy(TESTS.parent / '.clang-tidy', self.root)
        self.git('init', '-q', '-b', 'main')
        self.commit()
        self.commit()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def git(self, *arguments):
        subprocess.run(['git', '-c', 'user.name=test', '-c', 'user.email=test@localhost', *arguments], cwd=self.root,
                       check=True, capture_output=True, env=self.environment())

    def commit(self):
        self.git('add', '-A')
        self.git('commit', '-q', '--allow-empty', '-m', 'A state')

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')}
        return kept | {'XDG_CACHE_HOME': str(self.cache), 'GIT_CONFIG_GLOBAL': '/dev/null'}

    def tidy(self, *options):
        done = subprocess.run([self.root / 'tests/tidy', *options], capture_output=True, text=True,
                              env=self.environment())
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return done.returncode, done.stdout

    def assert_looked_at(self, count, *options):
        code, said = self.tidy(*options)
        self.assertEqual(code, 0, said)
        self.assertIn(f' {count} looked at, 0 with findings', said)

    def listed(self):
        return self.tidy('--list')[1].split()

    def test_a_clean_state_is_looked_at_once_and_the_analyzer_counts_apart(self):
        self.assert_looked_at(2)  # never what includes gRPC
        self.assert_looked_at(0)
        self.assert_looked_at(2, '--all')
        self.assert_looked_at(0, '--all')
        self.write('client/inner.h', 'int Number();\nint Other();\n')
        self.assert_looked_at(1)
        self.write('.clang-tidy', (self.root / '.clang-tidy').read_text() + '# other checks\n')
        self.assert_looked_at(2)

    def test_a_finding_fails_and_is_not_kept(self):
        self.write('client/left.cc', FINDING)
        for _ in range(2):
            code, said = self.tidy('--changed')
            self.assertEqual(code, 1)
            self.assertIn('tests/tidy: client/left.cc\n', said)
            self.assertIn('readability-else-after-return', said)
            self.assertIn(' 1 looked at, 1 with findings', said)
        self.write('client/left.cc', FILES['client/left.cc'])
        self.assert_looked_at(2)

    def test_a_comment_that_silences_a_check_is_part_of_the_state(self):
        self.write('client/left.cc', FINDING.replace('} else {', '} else {  // NOLINT'))
        self.assert_looked_at(1, '--changed')
        self.write('client/left.cc', FINDING)
        self.assertEqual(self.tidy('--changed')[0], 1)

    def test_changed_is_what_differs_from_main_or_from_the_commit_before(self):
        self.assertEqual(self.listed(), [])
        self.write('client/right.cc', 'int Right() { return 2; }\n')
        self.commit()
        self.assertEqual(self.listed(), ['client/right.cc'])
        self.git('checkout', '-q', '-b', 'work')
        self.write('client/inner.h', 'int Number();\nint More();\n')
        self.commit()
        self.assertEqual(self.listed(), ['client/left.cc'])  # by two headers, and right.cc is on main
        self.write('client/right.cc', 'int Right() { return 3; }\n')  # not committed
        self.write('client/new.cc', 'int New() { return 4; }\n')  # not known to git
        lists = self.root / 'CMakeLists.txt'
        lists.write_text(lists.read_text().replace('client/left.cc', 'client/left.cc client/new.cc'))
        self.assertEqual(self.listed(), ['client/left.cc', 'client/new.cc', 'client/right.cc'])
        self.assert_looked_at(3, '--changed')
        self.assertEqual(self.listed(), [])


if __name__ == '__main__':
    unittest.main()
