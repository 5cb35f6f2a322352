#!/usr/bin/env python3
"""History that the collector does not look for: jobs that ended five days ago on a real cluster are missed by a new
agent, found by `audit reconcile`, and repaired by `usage import`, also while the agent is killed and after its state
was lost; then the ledger equals sacct to the second, and everything that differs has a cause.

  import_test.py BUILD_DIR"""
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import clusters  # noqa: E402
import mesocentre  # noqa: E402

SITE = 'psmn'
DAYS_AGO = 5


class Mesocentre(mesocentre.Mesocentre):
    """A scheduler and one agent, which reads a real Slurm."""

    def __init__(self, build, folder, slurm):
        self.slurm = slurm
        super().__init__(build, folder, None)

    def write_files(self, records, replay):
        self.certify('user/olga', f'site/{SITE}')
        (self.folder / 'catalogue.toml').write_text((mesocentre.ROOT / 'deploy/examples/lyon.toml').read_text())
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        self.write_agent('agent', SITE, f'type = "slurm"\nclusters = ["{SITE}"]\n'
                                        f'slurm_conf = "{self.slurm.conf(SITE)}"\nin_flight_interval = "5s"')

    def settled(self):
        """Core-seconds by account, of the project and of what no project claims."""
        sums = {}
        for command in (['usage', 'list', 'climat'],
                        ['usage', 'list', '--unassigned', '--jobs', f'{SITE}:oldlab']):
            for job in json.loads(self.done('--format', 'json', *command))['jobs']:
                for charge in job['charges']:
                    if charge['kind'] == 'SETTLED' and charge['resource'] == 'cpu':
                        sums[job['account']] = sums.get(job['account'], 0) + charge['amount_base_units']
        return sums

    def span(self):
        """The last week, up to now."""
        now = datetime.datetime.now(datetime.timezone.utc)
        first = now - datetime.timedelta(days=7)
        return ['--site', SITE, '--from', first.strftime('%Y-%m-%dT%H:%M:%SZ'),
                '--to', now.strftime('%Y-%m-%dT%H:%M:%SZ')]

    def reconcile(self, exit_code):
        answer = self.cli('--format', 'json', 'audit', 'reconcile', *self.span())
        if answer.returncode != exit_code:
            raise SystemExit(f'reconcile ended with {answer.returncode}, not {exit_code}: {answer.stderr}{answer.stdout}'
                             f'{self.logs()}')
        return json.loads(answer.stdout)

    def logs(self):
        return ''.join(f'\n== {path.name}\n' + path.read_text()[-3000:] for path in self.folder.glob('*.log'))


def accounted(slurm):
    """Core-seconds by account, as sacct tells them."""
    sums = {}
    for row in slurm.command(SITE, 'sacct', '-aDXnP', '--starttime=now-8days',
                             '--format=Account,State,Start,End,AllocTRES').splitlines():
        account, state, start, end, held = row.split('|')
        if start == 'Unknown' or end == 'Unknown' or not held:
            continue
        cores = int(dict(entry.split('=') for entry in held.split(','))['cpu'])
        sums[account] = sums.get(account, 0) + cores * (int(end) - int(start))
    return sums


def run_jobs(slurm, count):
    for number in range(count):
        slurm.submit(SITE, 'alice', 'climat', f'sleep {1 + number % 2}', f'-n{1 + number % 3}')
    slurm.submit(SITE, 'bruno', 'oldlab', 'sleep 1', '-n2')
    slurm.until(lambda: not slurm.command(SITE, 'squeue', '-h').strip(), 120, 'the jobs are over')
    slurm.until(lambda: not slurm.query(SITE, f'SELECT id_job FROM {SITE}_job_table WHERE time_end = 0'), 60,
                'slurmdbd knows every end')


def age(slurm):
    """Moves what ran so far into the past."""
    seconds = DAYS_AGO * 86400
    slurm.query(SITE, f'UPDATE {SITE}_job_table SET ' + ', '.join(
        f'{column} = {column} - {seconds}' for column in ('time_submit', 'time_eligible', 'time_start', 'time_end')))


def causes(report):
    return sorted({difference['cause'] for difference in report['differences']})


def expect(what, found, wanted):
    if found != wanted:
        raise SystemExit(f'{what}: {found}, not {wanted}')


def import_while_killed(world):
    """The agent is killed again and again until the import has ended."""
    importing = subprocess.Popen([world.build / 'client/mesolys', '--config', world.folder / 'olga.toml', '--format',
                                  'json', 'usage', 'import', *world.span(), '--wait'],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    kills = 0
    for _ in range(5):
        time.sleep(0.7)
        if not world.kill('agent'):
            raise SystemExit(f'the agent had stopped by itself{world.logs()}')
        world.start('agent')
        kills += 1
    out, err = importing.communicate(timeout=180)
    if importing.returncode != 0:
        raise SystemExit(f'import: {importing.returncode}\n{out}{err}{world.logs()}')
    return json.loads(out)['import'], kills


def check(world, slurm):
    old = len(slurm.query(SITE, f'SELECT id_job FROM {SITE}_job_table'))
    age(slurm)
    world.start('agent')
    run_jobs(slurm, 4)
    recent = len(slurm.query(SITE, f'SELECT id_job FROM {SITE}_job_table')) - old
    slurm.until(lambda: sum(world.settled().values()) > 0, 60, 'the agent reports what runs')

    missed = world.reconcile(exit_code=1)
    expect('jobs that the accounting knows', missed['comparison']['job_count'], old + recent)
    expect('missed jobs', {d['job_id'] for d in missed['differences'] if d['cause'] == 'UNEXPLAINED'} != set(), True)
    revision = world.verify()[0]
    rehearsed = json.loads(world.done('--format', 'json', 'usage', 'import', *world.span(), '--dry-run'))
    expect('jobs that an import would read', rehearsed['import']['job_count'], old + recent)
    expect('the ledger after a dry run', world.verify()[0], revision)

    done, kills = import_while_killed(world)
    expect('jobs that were read', done['job_count'], old + recent)
    wanted = accounted(slurm)
    slurm.until(lambda: world.settled() == wanted, 30, f'{world.settled()} is {wanted}')
    explained = world.reconcile(exit_code=0)
    expect('why they differ', causes(explained), ['NO_GRANT', 'UNKNOWN_ACCOUNT'])
    for total in explained['totals']:
        parts = sum(each['difference_base_units'] for each in explained['causes'] if each['resource'] == total['resource'])
        expect('the sum of the causes', total['ledger_base_units'], total['accounting_base_units'] + parts)

    world.kill('agent')
    shutil.rmtree(world.folder / 'agent')
    world.start('agent')
    again = json.loads(world.done('--format', 'json', 'usage', 'import', *world.span(), '--wait'))['import']
    expect('jobs that were read with a new state', again['job_count'], old + recent)
    expect('of them new to the ledger', again['changed_count'], 0)
    expect('the ledger', world.settled(), wanted)
    world.verify()
    print(f'{old} old and {recent} recent jobs; {kills} agents were killed; {sum(wanted.values())} core-seconds agree')


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    os.environ['MESOLYS_SLURM_SITES'] = SITE
    with tempfile.TemporaryDirectory(prefix='mesolys-import-') as folder, clusters.Clusters() as slurm:
        world = Mesocentre(build, folder, slurm)
        try:
            world.start('scheduler')
            world.wait_until_serving()
            first = (datetime.datetime.utcnow() - datetime.timedelta(days=8)).strftime('%Y-%m-%d')
            world.done('project', 'create', 'climat', '--title', 'Climat', '--institution', 'cnrs', '--programme',
                       'chair', '--pi', 'pi-climat', '--from', first, '--for', '1y')
            slurm.add_account(SITE, 'climat', 'alice')
            slurm.add_account(SITE, 'oldlab', 'bruno')
            run_jobs(slurm, 10)
            check(world, slurm)
        finally:
            world.kill_all()


if __name__ == '__main__':
    main()
