#!/usr/bin/env python3
"""Each example of deploy/examples/ is a mesocentre from its file alone: the real scheduler adopts it as it
is, an agent of each site replays jobs, a project is granted hours at every site, and the balance is what the
jobs held, to the second.   examples_test.py BUILD_DIR"""
import json
import pathlib
import sys
import tempfile
import time
import tomllib
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1))
DEADLINE_SECONDS = 120
DAY = 86400
HEADER = 'JobIDRaw|Cluster|Account|User|State|Submit|Start|End|Elapsed|AllocTRES'


class Job:
    """One job, and how many units of each resource it pays for each of its seconds. The units are worked out
    by hand from the file's own rules: a test that computed them would repeat the code that it checks."""

    def __init__(self, cluster, tres, seconds, pays, state='COMPLETED'):
        self.cluster, self.tres, self.seconds = cluster, tres, seconds
        self.pays, self.state = pays, state

    def line(self, number, account, start):
        stamps = [time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(t))
                  for t in (start, start, start + self.seconds)]
        return '|'.join([str(number), self.cluster, account, 'ada', self.state, *stamps, str(self.seconds),
                         self.tres])


class Example(mesocentre.Mesocentre):
    """The scheduler of one example, an agent for each of its sites, and its first operator."""

    def __init__(self, build, folder, name, jobs, account):
        self.path = mesocentre.ROOT / f'deploy/examples/{name}.toml'
        self.catalogue = tomllib.loads(self.path.read_text())
        self.sites = sorted(self.catalogue['sites'])
        self.jobs, self.account = jobs, account
        super().__init__(build, folder, records=None)

    def write_files(self, records, replay):
        operator = next(person['user'] for person in self.catalogue['people']
                        if 'operator' in person['roles'])
        self.certify(f'user/{operator}', *(f'site/{site}' for site in self.sites))
        self.write_scheduler(self.path)
        self.write_client(operator)
        for site in self.sites:
            self.write_agent(f'agent-{site}', site, f'type = "replay"\nfile = "{self.write_records(site)}"\n{replay}')

    def write_records(self, site):
        """The jobs of the site's clusters; all began yesterday and have ended."""
        begin = int(time.time()) - DAY
        path = self.folder / f'{site}.txt'
        lines = [job.line(1000 + number, self.account, begin + 60 * number)
                 for number, job in enumerate(self.jobs) if self.site_of(job.cluster) == site]
        path.write_text('\n'.join([HEADER, *lines]) + '\n')
        return path

    def site_of(self, cluster):
        return next(site for site, table in self.catalogue['sites'].items() if cluster in table['clusters'])

    def wanted(self):
        """Base units by site and resource."""
        sums = {}
        for job in self.jobs:
            for resource, units in job.pays.items():
                key = (self.site_of(job.cluster), resource)
                sums[key] = sums.get(key, 0) + units * job.seconds
        return sums

    def settled(self):
        """What the balance says; the lines of one resource at two sites are different grants."""
        sums = {}
        for line in json.loads(self.done('--format', 'json', 'balance', self.account))['lines']:
            parts = {share['site']: share['settled_base_units'] for share in line['sites']}
            if sum(parts.values()) != line['settled_base_units']:
                raise AssertionError(f'the sites of a line do not add up: {line}')
            for site, amount in parts.items():
                key = (site, line['resource'])
                sums[key] = sums.get(key, 0) + amount
        return {key: amount for key, amount in sums.items() if amount}

    def site_table(self):
        return json.loads(self.done('--format', 'json', 'site', 'list'))['sites']


class ExamplesTest(unittest.TestCase):
    def world(self, name, jobs, account):
        folder = tempfile.TemporaryDirectory(prefix=f'mesolys-{name}-')
        self.addCleanup(folder.cleanup)
        world = Example(BUILD, folder.name, name, jobs, account)
        self.addCleanup(world.kill_all)
        world.start('scheduler')
        world.wait_until_serving()
        return world

    def create(self, world, project, institution, programme, *options):
        # The period begins before the jobs did; only an operator may ask for that.
        world.done('project', 'create', project, '--title', project, '--institution', institution,
                   '--programme', programme, '--pi', 'ada', '--from', self.first_day(), '--for', '1y',
                   *options)

    def first_day(self):
        return time.strftime('%Y-%m-%d', time.gmtime(time.time() - 10 * DAY))

    def ask(self, world, project, *options):
        return world.cli('--format', 'json', 'request', 'create', project, '--from', self.first_day(),
                         '--for', '90d', '--justification', 'The example is tried', *options)

    def granted(self, world, project, *options):
        answer = self.ask(world, project, *options)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        said = json.loads(answer.stdout)
        self.assertEqual(said['request']['state'], 'GRANTED', answer.stdout)
        self.assertEqual(said['refusals'], [], answer.stdout)

    def refused(self, world, reason, project, *options):
        answer = self.ask(world, project, *options)
        self.assertEqual(answer.returncode, 3, answer.stdout + answer.stderr)
        self.assertEqual([each['reason'] for each in json.loads(answer.stdout)['refusals']], [reason])

    def replay(self, world):
        """Starts the agents and waits until all is told, settled and in force."""
        for site in world.sites:
            world.start(f'agent-{site}')
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            settled, table = world.settled(), world.site_table()
            done = settled == world.wanted() and all(
                each['generation_in_force'] == each['generation_wanted'] and each['spool_record_count'] == 0
                for each in table)
            if done or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        logs = ''.join(f'\n== {name}\n' + (world.folder / f'{name}.log').read_text()[-2000:]
                       for name in world.processes)
        self.assertEqual(settled, world.wanted(), logs)
        self.assertTrue(done, f'{table}{logs}')
        self.assertEqual(sorted(each['name'].removeprefix('sites/') for each in table), world.sites)
        for each in table:
            self.assertEqual((each['quarantined_count'], each['problem']), (0, ''), each)
        for name in list(world.processes):
            self.assertTrue(world.stop(name), f'{name} had stopped by itself')
        self.assertEqual(world.verify()[1], len(world.jobs))

    def test_grand_est(self):
        world = self.world('grand-est', [
            Job('meurthe', 'cpu=64,mem=128G,node=1', 7200, {'cpu': 64}),
            Job('grands-moulins', 'cpu=12,gres/gpu=1,gres/gpu:l40s=1,node=1', 5400,
                {'cpu': 12, 'gpu-l40s': 1}),
            # The model that a site's file names for a GPU without one.
            Job('bruche', 'cpu=16,gres/gpu=2,node=1', 3601, {'cpu': 16, 'gpu-a100': 2}),
            Job('bruche', 'cpu=4,gres/gpu=1,gres/gpu:v100=1,node=1', 1800, {'cpu': 4, 'gpu-v100': 1}),
            # At this site GPU work pays no cores; work without GPUs does.
            Job('seille', 'cpu=32,gres/gpu=2,gres/gpu:a40=2,node=1', 3600, {'gpu-a40': 2}),
            Job('seille', 'cpu=8,node=1', 999, {'cpu': 8}),
            # An administrator of the one site is none of the other.
            Job('meurthe', 'cpu=128,node=2', 4000, {}, 'CANCELLED by 990'),
            Job('bruche', 'cpu=2,node=1', 4000, {'cpu': 2}, 'CANCELLED by 990'),
        ], 'chair-vosges')
        self.assertEqual(world.sites, ['metz', 'nancy', 'strasbourg'])
        self.create(world, 'chair-vosges', 'univ-lorraine', 'regional-chair')
        self.granted(world, 'chair-vosges', '--site', 'nancy', '--cpu', '20000h', '--gpu', 'l40s=500h')
        self.granted(world, 'chair-vosges', '--site', 'metz', '--cpu', '1000h', '--gpu', 'a40=300h')
        self.granted(world, 'chair-vosges', '--site', 'strasbourg', '--cpu', '2000h', '--gpu', 'a100=100h',
                     '--gpu', 'v100=100h', '--storage', 'scratch=2TB', '--support', '1d')
        # Patients' data may go to the one certified site only.
        self.create(world, 'cohort', 'chru-nancy', 'doctorate', '--data-class', 'patients')
        self.refused(world, 'SITE_NOT_CERTIFIED', 'cohort', '--site', 'nancy', '--cpu', '10h')
        self.granted(world, 'cohort', '--cpu', '10h')
        self.create(world, 'rhine', 'unistra', 'cross-border')
        self.refused(world, 'PROGRAMME_NEEDS_CALL', 'rhine', '--cpu', '10h')
        self.create(world, 'drones', 'cs-metz', 'student-studio')
        self.refused(world, 'SUPERVISOR_MISSING', 'drones', '--cpu', '10h')
        self.replay(world)

    def test_university(self):
        world = self.world('university', [
            Job('coral', 'cpu=20,mem=64G,node=1', 3600, {'cpu': 20}),
            Job('coral', 'cpu=4,gres/gpu=1,node=1', 7201, {'cpu': 4, 'gpu-rtx6000': 1}),
            Job('coral', 'cpu=8,node=1', 600, {}, 'PREEMPTED'),
            Job('coral', 'cpu=8,node=1', 600, {'cpu': 8}, 'TIMEOUT'),
            Job('coral', 'cpu=8,node=1', 60, {'cpu': 8}, 'CANCELLED by 0'),
        ], 'reefs')
        self.create(world, 'reefs', 'isles-university', 'lab-group')
        # The cores that come with the GPU hours are the only ones.
        self.granted(world, 'reefs', '--gpu', 'rtx6000=200h')
        self.create(world, 'numerics-2', 'isles-university', 'coursework')
        self.refused(world, 'SUPERVISOR_MISSING', 'numerics-2', '--cpu', '10h')
        world.done('member', 'add', 'numerics-2', 'tessa', '--role', 'supervisor')
        self.granted(world, 'numerics-2', '--cpu', '10h')
        self.replay(world)

    def test_consortium(self):
        world = self.world('consortium', [
            # Of a node of 64 cores, 512 GiB and 4 GPUs: half of the memory, half of the GPUs, 100/512 of the
            # memory rounded up to 13 cores, and more cores than memory.
            Job('heron', 'cpu=8,mem=256G,node=1', 3600, {'cpu': 32}),
            Job('heron', 'cpu=8,gres/gpu=2,gres/gpu:h100=2,mem=64G,node=1', 5400, {'cpu': 32, 'gpu-h100': 2}),
            Job('osprey', 'cpu=3,mem=100G,node=1', 1001, {'cpu': 13}),
            Job('osprey', 'cpu=48,mem=16G,node=1', 1800, {'cpu': 48}),
            Job('heron', 'cpu=8,mem=512G,node=1', 3600, {}, 'CANCELLED by 1201'),
            Job('heron', 'cpu=8,mem=128G,node=1', 3600, {'cpu': 16}, 'CANCELLED by 4242'),
            Job('osprey', 'cpu=64,node=1', 7200, {}, 'NODE_FAIL'),
            # The other site charges by cores alone and has administrators of its own.
            Job('asclepius', 'cpu=8,mem=512G,node=1', 3600, {'cpu': 8}),
            Job('asclepius', 'cpu=8,gres/gpu=1,node=1', 3000, {'cpu': 8, 'gpu-a100': 1}, 'CANCELLED by 1201'),
            Job('asclepius', 'cpu=8,node=1', 3000, {}, 'CANCELLED by 70'),
        ], 'deep-water')
        self.create(world, 'deep-water', 'lakeshore', 'alliance')
        self.refused(world, 'TEAM_SIZE', 'deep-water', '--cpu', '10h')
        # The PI counts for neither side.
        for user in ('boris', 'chloe'):
            world.done('member', 'add', 'deep-water', user, '--role', 'researcher')
        self.granted(world, 'deep-water', '--site', 'harbour', '--cpu', '5000h', '--gpu', 'h100=100h')
        self.granted(world, 'deep-water', '--site', 'infirmary', '--cpu', '1000h', '--gpu', 'a100=50h')
        self.create(world, 'all-lakes', 'portage', 'flagship')
        self.refused(world, 'PROGRAMME_NEEDS_CALL', 'all-lakes', '--cpu', '10h')
        self.create(world, 'trial', 'st-clare', 'seed-grant', '--data-class', 'clinical')
        self.refused(world, 'SITE_NOT_CERTIFIED', 'trial', '--site', 'harbour', '--cpu', '10h')
        self.replay(world)


if __name__ == '__main__':
    unittest.main(verbosity=2)
