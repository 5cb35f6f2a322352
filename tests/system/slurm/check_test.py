#!/usr/bin/env python3
"""`mesolys-agent check` on a real cluster: all is well, then one fact after the other is wrong, and it says which
line to change.

  check_test.py BUILD_DIR"""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

ENFORCE = 'AccountingStorageEnforce=associations,limits,qos,safe'
TRES = 'AccountingStorageTRES=gres/gpu,gres/gpu:a100,gres/gpu:v100'
# What is written instead of what, the exit status, and what is said.
FACTS = ((ENFORCE, 'AccountingStorageEnforce=associations', 1, f'-> {ENFORCE} in '),
         (ENFORCE, 'AccountingStorageEnforce=associations,limits,qos', 3, f'-> {ENFORCE} in '),
         (ENFORCE, '', 1, f'-> {ENFORCE} in '),
         ('PriorityType=priority/multifactor', 'PriorityType=priority/basic', 1, '-> PriorityType=priority/multifactor'),
         (TRES, 'AccountingStorageTRES=gres/gpu', 1, f'-> {TRES} in '),
         ('JobSubmitPlugins=lua', '', 3, '-> JobSubmitPlugins=lua in '))


def check(world, status, *said):
    answer = world.agent('check')
    if answer.returncode != status or not all(text in answer.stdout for text in said):
        raise SystemExit(f'check: {answer.returncode}, not {status}, or not {said}:\n{answer.stdout}{answer.stderr}'
                         f'{world.logs()}')
    return answer.stdout


def with_another_line(world, slurm, right, wrong, status, said):
    conf = slurm.conf(SITE)
    good = conf.read_text()
    if right not in good.splitlines():
        raise SystemExit(f'{right} is not a line of slurm.conf')
    conf.write_text(good.replace(f'{right}\n', f'{wrong}\n'))
    try:
        slurm.end(f'{SITE}.slurmctld')
        slurm.up()
        check(world, status, said)
        print(f'{wrong or "no " + right}: exit status {status}', flush=True)
    finally:
        conf.write_text(good)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-check-') as folder, \
            clusters.Clusters(sites=(SITE,), users=('root',)) as slurm:
        world = one_site.OneSite(build, folder, slurm)
        try:
            check(world, 1, f'FAIL  scheduler 127.0.0.1:{world.port}: ')
            world.start('scheduler')
            world.wait_until_serving()
            print(check(world, 0, ' 0 warned, 0 failed', 'pass  munge: ', f'pass  {SITE}: slurmctld: '), flush=True)
            for fact in FACTS:
                with_another_line(world, slurm, *fact)
            slurm.end(f'{SITE}.slurmctld')
            check(world, 1, f'FAIL  {SITE}: slurmctld: ')
            slurm.end(f'{SITE}.slurmdbd')
            check(world, 1, 'FAIL  slurmdbd: ')
            slurm.end(f'{SITE}.munged')
            check(world, 1, 'FAIL  munge: ')
            slurm.up()
            check(world, 0, ' 0 warned, 0 failed')
        finally:
            world.kill_all()
    print('check saw every fact')


if __name__ == '__main__':
    main()
