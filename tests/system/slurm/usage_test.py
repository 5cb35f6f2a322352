#!/usr/bin/env python3
"""Jobs of every kind on three real clusters, collected by the real agents while they run, and while agents and a
slurmdbd are killed: the ledger equals, to the second, an independent sum over sacct and one over Slurm's
database, per project, user, resource and cluster.

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


def run_jobs(world, slurm, rng):
    failures = []

    def at(name, seed):
        try:
            jobs.everything(jobs.Site(slurm, name, random.Random(seed)))
        except BaseException as error:  # a thread's SystemExit would go unseen
            failures.append(f'{name}: {error!r}')

    threads = [threading.Thread(target=at, args=(name, rng.random())) for name in clusters.SITES]
    for thread in threads:
        thread.start()
    disturb(world, slurm, rng, threads)
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit('\n'.join(failures))


def disturb(world, slurm, rng, threads):
    """Kills agents at random moments while the jobs run, and a slurmdbd for a while."""
    kills = 0
    outage = threading.Timer(25, let_slurmdbd_be_away, [slurm])
    outage.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(rng.uniform(0.2, 4))
        name = f'agent-{rng.choice(clusters.SITES)}'
        if not world.kill(name):
            raise SystemExit(f'{name} had stopped by itself{world.logs()}')
        world.start(name)
        kills += 1
    outage.join()
    print(f'{kills} agents were killed')


def let_slurmdbd_be_away(slurm):
    with slurm.accounting:
        slurm.kill('psmn.slurmdbd')
        time.sleep(12)
        slurm.up()
        # slurmctld tries again every few seconds.
        slurm.until(lambda: 'DBD Agent queue size: 0' in slurm.command('psmn', 'sdiag'), 60, 'slurmdbd has everything')


def rows_without_end(slurm):
    """slurmctld tells slurmdbd a few seconds later."""
    return [(site, *row) for site in clusters.SITES
            for row in slurm.query(site, f'SELECT id_job, state, time_submit, time_start FROM {site}_job_table'
                                         f' WHERE time_end = 0')]


def compare(world, slurm):
    try:
        slurm.until(lambda: not rows_without_end(slurm), 60, 'slurmdbd knows every end')
    except SystemExit:
        print(f'{rows_without_end(slurm)}\n' + (slurm.folder / 'log/psmn.slurmctld.log').read_text()[-6000:])
        raise
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
        quarantine = world.folder / f'agent-{site}' / 'quarantine.txt'
        if quarantine.exists():
            raise SystemExit(f'{site} set aside:\n{quarantine.read_text()}')
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
            run_jobs(world, slurm, random.Random(seed))
            wanted, states = compare(world, slurm)
            world.verify()
        finally:
            world.kill_all()
    print(f'{sum(states.values())} runs of jobs: {dict(sorted(states.items()))}')
    print(f'{len(wanted)} sums agree to the second, {sum(wanted.values())} core- and GPU-seconds in all')


if __name__ == '__main__':
    main()
