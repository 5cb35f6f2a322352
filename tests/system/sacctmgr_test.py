#!/usr/bin/env python3
"""mesolys-sacctmgr hands on the changes that it has a template for, all or none of them.

  sacctmgr_test.py BUILD_DIR"""
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import unittest

SUDOERS = pathlib.Path(__file__).resolve().parents[2] / 'deploy/agent/sudoers'
GOOD = 'modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=600\n'


class SacctmgrTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # What it was told, with what environment, and that it fails.
        self.sacctmgr = self.folder / 'sacctmgr'
        self.sacctmgr.write_text(f'#!/bin/sh\n(echo "$@"; env | sort; cat) > {self.folder}/told\n'
                                 'echo said; echo complained >&2; exit 3\n')
        self.sacctmgr.chmod(0o755)

    def run_with(self, lines, *arguments):
        return subprocess.run([BUILD / 'agent/mesolys-sacctmgr', *(arguments or ('/etc/slurm/slurm.conf', self.sacctmgr))],
                              input=lines, capture_output=True, text=True, env={'EVIL': '1', 'PATH': '/usr/bin:/bin'})

    def test_hands_on_what_it_has_a_template_for(self):
        answer = self.run_with(GOOD + GOOD)
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (3, 'said\n', 'complained\n'))
        told = (self.folder / 'told').read_text()
        self.assertTrue(told.startswith('--immediate\n'), told)
        self.assertIn('SLURM_CONF=/etc/slurm/slurm.conf\n', told)
        self.assertNotIn('EVIL', told)
        self.assertTrue(told.endswith(GOOD + GOOD), told)

    def test_one_line_that_it_has_none_for_stops_all(self):
        for line in ('modify user where name=eve set AdminLevel=Administrator', 'delete account where name=proj_a', '!sh',
                     'modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=-5', GOOD.strip() + ' '):
            answer = self.run_with(f'{GOOD}{line}\n')
            self.assertEqual(answer.returncode, 2, line)
            self.assertIn('line 2 refused', answer.stderr)
            self.assertFalse((self.folder / 'told').exists(), line)

    def test_says_how_it_is_used(self):
        for arguments in (('relative.conf',), ('/etc/slurm/slurm.conf', 'sacctmgr'), ('/a', '/b', '/c')):
            answer = self.run_with('', *arguments)
            self.assertEqual(answer.returncode, 2)
            self.assertIn('usage: mesolys-sacctmgr', answer.stderr)


@unittest.skipUnless(os.getuid() == 0, 'needs root: it adds users and a sudoers file')
class SudoTest(unittest.TestCase):
    """The sudoers file that is shipped, with the paths and users of a test put in."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.program = self.folder / 'mesolys-sacctmgr'
        shutil.copy(BUILD / 'agent/mesolys-sacctmgr', self.program)
        self.told = self.folder / 'told'
        self.told.touch(0o666)
        self.told.chmod(0o666)
        sacctmgr = self.folder / 'sacctmgr'
        sacctmgr.write_text(f'#!/bin/sh\n(id -un; cat) > {self.told}\n')
        sacctmgr.chmod(0o755)
        self.arguments = [self.program, '/etc/slurm/slurm.conf', sacctmgr]
        self.agent, self.operator = self.add_user('agent'), self.add_user('slurm')
        text = SUDOERS.read_text().replace('/usr/sbin/mesolys-sacctmgr /etc/slurm/slurm.conf',
                                           ' '.join(map(str, self.arguments)))
        text = text.replace('mesolys-agent', self.agent).replace('mesolys-slurm', self.operator)
        rules = pathlib.Path('/etc/sudoers.d') / self.agent  # sudo reads no name with a dot
        self.addCleanup(rules.unlink, missing_ok=True)
        rules.write_text(text)
        rules.chmod(0o440)

    def add_user(self, role):
        name = f'mesolys-{role}-{os.getpid()}'
        subprocess.run(['useradd', '--system', '--no-create-home', name], check=True)
        self.addCleanup(subprocess.run, ['userdel', name], check=True)
        return name

    def as_agent(self, arguments, lines):
        words = ['sudo', '--non-interactive', f'--user={self.operator}', *arguments]
        return subprocess.run(['setpriv', f'--reuid={self.agent}', f'--regid={pwd.getpwnam(self.agent).pw_gid}',
                               '--clear-groups', *words], input=lines, capture_output=True, text=True)

    def test_what_is_shipped_is_a_sudoers_file(self):
        answer = subprocess.run(['visudo', '--check', f'--file={SUDOERS}'], capture_output=True, text=True)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_the_agent_makes_changes_as_an_operator_of_slurm(self):
        answer = self.as_agent(self.arguments, GOOD)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.told.read_text(), f'{self.operator}\n{GOOD}')

    def test_the_agent_runs_nothing_else_and_with_no_other_arguments(self):
        for arguments in ([self.program, '/tmp/evil.conf', self.arguments[2]], self.arguments[:2], ['/bin/sh'],
                          [*self.arguments, 'more']):
            answer = self.as_agent(arguments, GOOD)
            self.assertEqual(answer.returncode, 1, arguments)
            self.assertIn('sudo:', answer.stderr)
            self.assertEqual(self.told.read_text(), '', arguments)


if __name__ == '__main__':
    BUILD = pathlib.Path(sys.argv.pop(1))
    unittest.main()
