#!/usr/bin/env python3
"""One grant on two real clusters: a request that is split sets a limit in each Slurm; what one site would not let begin
begins when hours have moved there by hand, and never what the other has used or committed; a grant at any of the two
comes by itself to the one that had none, and jobs run there.

  several_sites_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import clusters  # noqa: E402
import enforce_test  # noqa: E402
from enforce_test import SITES  # noqa: E402

PROJECT = 'vision'
FIRST, OTHER = SITES
LOOK_SECONDS = 60
UPKEEP_SECONDS = 150  # once a minute, and then two sites in turn
# Long ago, so that what one job takes is little a day and no ceiling follows it during the test.
BEGIN = datetime.date.today() - datetime.timedelta(days=20)


class SeveralSites(enforce_test.Enforced):
    def ceilings(self, grant):
        """{site: hours} of a grant of which nothing waits and all is in force; nothing until then."""
        shown = json.loads(self.done('--format', 'json', 'grant', 'show', grant))
        rows = shown['ceilings']
        if shown['orders'] or any(row['state'] != 'ENFORCED' or row['held_base_units'] != row['wanted_base_units']
                                  for row in rows):
            return {}
        return {row['site']: row['wanted_base_units'] / 3600 for row in rows}

    def minutes(self, site, tres='cpu'):
        """The limit of the project's account, as slurmdbd keeps it."""
        return self.accounts(site)[PROJECT][1].get(tres)

    def becomes(self, grant, hours, seconds=LOOK_SECONDS):
        try:
            self.until(lambda: self.ceilings(grant) == hours, seconds, f'{grant} has {hours}')
        except SystemExit as error:
            raise SystemExit(f'{error}\n{self.cli("grant", "show", grant).stdout}') from None

    def job_stands(self, site, job, wanted):
        return self.slurm.command(site, 'squeue', '-hj', job, '-o', '%T %r', check=False).strip() == wanted

    def until_it_stands(self, site, job, wanted):
        self.until(lambda: self.job_stands(site, job, wanted), LOOK_SECONDS, f'job {job} of {site} is {wanted}')

    def submit(self, site, *options):
        return self.slurm.submit(site, 'alice', PROJECT, 'sleep 600', *options)

    def move(self, grant, hours, *more):
        return self.cli('grant', 'move', grant, '--from', FIRST, '--to', OTHER, f'{hours}h', '--reason',
                        'the queue is long', *more)


def set_up(world):
    world.start('scheduler')
    world.wait_until_serving()
    world.done('project', 'create', PROJECT, '--title', 'Vision', '--institution', 'cnrs', '--programme', 'chair', '--pi',
               'pi-vision', '--from', str(BEGIN), '--for', '1y')
    world.done('member', 'add', PROJECT, 'alice', '--role', 'researcher',
               *(word for site in SITES for word in ('--login', f'{site}=alice')))
    for site in SITES:
        world.start(f'agent-{site}')


def split_and_move(world):
    """The grant of a split request, and what a person may move of it."""
    names = enforce_test.grant(world, PROJECT, '--cpu', '10h', '--site', f'{FIRST}=6h', '--site', f'{OTHER}=4h',
                               '--from', str(BEGIN), '--for', '6m')
    grant = names['cpu']
    world.becomes(grant, {FIRST: 6.0, OTHER: 4.0})
    found = {site: world.minutes(site) for site in SITES}
    if list(names) != ['cpu'] or found != {FIRST: 360, OTHER: 240}:
        raise SystemExit(f'{names}: {found}')
    for site in SITES:
        world.until(lambda site=site: world.accounts(site)[PROJECT][4] == {'alice'}, LOOK_SECONDS, 'alice may submit')
    running = world.submit(FIRST, '-n1', '--time=180')
    world.until_it_stands(FIRST, running, 'RUNNING None')
    held = world.submit(OTHER, '-n1', '--time=300')
    world.until_it_stands(OTHER, held, 'PENDING AssocGrpCPUMinutesLimit')

    def refuses():
        answer = world.move(grant, 4, '--dry-run')
        return answer.returncode == 3 and 'neither used nor committed to running jobs' in answer.stderr

    world.until(refuses, LOOK_SECONDS, 'what is committed does not move')
    answer = world.move(grant, 2)
    if answer.returncode != 0 or f'2 h wait until {FIRST} confirms a lower ceiling' not in answer.stderr:
        raise SystemExit(f'grant move: {answer.returncode} {answer.stderr}')
    world.becomes(grant, {FIRST: 4.0, OTHER: 6.0})
    found = {site: world.minutes(site) for site in SITES}
    # The job that runs has used some of it, which Slurm counts later than the ledger.
    if found[OTHER] != 360 or not 237 <= found[FIRST] <= 240:
        raise SystemExit(f'after the move: {found}')
    world.until_it_stands(OTHER, held, 'RUNNING None')
    if not world.job_stands(FIRST, running, 'RUNNING None'):
        raise SystemExit('the job that ran does not any more')
    world.slurm.command(OTHER, 'scancel', held)
    world.slurm.command(FIRST, 'scancel', running)
    print(f'{grant} is at {FIRST} and {OTHER}, and hours moved between their limits', flush=True)


def go_where_none_was(world):
    names = enforce_test.grant(world, PROJECT, '--gpu', 'a100=20h', '--site', FIRST, '--site', OTHER, '--for', '6m')
    grant = names['gpu-a100']
    shown = json.loads(world.done('--format', 'json', 'grant', 'show', grant))
    if sorted(shown['grant']['any_of']) != sorted(SITES):
        raise SystemExit(f'any of: {shown}')
    first = shown['ceilings'][0]['site']
    second, = set(SITES) - {first}
    # The cores that come with the GPUs follow them.
    cores = json.loads(world.done('--format', 'json', 'grant', 'show', names['cpu']))['grant']['amount_base_units'] // 3600
    for name, hours in ((grant, 20), (names['cpu'], cores)):
        world.becomes(name, {first: hours - hours / 10, second: hours / 10}, UPKEEP_SECONDS)
    job = world.submit(second, '-n1', '--gpus=a100:1', '--time=60')
    world.until_it_stands(second, job, 'RUNNING None')
    world.slurm.command(second, 'scancel', job)
    print(f'{grant} came from {first} to {second} by itself', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-several-') as folder, \
            clusters.Clusters(sites=SITES, users=('alice',)) as slurm:
        world = SeveralSites(build, folder, slurm)
        try:
            set_up(world)
            split_and_move(world)
            go_where_none_was(world)
        except BaseException:
            print(world.logs())
            raise
        finally:
            world.kill_all()
    print('one grant is spent at two sites')


if __name__ == '__main__':
    main()
