#!/usr/bin/env python3
"""deploy/quickstart in checkouts of its own, with programs and a CMake that only pretend: what it prints can be pasted,
its env sets what a shell needs, an edited catalogue stays, and a copied or moved checkout begins afresh and ends nothing
that runs elsewhere. What the real programs make of it is shown by tests/system/tour.py."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A daemon that says that it has begun, and does nothing until it is ended.
DAEMON = '''#!/usr/bin/env python3
import os, signal, sys
if sys.argv[1] != 'once':
    open(f'{os.environ["PRETENDED"]}/{os.getpid()}.begun', 'w').close()
    signal.pause()
'''

# Writes down the words it was given, and answers what quickstart waits for.
CLIENT = '''#!/bin/sh
[ "$1" != --config ] || shift 2
[ -z "$SAID" ] || printf '%s\\0' "$@" END >>"$SAID"
case "$*" in
  'completion bash') echo 'complete -W "balance" mesolys' ;;
  '--format json site show'*) echo '"spool_record_count": 0' ;;
  '--format json'*) echo '"settled_base_units": 1' ;;
esac
'''

# As CMake does, refuses a build tree of another place.
CMAKE = '''#!/usr/bin/env bash
set -eu
if [ "$1" = --preset ]; then
  mkdir -p build/release
  if [ -f build/release/CMakeCache.txt ]; then
    grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" build/release/CMakeCache.txt
  else
    printf 'CMAKE_CACHEFILE_DIR:INTERNAL=%s\\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\\n' "$PWD/build/release" "$PWD" \\
      >build/release/CMakeCache.txt
  fi
else
  for program in client/mesolys scheduler/mesolys-scheduler agent/mesolys-agent; do
    install -D "$PRETENDED/${program##*/}" "build/release/$program"
  done
fi
'''
DPKG_QUERY = '#!/bin/sh\necho installed\n'


class QuickstartTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix='mesolys-quickstart-')))
        self.addCleanup(shutil.rmtree, self.folder)
        tools, self.programs = self.folder / 'tools', self.folder / 'programs'
        for path, text in [(tools / 'cmake', CMAKE), (tools / 'dpkg-query', DPKG_QUERY), (self.programs / 'mesolys', CLIENT),
                           (self.programs / 'mesolys-scheduler', DAEMON), (self.programs / 'mesolys-agent', DAEMON)]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        self.environment = {'PATH': f'{tools}:{os.environ["PATH"]}', 'PRETENDED': str(self.programs), 'LC_ALL': 'C.UTF-8'}
        # Its name has to be quoted.
        self.checkout = self.folder / "olga's first"
        shutil.copytree(ROOT / 'deploy', self.checkout / 'deploy')
        self.pids = set()
        self.addCleanup(self.end_all)

    def end_all(self):
        for pid in self.pids:
            if self.is_alive(pid):
                os.kill(pid, signal.SIGKILL)

    @staticmethod
    def is_alive(pid):
        try:
            return pathlib.Path(f'/proc/{pid}/cmdline').read_bytes() != b''
        except OSError:
            return False

    def run_in(self, checkout, command, **more):
        return subprocess.run(['bash', '-c', command], cwd=checkout, env={**self.environment, **more},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def quickstart(self, checkout, *words, **more):
        answer = self.run_in(checkout, ' '.join(['deploy/quickstart', *words]), **more)
        self.pids |= set(self.running(checkout).values())
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return answer.stdout

    @staticmethod
    def home(checkout):
        return checkout / 'build/quickstart'

    def running(self, checkout):
        return {path.stem: int(path.read_text()) for path in (self.home(checkout) / 'run').glob('*.pid')}

    def wait_until_begun(self, pids):
        """A pid is kept before its program has read its own file, which it would not find in a moved checkout."""
        for _ in range(200):
            if all((self.programs / f'{pid}.begun').exists() for pid in pids):
                return
            time.sleep(0.05)
        self.fail('a program has not begun after 10 s')

    def test_what_it_prints_can_be_pasted(self):
        said, pasted = self.folder / 'said', self.folder / 'pasted'
        printed = self.quickstart(self.checkout, SAID=str(said))
        lines = re.findall(r'^\$ (mesolys .*)$', printed, re.MULTILINE)
        self.assertGreater(len(lines), 20)
        script = '\n'.join(['source build/quickstart/env', f'export SAID={pasted}', *lines])
        answer = self.run_in(self.checkout, script)
        self.assertEqual((answer.returncode, answer.stderr), (0, ''))

        def asked(path):
            # What it asks again and again while it waits, and prints as JSON, is not printed.
            every = [words.split('\0') for words in path.read_text().split('\0END\0')[:-1]]
            return [words for words in every if words[0] not in ('whoami', '--format', 'completion')]
        self.assertEqual(asked(pasted), asked(said))
        self.assertIn('Thèse: vision par ordinateur', sum(asked(pasted), []))

    def test_a_shell_that_sources_its_env_finds_programs_pages_and_the_operator(self):
        self.quickstart(self.checkout)
        home, build = self.home(self.checkout), self.checkout / 'build/release'
        for shell in ('sh', 'bash', 'zsh'):
            if shutil.which(shell) is None:
                continue
            with self.subTest(shell=shell):
                script = '. build/quickstart/env; . build/quickstart/env; ' \
                         'for p in mesolys mesolys-scheduler mesolys-agent; do command -v $p; done; echo "$MESOLYS_CONFIG"; echo "$MANPATH"; echo "$PATH"'
                answer = subprocess.run([shell, '-c', script], cwd=self.checkout, env=self.environment, capture_output=True,
                                        text=True, timeout=60)
                self.assertEqual(answer.stderr, '')
                self.assertEqual(answer.stdout.splitlines(), [
                    str(build / 'client/mesolys'), str(build / 'scheduler/mesolys-scheduler'),
                    str(build / 'agent/mesolys-agent'), str(home / 'user/olga.toml'),
                    f'{build}/client/man:{build}/client/man/en:',
                    f'{build}/client:{build}/scheduler:{build}/agent:{self.environment["PATH"]}'])
        answer = self.run_in(self.checkout, 'source build/quickstart/env; complete -p mesolys')
        self.assertEqual(answer.returncode, 0, 'bash completes mesolys')

    def test_a_catalogue_follows_the_example_until_it_is_edited(self):
        catalogue, example = self.home(self.checkout) / 'catalogue.toml', self.checkout / 'deploy/examples/lyon.toml'
        self.assertNotIn('catalogue:', self.quickstart(self.checkout))
        self.assertEqual(catalogue.read_text(), example.read_text())
        self.assertNotIn('catalogue:', self.quickstart(self.checkout), 'nothing changed')
        example.write_text(example.read_text() + '# newer\n')
        self.assertIn('was not edited and follows', self.quickstart(self.checkout))
        self.assertEqual(catalogue.read_text(), example.read_text())
        catalogue.write_text('# mine\n' + catalogue.read_text())
        example.write_text(example.read_text() + '# newest\n')
        for _ in range(2):
            self.assertIn('was edited and stays', self.quickstart(self.checkout))
        self.assertTrue(catalogue.read_text().startswith('# mine\n'))
        self.assertNotIn('# newest', catalogue.read_text())

    def test_clusters_of_own_records_stay_in_the_catalogue(self):
        records = self.folder / 'jobs.txt'
        records.write_text('Cluster|Account|Start|End\nphillips|lab|2026-01-01T00:00:00|2026-01-02T00:00:00\n')
        self.quickstart(self.checkout, '--records', str(records))
        catalogue = self.home(self.checkout) / 'catalogue.toml'
        self.assertIn('clusters = ["psmn", "phillips"]', catalogue.read_text())
        self.assertNotIn('catalogue:', self.quickstart(self.checkout))
        self.assertIn('clusters = ["psmn", "phillips"]', catalogue.read_text())
        records.write_text(records.read_text().replace('phillips', 'kraken'))
        # The scheduler that runs would set the records of such a cluster aside, for good.
        answer = self.run_in(self.checkout, 'deploy/quickstart --records ../jobs.txt')
        self.assertEqual(answer.returncode, 1, answer.stdout)
        self.assertIn('deploy/quickstart --stop', answer.stderr)
        self.quickstart(self.checkout, '--stop')
        self.quickstart(self.checkout, '--records', str(records))
        self.assertIn('clusters = ["psmn", "kraken", "phillips"]', catalogue.read_text())

    def test_the_zone_of_own_records_is_one_that_there_is(self):
        for words, said in [('--records /dev/null --time-zone Paris', 'for example Europe/Paris'),
                            ('--time-zone Europe/Paris', 'give both')]:
            answer = self.run_in(self.checkout, f'deploy/quickstart {words}')
            self.assertEqual(answer.returncode, 1)
            self.assertIn(said, answer.stderr)
        records = self.folder / 'jobs.txt'
        records.write_text('Cluster|Account|Start|End\npsmn|lab|2026-01-01T00:00:00|2026-01-02T00:00:00\n')
        own = self.home(self.checkout) / 'site/own.toml'
        for words in ['--time-zone Europe/Paris', '']:  # and it is kept
            self.quickstart(self.checkout, '--records ../jobs.txt', words)
            self.assertIn('time_zone = "Europe/Paris"', own.read_text())
        # In another one the same jobs would be others.
        answer = self.run_in(self.checkout, 'deploy/quickstart --records ../jobs.txt --time-zone UTC')
        self.assertEqual(answer.returncode, 1)
        self.assertIn('told as those of Europe/Paris', answer.stderr)

    def test_a_copied_checkout_begins_afresh_and_leaves_the_other_alone(self):
        self.quickstart(self.checkout)
        before = self.running(self.checkout)
        self.assertEqual(set(before), {'scheduler', 'agent-psmn', 'agent-p2chpd', 'agent-pmcs2i'})
        (self.home(self.checkout) / 'catalogue.toml').write_text('# mine\n')
        copy = self.folder / 'copy'
        shutil.copytree(self.checkout, copy, symlinks=True)
        (self.home(copy) / 'ledger.db').write_text('of the other place')
        self.assertIn('nothing was started in it here', self.quickstart(copy, '--stop'))
        printed = self.quickstart(copy)
        self.assertIn(f"{copy}/build/release was made in {self.checkout}, this checkout was copied or moved", printed)
        self.assertIn(f"{copy}/build/quickstart was made as {self.home(self.checkout)}", printed)
        self.assertIn(f'what runs in {self.home(self.checkout)} runs on', printed)
        self.assertEqual((self.home(copy) / 'catalogue.toml').read_text(), '# mine\n')
        self.assertFalse((self.home(copy) / 'ledger.db').exists())
        for path in self.home(copy).rglob('*'):
            if path.is_file() and path.suffix in ('.toml', '') and path.parent.name != 'log':
                self.assertNotIn(str(self.checkout), path.read_text(errors='replace'), path)
        self.assertEqual(self.running(self.checkout), before)
        self.assertTrue(set(before.values()).isdisjoint(self.running(copy).values()))
        self.assertNotIn('afresh', self.quickstart(copy), 'it is of this place now')
        ours = self.running(copy)
        self.quickstart(copy, '--clean')
        self.assertFalse(self.home(copy).exists())
        self.assertEqual([pid for pid in ours.values() if self.is_alive(pid)], [])
        self.assertTrue(all(map(self.is_alive, before.values())))

    def test_a_moved_checkout_says_what_still_runs(self):
        self.quickstart(self.checkout)
        before = self.running(self.checkout)
        self.wait_until_begun(before.values())
        moved = self.folder / 'moved'
        self.checkout.rename(moved)
        for words in (['--stop'], []):
            printed = self.quickstart(moved, *words)
            named = re.search(r'which is gone, still run; to end them: kill ([\d ]+)$', printed, re.MULTILINE).group(1)
            self.assertEqual(set(map(int, named.split())), set(before.values()))
        self.assertTrue(all(map(self.is_alive, before.values())))
        self.assertTrue(set(before.values()).isdisjoint(self.running(moved).values()))

    def test_a_build_tree_that_belongs_to_another_checkout_by_a_link_is_not_removed(self):
        self.quickstart(self.checkout)
        other = self.folder / 'other'
        shutil.copytree(self.checkout / 'deploy', other / 'deploy')
        (other / 'build').mkdir()
        (other / 'build/release').symlink_to(self.checkout / 'build/release')
        answer = self.run_in(other, 'deploy/quickstart')
        self.assertEqual(answer.returncode, 1)
        self.assertIn(f'is the build tree of {self.checkout}', answer.stderr)
        self.assertTrue((self.checkout / 'build/release/CMakeCache.txt').exists())

    def test_a_checkout_that_is_reached_by_a_link_is_the_same(self):
        self.quickstart(self.checkout)
        before = self.running(self.checkout)
        link = self.folder / 'link'
        link.symlink_to(self.checkout)
        self.assertNotIn('afresh', self.quickstart(link))
        self.assertEqual(self.running(link), before)

    def test_help_is_the_whole_head_of_the_script(self):
        text = self.quickstart(self.checkout, '--help')
        self.assertIn('--clean', text)
        self.assertIn('source build/quickstart/env', text)
        self.assertNotIn('set -euo', text)


if __name__ == '__main__':
    unittest.main()
