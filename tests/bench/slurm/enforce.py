#!/usr/bin/env python3
"""How fast 1,000 projects get three new limits each: by the agent, and by plain sacctmgr with one process for each
project and with one that is fed line by line; on Slurm as Debian ships it, where each call of slurmdbd waits 40 ms
for Nagle's algorithm, and with deploy/slurm/nodelay.c before server and clients. As root, as deploy/slurm/up.

  enforce.py BUILD_DIR [PROJECTS]"""
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'system' / 'slurm'))
import clusters  # noqa: E402

SITE = 'psmn'
# So many are set one process at a time; the others take as long each.
SAMPLE = 50


def line(project, minutes):
    limits = ','.join(f'{tres}={minutes}' for tres in ('cpu', 'gres/gpu', 'gres/gpu:a100'))
    return f'modify account where name=p{project} cluster={SITE} set GrpTRESMins={limits}'


def environment(slurm, preload):
    found = {'PATH': '/usr/bin:/bin', 'TZ': 'UTC', 'LC_ALL': 'C', 'SLURM_CONF': str(slurm.conf(SITE))}
    return found | ({'LD_PRELOAD': str(slurm.folder / 'nodelay.so')} if preload else {})


def one_by_one(slurm, preload, count):
    sample = min(SAMPLE, count)
    begun = time.monotonic()
    for project in range(sample):
        subprocess.run(['sacctmgr', '-iQ', *line(project, 77).split()], env=environment(slurm, preload), check=True,
                       stdout=subprocess.DEVNULL)
    return (time.monotonic() - begun) / sample


def fed_by_one_stdin(slurm, preload, count):
    lines = '\n'.join(line(project, 78) for project in range(count)) + '\n'
    begun = time.monotonic()
    subprocess.run(['sacctmgr', '-i'], input=lines, text=True, env=environment(slurm, preload), check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def measure(build, count, preload):
    os.environ['MESOLYS_SLURM_NODELAY'] = '1' if preload else '0'
    print(f'\n{"no-delay preload" if preload else "stock Slurm"}, {count} projects of three limits', flush=True)
    with clusters.Clusters(sites=(SITE,), users=('root',)) as slurm:
        library = [slurm.folder / 'nodelay.so'] if preload else []
        subprocess.run([build / 'tests/bench/enforce', slurm.conf(SITE), SITE, str(count), *library], check=True)
        each = one_by_one(slurm, preload, count)
        print(f'plain sacctmgr, one process each: {1000 * each:.0f} ms, {count * each:.1f} s for all', flush=True)
        seconds = fed_by_one_stdin(slurm, preload, count)
        print(f'plain sacctmgr, one stdin: {1000 * seconds / count:.1f} ms a line, {seconds:.1f} s for all', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    measure(build, count, True)
    # Its agent would be at it for minutes.
    measure(build, min(count, 20), False)


if __name__ == '__main__':
    main()
