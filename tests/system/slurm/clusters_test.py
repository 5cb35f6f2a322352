#!/usr/bin/env python3
"""The three real clusters start, run a job each and account for it; started again they know it still; when they
are ended nothing of them is left.

  clusters_test.py"""
import pathlib
import pwd
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402


def logins():
    return {entry.pw_name for entry in pwd.getpwall()}


def accounted(slurm, site):
    """(job, user, state, seconds, what it held) of every job."""
    rows = slurm.command(site, 'sacct', '-aDXnP', '--starttime=now-1hour',
                         '--format=JobIDRaw,User,State,ElapsedRaw,AllocTRES').splitlines()
    return [tuple(row.split('|')) for row in rows]


def run_a_job(slurm, site):
    slurm.add_account(site, 'chair_ia', 'alice', 'bruno')
    job = slurm.submit(site, 'alice', 'chair_ia', 'test $(id -un) = alice && sleep 2', '-n3', '--gpus=1')
    slurm.until(lambda: accounted(slurm, site) and accounted(slurm, site)[0][2] == 'COMPLETED', 60,
                f'job {job} of {site} is accounted for')
    row = accounted(slurm, site)[0]
    model = {'psmn': 'a100', 'p2chpd': 'a100', 'pmcs2i': 'h100'}[site]
    if row[:3] != (job, 'alice', 'COMPLETED') or int(row[3]) < 2 or f'gres/gpu:{model}=1' not in row[4]:
        raise SystemExit(f'{site}: {row}')
    return row


def refuse_left_overs(slurm):
    if slurm.processes():
        raise SystemExit(f'still running: {slurm.processes()}')


def main():
    clusters.skip_unless_possible()
    before = logins()
    with clusters.Clusters() as slurm:
        print(slurm.up())  # again: everything runs
        rows = {site: run_a_job(slurm, site) for site in clusters.SITES}
        print(rows)
        # A job that runs, with a child in a session of its own, does not outlive its cluster.
        slurm.submit('psmn', 'bruno', 'chair_ia', 'setsid sleep 1000 & sleep 1000')
        slurm.until(lambda: any('sleep 1000' in command for _, command in slurm.processes()), 30, 'the job runs')
        print(slurm.down('--kill'))
        refuse_left_overs(slurm)
        print(slurm.up())
        for site, row in rows.items():
            if row not in accounted(slurm, site):
                raise SystemExit(f'{site} has forgotten {row}: {accounted(slurm, site)}')
        slurm.submit('psmn', 'bruno', 'chair_ia', 'setsid sleep 1001 & sleep 1001')
        slurm.until(lambda: any('sleep 1001' in command for _, command in slurm.processes()), 60, 'the job runs')
        print(slurm.down('--clean'))
        refuse_left_overs(slurm)
    if slurm.folder.exists():
        raise SystemExit(f'{slurm.folder} is still there')
    if logins() != before:
        raise SystemExit(f'users are left: {logins() ^ before}')
    print('all clusters ran their jobs, and nothing of them is left')


if __name__ == '__main__':
    main()
