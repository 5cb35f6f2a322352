#!/usr/bin/env python3
"""What fails at a site while jobs run on three real clusters: slurmdbd, slurmctld with and without its state,
MariaDB, the scheduler, the agents and what they keep. After each the ledger equals Slurm's accounting to the
second.

  faults_test.py BUILD_DIR [SEED]"""
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import accounting  # noqa: E402
import clusters  # noqa: E402
import jobs  # noqa: E402


def work(site):
    """Jobs that end within seconds, some of them at the same time."""
    for _ in range(4):
        site.submit(f'sleep {site.rng.randint(0, 4)}; exit {site.rng.choice([0, 1])}', f'-n{site.rng.randint(1, 4)}',
                    *site.rng.choice([[], ['--gpus=1']]))
    site.submit('sleep $((SLURM_ARRAY_TASK_ID % 3))', '--array=1-3')


def during(site, fault):
    """Jobs before the fault, across it and after it."""
    work(site)
    across = site.running('-n2')
    fault(site)
    work(site)
    site.let_go(across)


def tend(site):
    """What an operator does after a slurmctld that forgot: it starts jobs of which the nodes know already, drains
    these and holds those."""
    for node in site.slurm.command(site.name, 'sinfo', '-hN', '-p', 'main', '-t', 'drain', '-o', '%N', check=False).split():
        site.control('update', f'nodename={node}', 'state=resume', check=False)
    for row in site.slurm.command(site.name, 'squeue', '-h', '-t', 'pending', '-o', '%A %r',
                                  check=False).splitlines():
        if not row.endswith(' Resources'):
            site.control('release', row.split()[0], check=False)
            site.control('update', f'jobid={row.split()[0]}', 'starttime=now', check=False)


def idle(site):
    def is_idle():
        tend(site)
        return site.is_idle()

    site.slurm.until(is_idle, 120, f'{site.name} is idle')


def end_runaways(slurm):
    """slurmctld never tells the end of a run that it forgot; an operator ends these rows, where they began."""
    try:
        slurm.until(lambda: not accounting.rows_without_end(slurm), 15, 'slurmdbd knows every end')
    except SystemExit:
        for site in {row[0] for row in accounting.rows_without_end(slurm)}:
            slurm.command(site, 'sacctmgr', '-i', 'show', 'runawayjobs', f'cluster={site}')


def slurmdbd_away(site):
    site.slurm.end(f'{site.name}.slurmdbd')
    time.sleep(3)
    work(site)
    time.sleep(6)
    site.slurm.up(site.name)


def up_again(site, *names):
    """The site, or these; is over when all nodes are ready, which may need the operator."""
    starting = threading.Thread(target=site.slurm.up, args=names or (site.name,))
    starting.start()
    while starting.is_alive():
        tend(site)
        time.sleep(0.5)


def slurmctld_killed(site):
    site.slurm.end(f'{site.name}.slurmctld')
    time.sleep(3)
    up_again(site)


def slurmctld_restarted(site):
    site.slurm.end(f'{site.name}.slurmctld', signal.SIGTERM)
    time.sleep(2)
    up_again(site)


def slurmctld_without_state(site):
    """Job ids begin at 1 again, and what ran is over."""
    before = {int(row[0]) for row in site.slurm.query(site.name, f'SELECT id_job FROM {site.name}_job_table')}
    site.slurm.end(f'{site.name}.slurmctld')
    shutil.rmtree(site.slurm.folder / site.name / 'state')
    site.slurm.up(site.name)
    again = {int(site.submit('sleep 1')) for _ in range(3)}
    if not again & before:
        raise SystemExit(f'{site.name}: job ids did not begin again: {sorted(before)} and then {sorted(again)}')


def mariadb_killed(site):
    """One for all sites; the first one ends it."""
    if site.name == clusters.SITES[0]:
        site.slurm.end('mariadbd')
    time.sleep(4)
    work(site)
    if site.name == clusters.SITES[0]:
        up_again(site, *clusters.SITES)


def at_all_sites(sites, faults):
    """`faults` by site, all at the same time; over when nothing runs any more."""
    failures = []

    def at(site):
        try:
            during(site, faults[site.name])
            idle(site)
        except BaseException as error:  # a thread's SystemExit would go unseen
            failures.append(f'{site.name}: {error!r}')

    threads = [threading.Thread(target=at, args=(site,)) for site in sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit('\n'.join(failures))


def daemons_fail(world, sites):
    at_all_sites(sites, {'psmn': slurmdbd_away, 'p2chpd': slurmctld_killed, 'pmcs2i': slurmctld_without_state})


def daemons_fail_elsewhere(world, sites):
    at_all_sites(sites, {'psmn': slurmctld_without_state, 'p2chpd': slurmctld_restarted, 'pmcs2i': slurmdbd_away})


def database_fails(world, sites):
    at_all_sites(sites, {name: mariadb_killed for name in clusters.SITES})


def scheduler_away_and_spools_lost(world, sites):
    """What the agents had collected meanwhile and kept for the scheduler is lost as well."""
    world.stop('scheduler')

    def lose_spool(site):
        name = f'agent-{site.name}'
        world.kill(name)
        shutil.rmtree(world.folder / name)
        world.start(name)

    at_all_sites(sites, {name: lose_spool for name in clusters.SITES})
    world.start('scheduler')
    world.wait_until_serving()


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix='mesolys-faults-') as folder, clusters.Clusters() as slurm:
        world = accounting.Mesocentre(build, folder, slurm)
        try:
            world.start_all()
            sites = [jobs.Site(slurm, name, random.Random(rng.random())) for name in clusters.SITES]
            for fault in (daemons_fail, daemons_fail_elsewhere, database_fails, scheduler_away_and_spools_lost):
                fault(world, sites)
                end_runaways(slurm)
                wanted, states = accounting.compare(world, slurm)
                print(f'{fault.__name__}: {sum(states.values())} runs of jobs, {len(wanted)} sums agree to the second',
                      flush=True)
            world.verify()
        finally:
            world.kill_all()


if __name__ == '__main__':
    main()
