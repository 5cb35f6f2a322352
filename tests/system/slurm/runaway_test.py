#!/usr/bin/env python3
"""A job that a real slurmctld forgot while it ran: accounting has it running for ever. It is listed and counted, nothing
of it is committed, what it has used stands still; and once it is repaired, the ledger follows by itself.

  runaway_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402

SITE = one_site.SITE


class World(one_site.OneSite):
    def job(self, number):
        """(state, units by kind of charge) of a job, as the ledger has it; nothing for one that it does not know."""
        for job in json.loads(self.done('--format', 'json', 'usage', 'list', 'climat'))['jobs']:
            if job['job_id'] == int(number):
                units = {}
                for charge in job['charges']:
                    if charge['resource'] == 'cpu':
                        units[charge['kind']] = units.get(charge['kind'], 0) + charge['amount_base_units']
                return job['state'], units
        return None, {}

    def runaways(self):
        shown = self.show()
        return shown['site']['runaway_count'], [job['job_id'] for job in shown['runaway_jobs']]

    def until(self, true, seconds, what):
        try:
            self.slurm.until(true, seconds, what)
        except SystemExit as error:
            raise SystemExit(f'{error}{self.logs()}') from None


def set_up(world, slurm):
    world.start('scheduler')
    world.wait_until_serving()
    world.done('project', 'create', 'climat', '--title', 'climat', '--institution', 'cnrs', '--programme', 'chair', '--pi',
               'pi-climat', '--from', str(datetime.date.today() - datetime.timedelta(days=1)), '--for', '1y')
    slurm.add_account(SITE, 'climat', 'alice')
    world.start('agent')


def forget(world, slurm):
    """The id of a job that runs for the ledger and by accounting, and that slurmctld has no more: its end was lost on the
    way to the database, as after a crash."""
    job = slurm.submit(SITE, 'alice', 'climat', 'sleep 600', '-n2', '--time=60')
    world.until(lambda: world.job(job)[1].get('COMMITTED', 0) > 0, 60, f'job {job} is told as running')
    if world.runaways() != (0, []):
        raise SystemExit(f'a job that runs is no runaway: {world.runaways()}')
    world.stop('agent')
    slurm.command(SITE, 'scancel', job)
    world.until(lambda: slurm.query(SITE, f'select time_end from {SITE}_job_table where id_job={job} and time_end>0'), 60,
                f'the end of job {job} is in the database')
    world.until(lambda: not slurm.command(SITE, 'squeue', '-hj', job, check=False).strip(), 60, 'slurmctld has it no more')
    # It would remember what has ended for some minutes.
    slurm.end(f'{SITE}.slurmctld')
    shutil.rmtree(slurm.folder / SITE / 'state')
    slurm.up(SITE)
    slurm.query(SITE, f'update {SITE}_job_table set time_end=0, state=1 where id_job={job}')
    world.start('agent')
    return job


def stand_still(world, job):
    world.until(lambda: world.runaways() == (1, [int(job)]), 60, f'job {job} is listed')
    world.until(lambda: world.job(job)[1].get('COMMITTED', 0) == 0, 60, 'nothing of it is committed')
    world.until(lambda: world.metric(f'mesolys_site_runaway_jobs{{site="{SITE}"}}') == 1, 60, 'it is counted')
    state, units = world.job(job)
    time.sleep(5)
    if world.job(job) != (state, units) or units.get('IN_FLIGHT', 0) <= 0:
        raise SystemExit(f'a runaway goes on: {(state, units)}, then {world.job(job)}')
    print(f'job {job}: {state}, {units}; listed and counted', flush=True)


def repair(world, slurm, job):
    slurm.command(SITE, 'sacctmgr', '-i', 'show', 'runawayjobs', f'cluster={SITE}')
    world.until(lambda: world.job(job)[1].get('IN_FLIGHT', 0) == 0, 60, 'the ledger follows')
    world.until(lambda: world.runaways() == (0, []), 60, 'it is listed no more')
    print(f'job {job}: {world.job(job)} after its repair', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-runaway-') as folder, \
            clusters.Clusters(sites=(SITE,), users=('alice',)) as slurm:
        world = World(build, folder, slurm, 'in_flight_interval = "1s"\n')
        try:
            set_up(world, slurm)
            job = forget(world, slurm)
            stand_still(world, job)
            repair(world, slurm, job)
            world.verify()
        finally:
            world.kill_all()
    print('a runaway stood still, and was followed to its end')


if __name__ == '__main__':
    main()
