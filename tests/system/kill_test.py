#!/usr/bin/env python3
"""Kills the scheduler and the agent (SIGKILL) at random moments of a slowed replay, and requires that
nothing is lost and nothing is charged twice: the totals are those of an independent sum, and `verify` passes
after each kill.

  kill_test.py BUILD_DIR [--seed SEED] [--kills KILLS]

Replays ../shared/data/xdmod_sacct_phillips.log where it is there, else records made from the seed."""
import argparse
import datetime
import json
import pathlib
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

REAL = mesocentre.ROOT.parent / 'shared' / 'data' / 'xdmod_sacct_phillips.log'
COLUMNS = ('jobid jobidraw cluster partition qos account group gid user uid submit eligible start end elapsed '
           'exitcode state nnodes ncpus reqcpus reqmem reqtres alloctres timelimit nodelist jobname').split()
# The programs are there again, and at work, before the next one dies.
SECONDS_BETWEEN_KILLS = 0.75
DEADLINE_SECONDS = 240


def seconds_of(text):
    return int(datetime.datetime.fromisoformat(text + '+00:00').timestamp())


def elapsed_of(text):
    days, _, clock = text.rpartition('-')
    hours, minutes, seconds = map(int, clock.split(':'))
    return int(days or 0) * 86400 + hours * 3600 + minutes * 60 + seconds


def made_records(seed):
    """600 jobs over three days in the form of the real file."""
    rng = random.Random(seed)
    epoch = seconds_of('2017-01-01T00:00:00')
    lines = []
    for job in range(1, 601):
        start = epoch + rng.randrange(3 * 86400)
        elapsed = rng.randrange(60, 6 * 3600)
        cores = rng.choice([1, 4, 8, 12])
        stamp = [datetime.datetime.utcfromtimestamp(t).strftime('%Y-%m-%dT%H:%M:%S')
                 for t in (start - 30, start - 30, start, start + elapsed)]
        clock = f'{elapsed // 3600:02}:{elapsed // 60 % 60:02}:{elapsed % 60:02}'
        lines.append('|'.join([str(job), str(job), 'phillips', 'p', 'q', rng.choice(['chaff', 'taifl', 'aytinis']),
                               'g', '1', f'u{job % 5}', '1', *stamp, clock, '0:0', 'COMPLETED', '1', str(cores),
                               str(cores), '0', '', f'cpu={cores},node=1', '12:00:00', 'n1', 'job']))
    return '\n'.join(lines) + '\n'


def independent_sum(text):
    """Core-seconds and GPU-seconds by account: AllocTRES x elapsed."""
    sums = {}
    for line in text.splitlines():
        row = dict(zip(COLUMNS, line.split('|')))
        tres = dict(part.split('=') for part in row['alloctres'].split(','))
        elapsed = elapsed_of(row['elapsed'])
        account = sums.setdefault(row['account'], {'cpu': 0, 'gpu-a100': 0})
        account['cpu'] += int(tres['cpu']) * elapsed
        account['gpu-a100'] += int(tres.get('gres/gpu', 0)) * elapsed
    return sums


class SlowReplay(mesocentre.Mesocentre):
    """Its agent replays `text`, slowed to last so many seconds, moved so that all has ended an hour ago."""

    def __init__(self, build, folder, records, text, replay_seconds):
        ends = [seconds_of(line.split('|')[13]) for line in text.splitlines()]
        starts = [seconds_of(line.split('|')[12]) for line in text.splitlines()]
        shift = int(time.time()) - 3600 - max(ends)
        self.first_start = min(starts) + shift
        self.job_count = len(ends)
        speed = (max(ends) - min(starts)) / replay_seconds
        columns = ', '.join(f'"{name}"' for name in COLUMNS)
        super().__init__(build, folder, records,
                         f'columns = [{columns}]\nshift = "{shift}s"\nspeed = {speed:.3f}\n'
                         f'in_flight_interval = "2h"')

    def totals(self, accounts):
        """Settled base units by account and resource."""
        sums = {}
        for account in accounts:
            balance = json.loads(self.done('--format', 'json', 'balance', account))
            sums[account] = {'cpu': 0, 'gpu-a100': 0}
            for line in balance['lines']:
                sums[account][line['resource']] += line['settled_base_units']
        return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument('--kills', type=int, default=12)
    asked = parser.parse_args()
    print(f'seed {asked.seed}')
    rng = random.Random(asked.seed)
    replay_seconds = 4 + SECONDS_BETWEEN_KILLS * asked.kills
    with tempfile.TemporaryDirectory(prefix='mesolys-kill-') as folder:
        records = REAL
        if not REAL.is_file():
            print('the real records are not there: made ones are replayed')
            records = pathlib.Path(folder) / 'records.txt'
            records.write_text(made_records(asked.seed))
        text = records.read_text()
        wanted = independent_sum(text)
        world = SlowReplay(asked.build, folder, records, text, replay_seconds)
        try:
            run(world, wanted, rng, asked.kills, replay_seconds)
        finally:
            world.kill_all()


def run(world, wanted, rng, kills, replay_seconds):
    world.start('scheduler')
    world.wait_until_serving()
    first = datetime.datetime.utcfromtimestamp(world.first_start - 86400).strftime('%Y-%m-%d')
    for account in sorted(wanted):
        world.done('project', 'create', account, '--title', account, '--institution', 'cnrs', '--programme', 'chair',
                   '--pi', f'pi-{account}', '--from', first, '--for', '1y')
        world.done('request', 'create', account, '--cpu', '90000h', '--gpu', 'a100=900h', '--from', first, '--for',
                   '11m', '--site', 'psmn', '--justification', 'replay')
    world.start('agent')
    begun = time.monotonic()
    moments = sorted(rng.uniform(1.0, replay_seconds - 2) for _ in range(kills))
    inside, revision = 0, 0
    for moment in moments:
        time.sleep(max(0, begun + moment - time.monotonic()))
        name = rng.choice(['scheduler', 'agent'])
        if not world.kill(name):
            raise SystemExit(f'the {name} had stopped by itself: ' + (world.folder / f'{name}.log').read_text()[-2000:])
        before, (revision, jobs) = revision, world.verify()
        if revision < before:
            raise SystemExit(f'revision {revision} after {before}: acknowledged commands are lost')
        inside += jobs < world.job_count
        world.start(name)
    print(f'{inside} of {kills} kills fell inside the replay; revision {revision}, {jobs} jobs at the last')
    if inside < kills:
        raise SystemExit('the replay was over too early: slow it down')
    world.wait_until_serving()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while world.totals(wanted) != wanted:
        if time.monotonic() > deadline:
            logs = ''.join(f'\n== {name}\n' + (world.folder / f'{name}.log').read_text()[-3000:]
                           for name in ('scheduler', 'agent'))
            raise SystemExit(f'totals differ:\n{world.totals(wanted)}\nwanted\n{wanted}{logs}')
        time.sleep(0.5)
    world.stop('agent')
    world.stop('scheduler')
    world.verify()
    print(f'totals agree to the second: {wanted}')


if __name__ == '__main__':
    main()
