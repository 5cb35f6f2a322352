#!/usr/bin/env python3
"""Jobs that run across the end of a month and across both changes of the clocks of Paris, on a real cluster each,
with the daemons of Slurm, the agents and the scheduler living in Paris then: what is charged equals Slurm's
accounting to the second, and each grant pays the seconds on its side of the instant.

  clock_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import sys
import tempfile
import time
import zoneinfo

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import accounting  # noqa: E402
import clusters  # noqa: E402

PARIS = zoneinfo.ZoneInfo('Europe/Paris')
# Until all is set up; then the clocks go on to just before the instant.
LEAD = datetime.timedelta(minutes=6)
CLOSE = datetime.timedelta(seconds=3)


def moments(now):
    """The next end of a month, and the next changes in spring and in autumn."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    found = {}
    while len(found) < 3:
        hour += datetime.timedelta(hours=1)
        change = (hour.astimezone(PARIS).utcoffset() -
                  (hour - datetime.timedelta(microseconds=1)).astimezone(PARIS).utcoffset()).total_seconds()
        local = hour.astimezone(PARIS)
        if change:
            found.setdefault('spring' if change > 0 else 'autumn', hour)
        elif local.day == 1 and local.hour == 0:
            found.setdefault('month', hour)
    return found


def grant_from(world, site, begin, end):
    world.done('request', 'create', 'climat', '--cpu', '100h', '--site', site, '--from', begin.isoformat(), '--to',
               end.isoformat(), '--justification', 'x')


def charged_by_grant(world):
    sums = {}
    for job in json.loads(world.done('--format', 'json', 'usage', 'list', 'climat'))['jobs']:
        for charge in job['charges']:
            if charge['kind'] == 'SETTLED' and charge['resource'] == 'cpu':
                accounting.add(sums, charge['grant'].rpartition('/')[2], charge['amount_base_units'])
    return sums


def sides(slurm, site, instant):
    """Core-seconds before and after, by the rows of the database."""
    before = after = crossing = 0
    for start, end, cores in slurm.query(site, f'SELECT time_start, time_end, cpus_req FROM {site}_job_table'):
        start, end, cores = int(start), int(end), int(cores)
        before += cores * max(0, min(end, instant) - start)
        after += cores * max(0, end - max(start, instant))
        crossing += start < instant < end
    return before, after, crossing


def cross(build, site, name, moment):
    with tempfile.TemporaryDirectory(prefix='mesolys-clock-') as folder, \
            clusters.Clusters((site,), begin=moment - LEAD) as slurm:
        world = accounting.Mesocentre(build, folder, slurm)
        try:
            world.start_all()
            day = datetime.timedelta(days=1)
            grant_from(world, site, moment - day, moment)
            grant_from(world, site, moment, moment + 30 * day)
            slurm.add_account(site, 'climat', 'alice', 'bruno')

            def submit(user, seconds, *options):
                return slurm.submit(site, user, 'climat', f'sleep {seconds}', '--time=30', *options)

            def running():
                return slurm.command(site, 'squeue', '-h', '-t', 'running', '-o', '%A').split()

            submit('alice', 1, '-n2')
            across = {submit(user, seconds, f'-n{cores}')
                      for user, seconds, cores in (('alice', 12, 3), ('bruno', 14, 1), ('bruno', 16, 4))}
            slurm.until(lambda: across <= set(running()), 60, f'{name}: the jobs run')
            if slurm.now() >= moment - CLOSE:
                raise SystemExit(f'{name}: set-up took longer than {LEAD}')
            slurm.set_clock(moment - CLOSE)
            time.sleep(CLOSE.total_seconds() + 1)
            submit('alice', 2, '-n2')
            slurm.until(lambda: not slurm.command(site, 'squeue', '-h').strip(), 120, f'{name}: {site} is idle')
            wanted, states = accounting.compare(world, slurm)
            before, after, crossing = sides(slurm, site, int(moment.timestamp()))
            by_grant = charged_by_grant(world)
            if by_grant != {'g1': before, 'g2': after} or crossing != 3:
                raise SystemExit(f'{name}: {crossing} jobs ran across {moment}; before and after {before}, {after}, '
                                 f'but charged {by_grant}')
            world.verify()
            print(f'{name}, {moment.isoformat()}: {sum(states.values())} jobs, {before} core-seconds before and {after} '
                  f'after, {sum(wanted.values())} in all', flush=True)
        finally:
            world.kill_all()


def main():
    clusters.skip_unless_possible()
    # A little after now: there is time before it. One after the other: users belong to the machine.
    found = moments(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1))
    for site, moment in zip(clusters.SITES, found.items()):
        cross(pathlib.Path(sys.argv[1]), site, *moment)


if __name__ == '__main__':
    main()
