"""The agents of real clusters, and the two sums over Slurm's own accounting that their ledger must equal to the
second, per project, user, resource and cluster: one over what sacct says, one over the rows of the database."""
import datetime
import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import mesocentre  # noqa: E402

PROJECTS = ('climat', 'bio')


class Mesocentre(mesocentre.Mesocentre):
    """A scheduler and the agents of the sites, each of which reads a real Slurm."""

    def __init__(self, build, folder, slurm):
        self.slurm = slurm
        super().__init__(build, folder, None, environment=os.environ | slurm.clock_environment())

    def write_files(self, records, replay):
        self.certify('user/olga', *(f'site/{site}' for site in self.slurm.sites))
        (self.folder / 'catalogue.toml').write_text((mesocentre.ROOT / 'deploy/examples/lyon.toml').read_text())
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        for site in self.slurm.sites:
            self.write_agent(f'agent-{site}', site,
                             f'type = "slurm"\nclusters = ["{site}"]\nslurm_conf = "{self.slurm.conf(site)}"\n'
                             f'sacct = "{self.slurm.sacct}"\nsqueue = "{self.slurm.squeue}"\n'
                             f'in_flight_interval = "5s"')

    def start_all(self):
        self.start('scheduler')
        self.wait_until_serving()
        first = (self.slurm.now() - datetime.timedelta(days=2)).strftime('%Y-%m-%d')
        for project in PROJECTS:
            self.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair',
                      '--pi', f'pi-{project}', '--from', first, '--for', '1y')
        for site in self.slurm.sites:
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
    for site in slurm.sites:
        for row in slurm.command(site, 'sacct', '-aDXnP', '--noconvert', '--starttime=now-2hours',
                                 '--format=Account,User,State,Submit,Start,End,Suspended,AllocTRES').splitlines():
            account, user, state, submit, start, end, suspended, held = row.split('|')
            states[state.split()[0]] = states.get(state.split()[0], 0) + 1
            if start in ('Unknown', 'None') or not held:
                continue
            seconds = int(end) - max(int(start), int(submit)) - seconds_of(suspended)
            add_run(sums, site, account, user, seconds, dict(entry.split('=') for entry in held.split(',')))
    return sums, states


def sum_of_database(slurm):
    """Slurm's own rows, without sacct; but for those whose beginning slurmctld never told, being killed: they have no
    eligible time, and sacct passes over them whatever span it is asked for."""
    sums = {}
    for site in slurm.sites:
        names = {number: kind if not name else f'{kind}/{name}'
                 for number, kind, name in slurm.query(site, 'SELECT id, type, name FROM tres_table')}
        for account, user, submit, start, end, suspended, held in slurm.query(
                site, f'SELECT j.account, a.user, time_submit, time_start, time_end, time_suspended, tres_alloc'
                      f' FROM {site}_job_table j JOIN {site}_assoc_table a ON a.id_assoc = j.id_assoc'
                      f' WHERE time_start > 0 AND time_eligible > 0 AND tres_alloc <> "" AND j.deleted = 0'):
            counts = dict(entry.split('=') for entry in held.split(','))
            seconds = int(end) - max(int(start), int(submit)) - int(suspended)
            add_run(sums, site, account, user, seconds, {names[number]: count for number, count in counts.items()})
    return sums


def differing_rows(slurm, sacct, others):
    """What sacct and its database say of the users whose sums differ, for whoever has to find out why."""
    keys = {key for key in sacct.keys() | others.keys() if sacct.get(key) != others.get(key)}
    lines = [f'{key}: {sacct.get(key)} by sacct, {others.get(key)} otherwise' for key in sorted(keys)]
    for site, user in sorted({(site, user) for _, user, _, site in keys}):
        lines.append(slurm.command(site, 'sacct', '-aDXnP', '-u', user, '--noconvert', '--starttime=now-2hours',
                                   '--format=DBIndex,JobIDRaw,Account,State,Submit,Start,End,Suspended,AllocTRES'))
        lines += ['|'.join(row) for row in slurm.query(
            site, f'SELECT job_db_inx, id_job, j.account, state, time_submit, time_eligible, time_start, time_end,'
                  f' time_suspended, tres_alloc, j.deleted, a.user FROM {site}_job_table j JOIN {site}_assoc_table a'
                  f' ON a.id_assoc = j.id_assoc WHERE a.user = "{user}"')]
    return '\n'.join(lines)


def rows_without_end(slurm):
    """slurmctld tells slurmdbd a few seconds later."""
    return [(site, *row) for site in slurm.sites
            for row in slurm.query(site, f'SELECT id_job, state, time_submit, time_start FROM {site}_job_table'
                                         f' WHERE time_end = 0')]


def waiting_for_slurmdbd(slurm):
    """How many records slurmctld keeps for it, at all sites."""
    return sum(int(line.split(':')[1]) for site in slurm.sites
               for line in slurm.command(site, 'sdiag').splitlines() if 'DBD Agent queue size' in line)


def compare(world, slurm):
    try:
        slurm.until(lambda: not rows_without_end(slurm), 60, 'slurmdbd knows every end')
    except SystemExit:
        print(f'{rows_without_end(slurm)}\n' + (slurm.folder / 'log/psmn.slurmctld.log').read_text()[-6000:])
        raise
    # slurmctld may still keep rows, also whole ones, for slurmdbd; so Slurm is asked anew each time.
    end = time.monotonic() + 60
    while True:
        wanted, states = sum_of_sacct(slurm)
        database = sum_of_database(slurm)
        charged, open_count = world.charged()
        if wanted == database == charged and open_count == 0 and not waiting_for_slurmdbd(slurm):
            break
        if time.monotonic() > end:
            raise SystemExit(f'{open_count} charges of running jobs; what is charged, sacct and its database differ:\n'
                             f'{differing_rows(slurm, wanted, charged)}\n{differing_rows(slurm, wanted, database)}'
                             f'{world.logs()}')
        time.sleep(0.5)
    for site in slurm.sites:
        quarantine = world.folder / f'agent-{site}' / 'quarantine.txt'
        if quarantine.exists():
            raise SystemExit(f'{site} set aside:\n{quarantine.read_text()}')
    return wanted, states
