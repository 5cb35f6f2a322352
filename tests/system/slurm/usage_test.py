#!/usr/bin/env python3
"""Jobs of every kind on three real clusters, collected by the real agents while they run: the ledger equals, to
the second, an independent sum over sacct and one over Slurm's database, per project, user, resource and cluster.

  usage_test.py BUILD_DIR [SEED]"""
import datetime
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import clusters  # noqa: E402
import jobs  # noqa: E402
import mesocentre  # noqa: E402

PROJECTS = ('climat', 'bio')


class Mesocentre(mesocentre.Mesocentre):
    """A scheduler and the agents of the three sites, each of which reads a real Slurm."""

    def __init__(self, build, folder, slurm):
        self.slurm = slurm
        super().__init__(build, folder, None)

    def write_files(self, records, replay):
        self.certify('user/olga', *(f'site/{site}' for site in clusters.SITES))
        (self.folder / 'catalogue.toml').write_text((mesocentre.ROOT / 'deploy/examples/lyon.toml').read_text())
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        for site in clusters.SITES:
            self.write_agent(f'agent-{site}', site,
                             f'type = "slurm"\nclusters = ["{site}"]\nslurm_conf = "{self.slurm.conf(site)}"\n'
                             f'in_flight_interval = "5s"')

    def start_all(self):
        self.start('scheduler')
        self.wait_until_serving()
        first = (datetime.datetime.utcnow() - datetime.timedelta(days=2)).strftime('%Y-%m-%d')
        for project in PROJECTS:
            self.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair',
                      '--pi', f'pi-{project}', '--from', first, '--for', '1y')
        for site in clusters.SITES:
            self.start(f'agent-{site}')

    def charged(self):
        """Settled base units by (project, user, resource, cluster), and how many jobs still run."""
        sums, open_count = {}, 0
        for project in PROJECTS:
            for job in json.loads(self.done('--format', 'json', 'usage', 'list', project))['jobs']:
                for charge in job['charges']:
                    if charge['kind'] == 'SETTLED':
                        add(sums, (project, job['user'], charge['resource'], job['cluster']), charge['amount_base_units'])
                    open_count += charge['kind'] in ('IN_FLIGHT', 'COMMITTED') and charge['amount_base_units'] != 0
        return sums, open_count

    def logs(self):
        return ''.join(f'\n== {path.name}\n' + path.read_text()[-3000:] for path in self.folder.glob('*.log'))


def add(sums, key, amount):
    if amount:
        sums[key] = sums.get(key, 0) + amount


def seconds_of(span):
    days, _, clock = span.rpartition('-')
    hours, minutes, seconds = map(int, clock.split(':'))
    return int(days or 0) * 86400 + hours * 3600 + minutes * 60 + seconds


def add_run(sums, site, account, user, seconds, held):
    """`held` is what a run of a job held, by the names of sacct."""
    for name, count in held.items():
        resource = {'cpu': 'cpu'}.get(name) or (f'gpu-{name[9:]}' if name.startswith('gres/gpu:') else None)
        if resource:
            add(sums, (account, user, resource, site), seconds * int(count))


def sum_of_sacct(slurm):
    """A resized job's second part keeps the Start of the first: its Submit is when it began."""
    sums, states = {}, {}
    for site in clusters.SITES:
        for row in slurm.command(site, 'sacct', '-aDXnP', '--noconvert', '--starttime=now-2hours',
                                 '--format=Account,User,State,Submit,Start,End,Suspended,AllocTRES').splitlines():
            account, user, state, submit, start, end, suspended, held = row.split('|')
            states[state.split()[0]] = states.get(state.split()[0], 0) + 1
            if start == 'Unknown' or not held:
                continue
            seconds = int(end) - max(int(start), int(submit)) - seconds_of(suspended)
            add_run(sums, site, account, user, seconds, dict(entry.split('=') for entry in held.split(',')))
    return sums, states


def sum_of_database(slurm):
    """Slurm's own rows, without sacct."""
    sums = {}
    for site in clusters.SITES:
        names = {number: kind if not name else f'{kind}/{name}'
                 for number, kind, name in slurm.query(site, 'SELECT id, type, name FROM tres_table')}
        for account, user, submit, start, end, suspended, held in slurm.query(
                site, f'SELECT j.account, a.user, time_submit, time_start, time_end, time_suspended, tres_alloc'
                      f' FROM {site}_job_table j JOIN {site}_assoc_table a ON a.id_assoc = j.id_assoc'
                      f' WHERE time_start > 0 AND tres_alloc <> "" AND j.deleted = 0'):
            counts = dict(entry.split('=') for entry in held.split(','))
            seconds = int(end) - max(int(start), int(submit)) - int(suspended)
            add_run(sums, site, account, user, seconds, {names[number]: count for number, count in counts.items()})
    return sums


def run_jobs(slurm, rng):
    failures = []

    def at(name, seed):
        try:
            jobs.everything(jobs.Site(slurm, name, random.Random(seed)))
        except BaseException as error:  # a thread's SystemExit would go unseen
            failures.append(f'{name}: {error!r}')

    threads = [threading.Thread(target=at, args=(name, rng.random())) for name in clusters.SITES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit('\n'.join(failures))


def all_rows_are_there(slurm):
    """slurmctld tells slurmdbd a few seconds later."""
    return all(not slurm.query(site, f'SELECT id_job FROM {site}_job_table WHERE time_end = 0')
               for site in clusters.SITES)


def compare(world, slurm):
    slurm.until(lambda: all_rows_are_there(slurm), 60, 'slurmdbd knows every end')
    wanted, states = sum_of_sacct(slurm)
    if wanted != sum_of_database(slurm):
        raise SystemExit(f'sacct and its database differ:\n{wanted}\n{sum_of_database(slurm)}')
    end = time.monotonic() + 60
    while world.charged() != (wanted, 0):
        if time.monotonic() > end:
            charged, open_count = world.charged()
            differ = {key: (charged.get(key), wanted.get(key)) for key in charged.keys() | wanted.keys()
                      if charged.get(key) != wanted.get(key)}
            raise SystemExit(f'{open_count} charges of running jobs; charged and wanted differ:\n{differ}{world.logs()}')
        time.sleep(0.5)
    for site in clusters.SITES:
        shown = json.loads(world.done('--format', 'json', 'site', 'show', site))
        if '"quarantined_count": 0' not in json.dumps(shown):
            raise SystemExit(f'{site}: {shown}')
    return wanted, states


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    with tempfile.TemporaryDirectory(prefix='mesolys-usage-') as folder, clusters.Clusters() as slurm:
        world = Mesocentre(build, folder, slurm)
        try:
            world.start_all()
            run_jobs(slurm, random.Random(seed))
            wanted, states = compare(world, slurm)
            world.verify()
        finally:
            world.kill_all()
    print(f'{sum(states.values())} runs of jobs: {dict(sorted(states.items()))}')
    print(f'{len(wanted)} sums agree to the second, {sum(wanted.values())} core- and GPU-seconds in all')


if __name__ == '__main__':
    main()
