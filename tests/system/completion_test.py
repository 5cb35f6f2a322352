#!/usr/bin/env python3
"""bash, zsh and fish complete the command line of `mesolys`, as somebody at a terminal would see it; and the manual
page is one that man shows.   completion_test.py BUILD_DIR"""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {'PATH': f'{BUILD}/client:{os.environ["PATH"]}', 'TERM': 'xterm', 'HOME': '/nonexistent', 'LC_ALL': 'C.UTF-8'}
DEADLINE_SECONDS = 30


class Terminal:
    """An interactive shell, and what it has written."""

    def __init__(self, *words):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, ENVIRONMENT)
        self.seen = b''

    def type(self, text):
        os.write(self.file, text.encode())

    def wait_for(self, text):
        """Whether it comes; what came before it is forgotten."""
        end = time.monotonic() + DEADLINE_SECONDS
        while text.encode() not in self.seen and time.monotonic() < end:
            if select.select([self.file], [], [], 0.1)[0]:
                self.seen += os.read(self.file, 65536)
        found = text.encode() in self.seen
        self.seen = self.seen.partition(text.encode())[2] if found else self.seen
        return found

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.file)
        os.waitpid(self.pid, 0)


class CompletionTest(unittest.TestCase):
    def expect(self, words, setup, completions):
        """`completions`: what is typed before the key, and what stands there after it; each in a shell of its own."""
        if shutil.which(words[0]) is None:
            self.skipTest(f'{words[0]} is missing')
        for typed, completed in completions.items():
            terminal = Terminal(*words)
            self.addCleanup(terminal.end)
            for line in (*setup, 'echo ready $((40+2))'):
                terminal.type(line + '\n')
            self.assertTrue(terminal.wait_for('ready 42'), terminal.seen)
            terminal.type(typed + '\t')
            self.assertTrue(terminal.wait_for(completed), (typed, terminal.seen))

    def test_bash(self):
        self.expect(('bash', '--norc', '-i'), ['source <(mesolys completion bash)'],
                    {'mesolys whoa': 'mesolys whoami', 'mesolys usage list p --by mo': '--by month',
                     'mesolys balance --format=js': '--format=json'})

    def test_zsh(self):
        self.expect(('zsh', '-f', '-i'), ['autoload -Uz compinit && compinit -D -u', 'source <(mesolys completion zsh)'],
                    {'mesolys whoa': 'whoami', 'mesolys usage list p --by mo': '--by month'})

    def test_fish(self):
        if shutil.which('fish') is None:
            self.skipTest('fish is missing')
        answer = subprocess.run(['fish', '--no-config', '-c', 'mesolys completion fish | source\n'
                                 'complete -C "mesolys usage list p --by mo"; complete -C "mesolys who"'],
                                env=ENVIRONMENT | {'HOME': str(BUILD)}, capture_output=True, text=True, timeout=60)
        words = [line.split('\t')[0] for line in answer.stdout.splitlines()]
        self.assertEqual(words, ['month', 'whoami'], answer.stderr)

    def test_the_manual_pages_are_shown(self):
        if shutil.which('groff') is None:
            self.skipTest('groff is missing')
        for language, words in (('en', 'EXIT STATUS'), ('fr', 'CODE DE RETOUR')):
            page = BUILD / f'client/man/{language}/man1/mesolys.1'
            answer = subprocess.run(['groff', '-man', '-Kutf8', '-Tutf8', '-ww', page],
                                    capture_output=True, text=True, timeout=60)
            self.assertEqual(answer.stderr, '')
            text = re.sub('.\x08|\x1b\\[[0-9;]*m', '', answer.stdout)  # bold, either way
            for expected in (words, 'request create', '--justification'):
                self.assertIn(expected, text)


if __name__ == '__main__':
    unittest.main()
