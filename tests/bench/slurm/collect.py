#!/usr/bin/env python3
"""How fast the agent reads a real slurmdbd: starts one cluster, fills its database with finished jobs, and has
build/release/tests/bench/collect measure. As root, as deploy/slurm/up.

  collect.py BUILD_DIR [JOBS]"""
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'system' / 'slurm'))
import clusters  # noqa: E402

SITE = 'psmn'
DAYS = 3
ROWS_PER_STATEMENT = 1000


def model_row(slurm):
    """The columns of a real finished job, and its values, of which all others are made."""
    slurm.add_account(SITE, 'climat', 'alice')
    job = slurm.submit(SITE, 'alice', 'climat', 'true', '-n4', '--gpus=1')
    slurm.until(lambda: slurm.query(SITE, f'SELECT id_job FROM {SITE}_job_table WHERE id_job = {job} AND time_end > 0'),
                60, f'job {job} has ended')
    columns = [row[0] for row in slurm.query(SITE, f'SHOW COLUMNS FROM {SITE}_job_table') if row[0] != 'job_db_inx']
    return int(job), columns


def fill(slurm, count):
    """Jobs of ten minutes, spread over the last days."""
    model, columns = model_row(slurm)
    now = int(time.time())
    changed = {'id_job', 'time_submit', 'time_eligible', 'time_start', 'time_end'}
    taken = [f'`{column}`' for column in columns if column not in changed]
    table = f'{SITE}_job_table'
    for first in range(0, count, ROWS_PER_STATEMENT):
        numbers = range(first, min(count, first + ROWS_PER_STATEMENT))
        # Seconds of the age of each; several jobs may begin in one.
        made = ' UNION ALL '.join(f'SELECT {1_000_000 + n} AS id, {now - 700 - (n * DAYS * 86400 // count)} AS t'
                                  for n in numbers)
        slurm.query(SITE, f'INSERT INTO {table} (id_job, time_submit, time_eligible, time_start, time_end, '
                          f'{", ".join(taken)}) SELECT made.id, made.t - 5, made.t - 5, made.t, made.t + 600, '
                          f'{", ".join("model." + column for column in taken)} FROM {table} model JOIN ({made}) made '
                          f'WHERE model.id_job = {model}')


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    os.environ['MESOLYS_SLURM_SITES'] = SITE
    with clusters.Clusters() as slurm:
        fill(slurm, count)
        print(f'{count} jobs in {DAYS} days of {SITE}', flush=True)
        subprocess.run([build / 'tests/bench/collect', slurm.conf(SITE), SITE, str(DAYS)], check=True)


if __name__ == '__main__':
    main()
