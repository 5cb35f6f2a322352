#!/usr/bin/env python3
"""Links an account with many settled jobs to a project and kills the scheduler (SIGKILL) at several moments
while their jobs are charged anew, page by page. At the end the totals are those of an independent sum, nothing
is left unassigned, and `verify` passes; half of the kills, at least, must have fallen inside (a busy machine may look
too late).

  relink_test.py BUILD_DIR [--seed SEED] [--jobs JOBS] [--kills KILLS]"""
import argparse
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

PAGE_JOBS = 1000
DEADLINE_SECONDS = 120
DAY = 86400
HEADER = 'JobIDRaw|Cluster|Account|User|State|Submit|Start|End|AllocTRES'


def records(rng, today, jobs):
    """The text of the jobs, half of them before the project's grant begins, and what they used: core-seconds that
    the grant will pay and core-seconds that it will not."""
    lines, covered, uncovered = [HEADER], 0, 0
    for job in range(1, jobs + 1):
        inside = job % 2 == 0
        start = today - (2 if inside else 6) * DAY + rng.randrange(DAY // 2)
        elapsed, cores = rng.randrange(1, 3600), rng.choice([1, 2, 4, 8])
        lines.append(f'{job}|psmn|old|ada|COMPLETED|{start}|{start}|{start + elapsed}|cpu={cores}')
        if inside:
            covered += elapsed * cores
        else:
            uncovered += elapsed * cores
    return '\n'.join(lines) + '\n', covered, uncovered


def ask(folder, query, *values):
    """One number, read from the file itself."""
    database = sqlite3.connect(f'file:{folder}/ledger.db?mode=ro', uri=True)
    try:
        return database.execute(query, values).fetchone()[0]
    finally:
        database.close()


def charged_anew(folder, revision):
    """How many jobs of the account were written after that revision."""
    return ask(folder, "SELECT count(*) FROM job WHERE account = 'old' AND revision > ?", revision)


def wait_for_charged(folder, revision, count):
    """Until so many jobs of the account were charged anew."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while charged_anew(folder, revision) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f'{charged_anew(folder, revision)} jobs were charged anew, {count} never are')
        time.sleep(0.005)


def settled(world):
    """What the grant paid, and what nobody paid."""
    balance = json.loads(world.done('--format', 'json', 'balance', 'heir'))
    sums = [0, 0]
    for line in balance['lines']:
        sums[0 if line['grant'] else 1] += line['settled_base_units']
    return tuple(sums)


def unassigned(world):
    answer = json.loads(world.done('--format', 'json', 'usage', 'list', '--unassigned'))
    return sum(use['settled_base_units'] for use in answer['unassigned'])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument('--jobs', type=int, default=20_000)
    parser.add_argument('--kills', type=int, default=4)
    asked = parser.parse_args()
    print(f'seed {asked.seed}')
    rng = random.Random(asked.seed)
    today = int(time.time()) // DAY * DAY
    with tempfile.TemporaryDirectory(prefix='mesolys-relink-') as name:
        folder = pathlib.Path(name)
        text, covered, uncovered = records(rng, today, asked.jobs)
        (folder / 'jobs.txt').write_text(text)
        world = mesocentre.Mesocentre(asked.build, folder, folder / 'jobs.txt')
        try:
            run(world, rng, today, covered, uncovered, asked)
        finally:
            world.kill_all()


def run(world, rng, today, covered, uncovered, asked):
    pages_max = asked.jobs // PAGE_JOBS // (asked.kills + 1)  # between two kills
    begun = time.monotonic()
    day = [time.strftime('%Y-%m-%d', time.gmtime(today + offset * DAY)) for offset in (-30, -3, 90)]
    world.start('scheduler')
    world.wait_until_serving()
    world.done('project', 'create', 'heir', '--title', 'Heir', '--institution', 'cnrs', '--programme', 'chair',
               '--pi', 'ada', '--from', day[0], '--for', '1y')
    world.done('request', 'create', 'heir', '--cpu', '200000h', '--site', 'psmn', '--from', day[1], '--to', day[2],
               '--justification', 'x')
    told = subprocess.run([world.build / 'agent/mesolys-agent', 'once', '--config', world.folder / 'agent.toml'],
                          capture_output=True, text=True)
    if told.returncode != 0:
        raise SystemExit(f'the agent: {told.stdout}{told.stderr}')
    print(f'{told.stdout.splitlines()[0]} in {time.monotonic() - begun:.1f} s')
    if unassigned(world) != covered + uncovered:
        raise SystemExit(f'{unassigned(world)} core-seconds are unassigned, not {covered + uncovered}')

    before = world.done('--format', 'json', 'audit', 'list', '--limit', '1')
    revision = json.loads(before)['events'][0]['revision']
    world.done('project', 'link', 'heir', 'psmn:old')
    inside, done = 0, 0
    for kill in range(asked.kills):
        pages = rng.randrange(1, pages_max + 1)
        wait_for_charged(world.folder, revision, min(done + pages * PAGE_JOBS, asked.jobs))
        time.sleep(rng.uniform(0, 0.05))  # somewhere within the next page
        if not world.kill('scheduler'):
            raise SystemExit('the scheduler had stopped by itself: ' + (world.folder / 'scheduler.log').read_text()[-2000:])
        earlier, done = done, charged_anew(world.folder, revision)
        if done < earlier:
            raise SystemExit(f'{done} jobs were charged anew, {earlier} before the kill: commits are lost')
        inside += 0 < done < asked.jobs
        if kill % 3 == 1:  # each time would take longer than all the rest
            world.verify()
        world.start('scheduler')
    print(f'{inside} of {asked.kills} kills fell inside; {done} of {asked.jobs} jobs were charged anew at the last')
    if inside < asked.kills // 2:
        raise SystemExit('too few: the jobs were charged anew too soon')
    world.wait_until_serving()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while unassigned(world) != 0:
        if time.monotonic() > deadline:
            raise SystemExit(f'{unassigned(world)} core-seconds stay unassigned')
        time.sleep(0.2)
    if settled(world) != (covered, uncovered):
        raise SystemExit(f'totals {settled(world)}, wanted {(covered, uncovered)}')
    world.stop('scheduler')
    jobs = world.verify()[1]
    if jobs != asked.jobs or charged_anew(world.folder, revision) != asked.jobs:
        raise SystemExit(f'{jobs} jobs, {charged_anew(world.folder, revision)} of them charged anew')
    print(f'totals agree to the second: {covered} paid, {uncovered} uncovered; {time.monotonic() - begun:.1f} s')


if __name__ == '__main__':
    main()
