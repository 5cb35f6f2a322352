#!/usr/bin/env python3
"""The story that deploy/quickstart --slurm tells, once it runs: a chair, two projects and a team of students used
three real clusters. What the ledger says of each equals, at every cluster, an independent sum over sacct to the
second and slurmctld's own counters to the minute; what Slurm would still let begin is what the grants have left; and
the job that asked for more waits, and is explained as agent/README.md shows it. Runs a further job of each, so that
there are minutes to count.

  story.py [BIN_DIR]     the programs, build/release if not given"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / 'tests/deploy'), str(ROOT / 'tests/system')]
import pages  # noqa: E402
import tour  # noqa: E402

HOME = pathlib.Path(os.environ.get('MESOLYS_QUICKSTART_DIR', ROOT / 'build/quickstart'))
CLIENT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / 'build/release').resolve() / 'client/mesolys'
PLACES = {('chair-ia', 'psmn'): 'alice', ('chair-ia', 'pmcs2i'): 'alice', ('these-vision', 'psmn'): 'chloe',
          ('chair-sante', 'p2chpd'): 'bruno', ('serre-drone', 'pmcs2i'): 'denis'}  # who works where
TRES = {'cpu': 'cpu', 'gpu-a100': 'gres/gpu:a100', 'gpu-h100': 'gres/gpu:h100'}
CORES, SECONDS = 8, 50  # of a further job of each: enough for Slurm to count some minutes
DEADLINE_SECONDS = 240  # slurmctld counts once a minute


def mesolys(*words):
    answer = subprocess.run([CLIENT, '--config', HOME / 'user/olga.toml', '--format', 'json', *words],
                            capture_output=True, text=True, check=True, timeout=60)
    return json.loads(answer.stdout)


def slurm(site, *words):
    environment = {'PATH': '/usr/bin:/bin', 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8',
                   'SLURM_CONF': str(HOME / 'slurm' / site / 'slurm.conf')}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def of_ledger(project, site):
    """Seconds by resource that the jobs of a cluster were charged."""
    seconds = {}
    for job in mesolys('usage', 'list', project)['jobs']:
        for charge in job['charges'] if job['cluster'] == site else []:
            if charge['kind'] == 'SETTLED':
                seconds[charge['resource']] = seconds.get(charge['resource'], 0) + charge['amount_base_units']
    return seconds


def of_sacct(project, site):
    """The same from what each job was allocated."""
    seconds = {}
    for row in slurm(site, 'sacct', '-naXDP', '-A', project, '-S', '2026-01-01', '-o', 'ElapsedRaw,AllocTRES').splitlines():
        elapsed, _, allocated = row.partition('|')
        held = dict(each.split('=') for each in allocated.split(',') if each)
        for resource, tres in TRES.items():
            if tres in held and int(elapsed) > 0:
                seconds[resource] = seconds.get(resource, 0) + int(elapsed) * int(held[tres])
    return seconds


def of_slurmctld(project, site):
    """(limit, counted) in minutes by TRES."""
    text = slurm(site, 'scontrol', 'show', 'assoc_mgr', 'flags=assoc', f'accounts={project}')
    record, = (each for each in text.split('ClusterName=')[1:] if f'Account={project} UserName= ' in each)
    line, = re.findall(r'^ *GrpTRESMins=(.*)$', record, re.MULTILINE)
    found = re.findall(r'([^,=]+)=(N|\d+)\((\d+)\)', line)
    return {tres: (limit if limit == 'N' else int(limit), int(counted)) for tres, limit, counted in found}


def held(project, site):
    """Seconds by resource that the site may spend in all."""
    seconds = {}
    for grant in mesolys('grant', 'list', project)['grants']:
        for row in mesolys('grant', 'show', grant['name'].removeprefix('projects/').replace('/grants/', '/'))['ceilings']:
            if row['site'] == site and grant['resource'] in TRES:
                seconds[grant['resource']] = seconds.get(grant['resource'], 0) + row['held_base_units']
    return seconds


def differences(project, site):
    ledger, counters = of_ledger(project, site), of_slurmctld(project, site)
    if ledger != of_sacct(project, site) or not ledger:
        yield f'{project} at {site}: the ledger has {ledger}, sacct {of_sacct(project, site)}'
    if ledger.get('cpu', 0) < CORES * SECONDS:
        yield f'{project} at {site}: the further job is not settled yet: {ledger}'
    for resource, seconds in ledger.items():
        if abs(counters[TRES[resource]][1] - seconds // 60) > 1:
            yield f'{project} at {site}: {seconds} s of {resource}, Slurm counts {counters[TRES[resource]]}'
    for resource, seconds in held(project, site).items():
        left, (limit, counted) = seconds - ledger.get(resource, 0), counters[TRES[resource]]
        if limit == 'N' or abs(limit - counted - left // 60) > 1:
            yield f'{project} at {site}: {left} s of {resource} are left, Slurm has {limit}({counted})'


def work(project, site, user):
    slurm(site, 'sbatch', f'--uid={user}', f'--account={project}', '--time=5', f'-n{CORES}', '--output=/dev/null',
          f'--chdir={HOME}/slurm/{site}/jobs', '--wrap', f'sleep {SECONDS}')


def main():
    for (project, site), user in PLACES.items():
        work(project, site, user)
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = [text for place in sorted(PLACES) for text in differences(*place)]
        if not found:
            break
        if time.monotonic() > end:
            raise SystemExit('story: ' + '\n'.join(found))
        time.sleep(1)
    for project, site in sorted(PLACES):
        print(f'{project} at {site}: {of_ledger(project, site)} s, as sacct and slurmctld have it')
    cluster, job = (HOME / 'done/jobs').read_text().strip().split(':')
    waits = slurm(cluster, 'squeue', '-hj', job, '-o', '%T %r').strip()
    if waits != 'PENDING AssocGrpGRESMinutes':
        raise SystemExit(f'story: job {job} of {cluster} is to wait: {waits}')
    shown = list(pages.dialogues(pages.text_of('agent/README.md'), prompt='slurm$ '))
    if not shown:
        raise SystemExit('story: agent/README.md shows nothing of it')
    for command, first in shown:
        tour.show(command, first)
    print('story: every balance is what Slurm counts')


if __name__ == '__main__':
    main()
