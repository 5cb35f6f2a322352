#!/usr/bin/env python3
"""The life of a grant with the real programs: every verb through the command line, hours that are free only
when a real agent has confirmed, a site that is silent and written off, and the log that tells it all.
grant_life_test.py BUILD_DIR"""
import json
import pathlib
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1))
DEADLINE_SECONDS = 60
HOUR = 3600
DAY = 86400
HEADER = 'JobIDRaw|Cluster|Account|User|State|Submit|Start|End|Elapsed|AllocTRES'


def day(offset):
    return time.strftime('%Y-%m-%d', time.gmtime(time.time() + offset * DAY))


class GrantLifeTest(unittest.TestCase):
    """One mesocentre, one test of many steps: each builds on what the one before left."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        records = path / 'jobs.txt'
        start = int(time.time()) - DAY
        stamps = [time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(t)) for t in (start, start, start + HOUR)]
        lines = [f'{number}|psmn|chair-a|ada|{state}|{"|".join(stamps)}|{HOUR}|cpu=10'
                 for number, state in ((1, 'COMPLETED'), (2, 'NODE_FAIL'))]
        records.write_text('\n'.join([HEADER, *lines]) + '\n')
        self.world = mesocentre.Mesocentre(BUILD, path, records)
        self.addCleanup(self.world.kill_all)
        self.world.start('scheduler')
        self.world.wait_until_serving()

    def json(self, *words):
        return json.loads(self.world.done('--format', 'json', *words))

    def refused(self, reason, *words, exit_code=3):
        """That the command is refused for that reason, in words that say more than the code."""
        answer = self.world.cli('--format', 'json', *words)
        error = json.loads(answer.stdout)['error']
        self.assertEqual((error['reason'], answer.returncode), (reason, exit_code), error)
        self.assertGreater(len(error['message']), 20)
        return error

    def until(self, holds, what):
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.05)
        self.fail(f'not within {DEADLINE_SECONDS} s: {what}')

    def balance(self, grant):
        lines = self.json('balance', grant.split('/')[0])['lines']
        return next(line for line in lines if line['grant'].endswith('/' + grant.split('/')[1]))

    def test_from_request_to_archive(self):
        world = self.world
        for project, more in (('chair-a', []), ('lab-a', ['--parent', 'chair-a']), ('chair-b', [])):
            world.done('project', 'create', project, '--title', project, '--institution', 'lyon1',
                       '--programme', 'chair', '--pi', 'olga', '--from', day(-30), '--to', day(300), *more)
        world.done('request', 'create', 'chair-a', '--cpu', '100h', '--site', 'psmn', '--from', day(-10),
                   '--to', day(60), '--justification', 'x')
        world.start('agent')
        grant = 'chair-a/g1'
        self.until(lambda: self.balance(grant)['settled_base_units'] == 10 * HOUR, 'the job that ended well')

        # A node that failed is given back; by hand, the other one too.
        price = self.json('usage', 'show', 'psmn:2')
        self.assertIn('NODE_FAIL', json.dumps(price))
        world.done('usage', 'refund', 'psmn:1', '--reason', 'Our fault')
        self.refused('JOB_REFUNDED', 'usage', 'refund', 'psmn:1', '--reason', 'again')
        self.refused('UNKNOWN_JOB', 'usage', 'show', 'psmn:99', exit_code=4)
        self.assertEqual(self.balance(grant)['settled_base_units'], 0)

        # More, and later; a dry run changes nothing.
        world.done('grant', 'supplement', grant, '--amount', '50h', '--reason', 'x', '--dry-run')
        self.assertEqual(self.balance(grant)['granted_base_units'], 100 * HOUR)
        world.done('grant', 'supplement', grant, '--amount', '50h', '--reason', 'Larger mesh')
        world.done('grant', 'extend', grant, '--to', day(90), '--reason', 'Late data')
        self.assertEqual(self.balance(grant)['granted_base_units'], 150 * HOUR)
        self.refused('INVALID_PERIOD', 'grant', 'extend', grant, '--to', day(400), '--reason', 'x', exit_code=2)
        error = self.refused('NOT_ENOUGH_LEFT', 'grant', 'release', grant, '--amount', '151h', '--reason', 'x')
        self.assertEqual(error['metadata']['accepted'], str(150 * HOUR))

        # The agent confirms a lower ceiling by itself; then the hours are the receiver's.
        world.done('grant', 'transfer', grant, '--amount', '40h', '--to', 'lab-a', '--reason', 'For the thesis')
        self.until(lambda: self.balance(grant)['granted_base_units'] == 110 * HOUR, 'the agent confirms')
        self.assertEqual(self.balance('lab-a/g2')['left_base_units'], 40 * HOUR)
        world.done('grant', 'release', grant, '--amount', '10h', '--reason', 'Not needed')
        self.until(lambda: self.balance(grant)['granted_base_units'] == 100 * HOUR, 'the agent confirms')

        # A silent site: the bound is printed beforehand, the risk is named, and nothing waits afterwards.
        world.stop('agent')
        before = json.dumps(self.json('site', 'show', 'psmn'))
        self.assertIn('spendable_base_units', before)
        world.done('grant', 'release', grant, '--amount', '30h', '--reason', 'Not needed')
        self.assertEqual(self.balance(grant)['ordered_base_units'], 30 * HOUR)
        why = world.done('why', grant)
        self.assertIn('go as soon as psmn confirmed a lower ceiling', why)
        self.refused('NOTHING_AWAITED', 'site', 'write-off', 'pmcs2i', '--reason', 'x', '--yes')
        written_off = json.dumps(self.json('site', 'write-off', 'psmn', '--reason', 'Flooded', '--yes'))
        self.assertIn(str(30 * HOUR), written_off)
        self.assertEqual(self.balance(grant)['granted_base_units'], 70 * HOUR)
        world.start('agent')

        # An overdraft is written off or paid only where there is one.
        self.refused('NO_OVERDRAFT', 'grant', 'write-off', grant, '--amount', '1h', '--reason', 'x')
        world.done('grant', 'opening-balance', 'lab-a/g2', '--site', 'psmn', '--amount', '45h',
                   '--reason', 'From the old books')
        self.assertEqual(self.balance('lab-a/g2')['overdraft_base_units'], 5 * HOUR)
        self.refused('OTHER_RESOURCE', 'grant', 'adjust', grant, '--overdrawn', 'lab-a/g2', '--amount', '5h',
                     '--reason', 'x')
        world.done('grant', 'write-off', 'lab-a/g2', '--amount', '5h', '--reason', 'Long ago')
        self.assertEqual(self.balance('lab-a/g2')['overdraft_base_units'], 0)

        # Windows, modes, roles.
        world.done('site', 'incident', 'psmn', '--from', day(-3), '--to', day(-2), '--title', 'A storm')
        self.refused('WINDOWS_OVERLAP', 'site', 'incident', 'psmn', '--from', day(-3), '--to', day(-2),
                     '--title', 'The same')
        world.done('config', 'read-only', 'on', '--reason', 'Moving house')
        self.refused('READ_ONLY', 'grant', 'release', grant, '--amount', '1h', '--reason', 'x')
        world.done('config', 'read-only', 'off', '--reason', 'Moved')
        world.done('role', 'give', 'rosa', 'operator', '--reason', 'Joined the office')
        self.refused('UNKNOWN_ROLE', 'role', 'give', 'rosa', 'king', '--reason', 'x', exit_code=2)
        world.done('member', 'add', 'chair-a', 'bob', '--role', 'researcher')
        world.done('member', 'remove', 'chair-a', 'bob')
        self.refused('NO_SUCH_MEMBER', 'member', 'remove', 'chair-a', 'bob', exit_code=4)

        # The end: taken back, and closed.
        self.refused('PROJECT_IN_USE', 'project', 'archive', 'chair-a', '--reason', 'x', '--yes')
        without_yes = world.cli('grant', 'revoke', grant, '--reason', 'x')
        self.assertEqual(without_yes.returncode, 2, without_yes.stderr)
        world.done('grant', 'revoke', grant, '--reason', 'The chair is closed', '--yes')
        self.refused('GRANT_REVOKED', 'grant', 'release', grant, '--amount', '1h', '--reason', 'x')
        self.until(lambda: self.balance(grant)['ordered_base_units'] == 0, 'the agent confirms the revocation')
        world.done('project', 'archive', 'chair-a', '--reason', 'Over', '--yes')
        self.refused('PROJECT_ARCHIVED', 'request', 'create', 'chair-a', '--cpu', '1h', '--from', day(0), '--to',
                     day(30), '--justification', 'x')

        # The log tells it all, and what each row changed.
        entries = self.json('audit', 'list', '--limit', '1000')['events']
        revisions = [entry['revision'] for entry in entries]
        self.assertEqual(revisions, list(range(revisions[0], 0, -1)))
        supplement = next(entry['revision'] for entry in reversed(entries) if 'grant_changed' in entry['facts'])
        differences = self.json('audit', 'show', str(supplement))['differences']
        granted = next(d for d in differences if d['what'].endswith('granted'))
        self.assertEqual((granted['before'], granted['after']), (100 * HOUR, 150 * HOUR))
        self.refused('UNKNOWN_EVENT', 'audit', 'show', '100000', exit_code=4)
        world.stop('agent')
        world.stop('scheduler')
        self.assertEqual(world.verify(), (revisions[0], 2))


if __name__ == '__main__':
    unittest.main()
