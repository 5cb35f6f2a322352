#!/usr/bin/env python3
"""What a site lets be started, with the real programs: a grant that is used up goes to low priority, then
nothing starts, a supplement opens it again; without a scheduler too; and a member who has a limit.
lease_test.py BUILD_DIR"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1))
DEADLINE_SECONDS = 90
HOUR = 3600
DAY = 86400
HEADER = 'JobIDRaw|Cluster|Account|User|State|Submit|Start|End|Elapsed|AllocTRES'


def day(offset):
    return time.strftime('%Y-%m-%d', time.gmtime(time.time() + offset * DAY))


class LeaseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.records = self.path / 'jobs.txt'
        self.records.write_text(HEADER + '\n')
        self.jobs = 0
        self.world = mesocentre.Mesocentre(BUILD, self.path, self.records)
        self.addCleanup(self.world.kill_all)
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.world.done('project', 'create', 'chair-a', '--title', 'A', '--institution', 'lyon1', '--programme',
                        'chair', '--pi', 'olga', '--from', day(-30), '--to', day(300))
        self.world.done('request', 'create', 'chair-a', '--cpu', '100h', '--site', 'psmn', '--from', day(-10),
                        '--to', day(60), '--justification', 'x')

    def ran(self, hours, user='ada', ended=None):
        """A job of that many cores that ran for an hour."""
        self.jobs += 1
        end = int(ended or time.time()) - 1
        stamps = [time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(t)) for t in (end - HOUR, end - HOUR, end)]
        with self.records.open('a') as file:
            file.write(f'{self.jobs}|psmn|chair-a|{user}|COMPLETED|{"|".join(stamps)}|{HOUR}|cpu={hours}\n')

    def once(self):
        """What one tick of the agent prints."""
        answer = subprocess.run([BUILD / 'agent/mesolys-agent', 'once', '--config', self.path / 'agent.toml'],
                                capture_output=True, text=True)
        return answer.stdout

    def held(self):
        """What the site holds: level by (resource, login)."""
        held = json.loads((self.path / 'agent/dry_run.json').read_text())
        project = next(p for p in held['projects'] if p['project'] == 'projects/chair-a')
        return {(a['resource'], a.get('login', '')): a['level'] for a in project.get('access', [])}

    def until(self, holds, what):
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.1)
        self.fail(f'not within {DEADLINE_SECONDS} s: {what}')

    def balance(self):
        lines = json.loads(self.world.done('--format', 'json', 'balance', 'chair-a'))['lines']
        return next(line for line in lines if line['grant'].endswith('/g1'))

    def test_from_open_over_low_priority_to_frozen_and_back(self):
        self.ran(99)
        self.assertIn(f'access: chair-a cpu open, {HOUR} core-seconds left and {25 * 100 * HOUR // 100} at low '
                      'priority', self.once())
        self.assertEqual(self.held()[('cpu', '')], 'OPEN')
        self.ran(1)
        self.assertIn('access: chair-a cpu low priority, 0 core-seconds left', self.once())
        self.assertEqual(self.held()[('cpu', '')], 'LOW_PRIORITY')
        # The rest of the bonus is used up while there is no scheduler.
        self.world.stop('scheduler')
        self.ran(25)
        self.world.start('agent')
        self.until(lambda: self.held()[('cpu', '')] == 'FROZEN', 'frozen without a scheduler')
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.until(lambda: self.balance()['settled_base_units'] == 125 * HOUR, 'the spool drains')
        self.world.done('grant', 'supplement', 'chair-a/g1', '--amount', '100h', '--reason', 'More')
        self.until(lambda: self.held()[('cpu', '')] == 'OPEN', 'open after the supplement')
        self.world.stop('agent')
        self.world.stop('scheduler')
        self.world.verify()

    def test_a_lower_ceiling_is_confirmed_with_what_the_agent_knows(self):
        self.ran(10)
        self.once()
        self.world.done('grant', 'release', 'chair-a/g1', '--amount', '80h', '--reason', 'Not needed')
        # Nobody reports these before the ceiling is lowered; the agent looks, and says so.
        self.ran(30)
        self.world.start('agent')
        self.until(lambda: self.balance()['ordered_base_units'] == 0, 'the agent confirms')
        self.assertEqual(self.balance()['granted_base_units'], 40 * HOUR)
        self.world.stop('agent')
        self.world.stop('scheduler')
        self.world.verify()

    def test_a_member_has_a_limit(self):
        world = self.world
        world.done('member', 'add', 'chair-a', 'bob', '--role', 'researcher', '--login', 'psmn=bmartin')
        # What ran before the limit was set does not count.
        self.ran(20, 'bmartin', time.time() - DAY)
        self.once()
        answer = world.cli('--format', 'json', 'member', 'limit', 'chair-a', 'bob', '--site', 'pmcs2i', 'cpu=5h')
        self.assertEqual((answer.returncode, json.loads(answer.stdout)['error']['reason']),
                         (3, 'NO_LOGIN_AT_SITE'))
        world.done('member', 'limit', 'chair-a', 'bob', '--site', 'psmn', 'cpu=5h', '--dry-run')
        members = json.loads(world.done('--format', 'json', 'member', 'list', 'chair-a'))['members']
        self.assertEqual([m['ceilings'] for m in members if m['user'] == 'bob'], [[]])
        world.done('member', 'limit', 'chair-a', 'bob', '--site', 'psmn', 'cpu=0h')
        self.once()
        self.assertEqual(self.held(), {('cpu', ''): 'OPEN', ('cpu', 'bmartin'): 'FROZEN'})
        world.done('member', 'limit', 'chair-a', 'bob', '--site', 'psmn', 'cpu=5h')
        self.once()
        self.assertEqual(self.held(), {('cpu', ''): 'OPEN'})
        self.assertIn('psmn cpu 5 h since', world.done('member', 'list', 'chair-a'))
        world.done('member', 'limit', 'chair-a', 'bob', '--site', 'psmn', 'cpu=none')
        members = json.loads(world.done('--format', 'json', 'member', 'list', 'chair-a'))['members']
        self.assertEqual([m['ceilings'] for m in members if m['user'] == 'bob'], [[]])
        world.stop('scheduler')
        world.verify()


if __name__ == '__main__':
    unittest.main()
