#!/usr/bin/env python3
"""Jobs of every kind on three real clusters, collected by the real agents while they run, and while agents and a
slurmdbd are killed: the ledger equals, to the second, an independent sum over sacct and one over Slurm's
database, per project, user, resource and cluster.

  usage_test.py BUILD_DIR [SEED]"""
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import accounting  # noqa: E402
import clusters  # noqa: E402
import jobs  # noqa: E402


def run_jobs(world, slurm, rng):
    failures = []

    def at(name, seed):
        try:
            jobs.everything(jobs.Site(slurm, name, random.Random(seed)))
        except BaseException as error:  # a thread's SystemExit would go unseen
            failures.append(f'{name}: {error!r}')

    threads = [threading.Thread(target=at, args=(name, rng.random())) for name in clusters.SITES]
    for thread in threads:
        thread.start()
    disturb(world, slurm, rng, threads)
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit('\n'.join(failures))


def disturb(world, slurm, rng, threads):
    """Kills agents at random moments while the jobs run, and a slurmdbd for a while."""
    kills = 0
    outage = threading.Timer(25, let_slurmdbd_be_away, [slurm])
    outage.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(rng.uniform(0.2, 4))
        name = f'agent-{rng.choice(clusters.SITES)}'
        if not world.kill(name):
            raise SystemExit(f'{name} had stopped by itself{world.logs()}')
        world.start(name)
        kills += 1
    outage.join()
    print(f'{kills} agents were killed')


def let_slurmdbd_be_away(slurm):
    with slurm.accounting:
        slurm.end('psmn.slurmdbd')
        time.sleep(12)
        slurm.up('psmn')
        # slurmctld tries again every few seconds.
        slurm.until(lambda: 'DBD Agent queue size: 0' in slurm.command('psmn', 'sdiag'), 60, 'slurmdbd has everything')


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    with tempfile.TemporaryDirectory(prefix='mesolys-usage-') as folder, clusters.Clusters() as slurm:
        world = accounting.Mesocentre(build, folder, slurm)
        try:
            world.start_all()
            run_jobs(world, slurm, random.Random(seed))
            wanted, states = accounting.compare(world, slurm)
            world.verify()
        finally:
            world.kill_all()
    print(f'{sum(states.values())} runs of jobs: {dict(sorted(states.items()))}')
    print(f'{len(wanted)} sums agree to the second, {sum(wanted.values())} core- and GPU-seconds in all')


if __name__ == '__main__':
    main()
