#!/usr/bin/env python3
"""What goes wrong at the edges of the programs: each gives one clear line, the right exit code, and loses
nothing.   bad_input_test.py BUILD_DIR"""
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1))
RECORDS = '''JobIDRaw|Cluster|Account|User|State|Submit|Start|End|Elapsed|AllocTRES
1|psmn|lab|ada|COMPLETED|{0}|{0}|{1}|01:00:00|cpu=4,node=1
2|psmn|lab|ada|COMPLETED|{0}|{1}|{0}|01:00:00|cpu=4,node=1
3|psmn|lab|ada|COMPLETED|{0}|{0}|{1}|01:00:00|cpu=99999999999999999999,node=1
4|psmn|nobody|ada|COMPLETED|{0}|{0}|{1}|01:00:00|cpu=2,node=1
5|elsewhere|lab|ada|COMPLETED|{0}|{0}|{1}|01:00:00|cpu=2,node=1
'''


class BadInputTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mesolys-bad-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        records = self.folder / 'records.txt'
        start, end = time.gmtime(time.time() - 86400), time.gmtime(time.time() - 82800)
        records.write_text(RECORDS.format(time.strftime('%Y-%m-%dT%H:%M:%S', start),
                                          time.strftime('%Y-%m-%dT%H:%M:%S', end)))
        self.world = mesocentre.Mesocentre(BUILD, self.folder, records)
        self.addCleanup(self.world.kill_all)

    def serve(self, expected, *words, config='scheduler.toml', options=()):
        """Runs a scheduler that must not start."""
        answer = subprocess.run([BUILD / 'scheduler/mesolys-scheduler', 'serve', '--config', self.folder / config,
                                 *options], capture_output=True, text=True, timeout=60)
        self.refused(answer, expected, words)

    def refused(self, answer, expected, words):
        self.assertEqual(answer.returncode, expected, answer.stderr)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertNotIn('terminate called', answer.stderr)

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def test_configuration_is_refused_with_its_place(self):
        original = (self.folder / 'scheduler.toml').read_text()
        for old, new, words in [
            ('database', 'databse', ['scheduler.toml:', 'databse', 'database']),
            ('listen = "', 'listen = ', ['scheduler.toml:1:']),
            ('database = "ledger.db"', 'database = 7', ['scheduler.toml:2:', 'database']),
            ('[tls]', '[tls', ['scheduler.toml:']),
        ]:
            with self.subTest(new=new):
                (self.folder / 'scheduler.toml').write_text(original)
                self.edit('scheduler.toml', old, new)
                self.serve(2, *words)
        self.serve(2, 'nowhere.toml', config='nowhere.toml')

    def test_a_mistyped_command_is_told_with_those_that_there_are(self):
        for program, known in [('scheduler/mesolys-scheduler', 'serve, verify and divide'),
                               ('agent/mesolys-agent', 'run, once, check, simulate-offline')]:
            answer = subprocess.run([BUILD / program, 'frobnicate'], capture_output=True, text=True, timeout=60)
            self.refused(answer, 2, [f'"frobnicate" is no command; there are {known}'])

    def simulate(self, away):
        return subprocess.run([BUILD / 'agent/mesolys-agent', 'simulate-offline', away, '--config',
                               self.folder / 'agent.toml'], capture_output=True, text=True, timeout=60)

    def test_a_time_to_be_away_that_is_none_is_refused(self):
        for away in ('7j', '0h', 'inf', '367d', '-1h'):
            self.refused(self.simulate(away), 2, [f'"{away}" is not how long; write 90m, 12h or 7d'])
        self.refused(self.simulate('7d'), 1, ['the agent has never run here'])

    def test_what_is_no_ledger_is_told_apart_from_one_that_is_broken(self):
        def verify(name):
            return subprocess.run([BUILD / 'scheduler/mesolys-scheduler', 'verify', '--database', self.folder / name],
                                  capture_output=True, text=True, timeout=60)

        (self.folder / 'letter.txt').write_text('Dear all,')
        for name, word in [('nowhere.db', 'does not exist'), ('letter.txt', 'is not a SQLite database')]:
            self.refused(verify(name), 2, [name, word])
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.world.stop('scheduler')
        self.assertEqual(verify('ledger.db').returncode, 0)
        with sqlite3.connect(self.folder / 'ledger.db') as ledger:
            ledger.execute("UPDATE event SET hash = x'00' WHERE revision = 1")
        ledger.close()
        self.refused(verify('ledger.db'), 1, ['revision 1'])

    def test_a_catalogue_that_contradicts_itself_is_refused(self):
        self.edit('catalogue.toml', 'certifications = ["hds"]', 'certifications = ["hsd"]')
        self.serve(2, 'catalogue', 'hsd')

    def test_a_missing_or_foreign_key_is_refused(self):
        self.edit('scheduler.toml', 'service-scheduler.key', 'user-olga.key')
        self.serve(2, 'user-olga.key', 'is not the key of the certificate')
        self.edit('scheduler.toml', 'user-olga.key', 'none.key')
        self.serve(2, 'none.key', 'missing')
        self.serve(2, 'none.key', 'missing', options=['--check-config'])

    def test_a_port_in_use_and_a_second_scheduler_are_refused(self):
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.serve(1, 'another scheduler', 'ledger.db')
        self.edit('scheduler.toml', 'ledger.db', 'other.db')
        self.serve(1, 'in use', str(self.world.port))

    def test_a_database_that_is_newer_or_none_or_unreachable_is_refused(self):
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.world.stop('scheduler')
        database = sqlite3.connect(self.folder / 'ledger.db')
        database.execute('PRAGMA user_version = 99')
        database.commit()
        database.close()
        self.serve(1, 'newer', '99')
        (self.folder / 'ledger.db').write_text('this is no database ' * 100)
        self.serve(1, 'ledger.db')
        for path, word in (('/proc/mesolys/ledger.db', 'create the directory'),
                           ('/proc/ledger.db', '/proc'),
                           (str(self.folder / 'olga.toml' / 'ledger.db'), 'olga.toml')):
            with self.subTest(path=path):
                self.edit('scheduler.toml', 'database = "', f'database = "{path}" # ')
                self.serve(1, word)
                self.edit('scheduler.toml', f'database = "{path}" # ', 'database = "')

    def test_a_certificate_of_another_authority_reaches_nobody(self):
        self.world.start('scheduler')
        self.world.wait_until_serving()
        subprocess.run([mesocentre.ROOT / 'deploy/throwaway-ca', self.folder / 'foreign', 'user/olga'], check=True,
                       stderr=subprocess.DEVNULL)
        for name in ('user-olga.pem', 'user-olga.key'):
            self.edit('olga.toml', f'tls/{name}', f'foreign/{name}')
        self.refused(self.world.cli('--timeout', '3s', 'whoami'), 6, [])

    def test_an_unreachable_scheduler_is_said_and_nothing_is_kept(self):
        answer = self.world.cli('--timeout', '2s', 'project', 'create', 'lab', '--title', 'Lab', '--institution',
                                'cnrs', '--programme', 'chair', '--pi', 'ada', '--for', '1y')
        self.refused(answer, 6, [str(self.world.port)])
        pending = self.folder / 'olga' / 'pending'
        self.assertEqual(list(pending.glob('*')) if pending.is_dir() else [], [])

    def test_amounts_that_are_none_are_refused_with_an_example(self):
        for amount in ('50000', '-5h', 'many', '1e99h', '99999999999999999999h', '1.0000001h'):
            with self.subTest(amount=amount):
                answer = self.world.cli('request', 'create', 'lab', f'--cpu={amount}', '--for', '6m',
                                        '--justification', 'x')
                self.refused(answer, 2, ['--cpu'])

    def test_bad_records_are_set_aside_and_the_rest_settles(self):
        self.world.start('scheduler')
        self.world.wait_until_serving()
        day = time.strftime('%Y-%m-%d', time.gmtime(time.time() - 10 * 86400))
        self.world.done('project', 'create', 'lab', '--title', 'Lab', '--institution', 'cnrs', '--programme', 'chair',
                        '--pi', 'ada', '--from', day, '--for', '1y')
        self.world.done('request', 'create', 'lab', '--cpu', '1000h', '--from', day, '--for', '6m', '--justification',
                        'x')
        once = subprocess.run([BUILD / 'agent/mesolys-agent', 'once', '--config', self.folder / 'agent.toml'],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(once.returncode, 0, once.stderr)
        lines = json.loads(self.world.done('--format', 'json', 'balance', 'lab'))['lines']
        self.assertEqual([line['settled_base_units'] for line in lines], [4 * 3600])
        unassigned = self.world.done('--format', 'json', 'usage', 'list', '--unassigned')
        self.assertIn('nobody', unassigned)
        self.assertIn(str(2 * 3600), unassigned)
        quarantined = ''.join(path.read_text() for path in (self.folder / 'agent').glob('quarantine*'))
        self.assertEqual(len(quarantined.splitlines()), 3, quarantined)
        for reason in ('End', '99999999999999999999', 'elsewhere'):
            self.assertIn(reason, quarantined)
        self.world.stop('scheduler')
        self.world.verify()


if __name__ == '__main__':
    unittest.main(verbosity=2)
