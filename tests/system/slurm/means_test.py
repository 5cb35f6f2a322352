#!/usr/bin/env python3
"""What a real cluster really has: nodes that are drained, down, in maintenance, reserved in part or behind a
partition that is down are seen in `site show` and in the metrics, and so is what is missing of what the catalogue
promises. A scontrol and a sacct that hang, never end or tell garbage are counted, charged to nobody, and
forgotten when they are well again.

  means_test.py BUILD_DIR"""
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

STATES = ('available', 'down', 'drained', 'maintenance', 'reserved')
# A program of Slurm whose illness stands in a file beside it.
ILL = '''#!/bin/sh
case $(cat "$0.illness") in
  hangs) exec sleep 1000 ;;
  endless) exec yes 'NodeName=n1 State=SINGING' ;;
  fails) echo 'error: Unable to contact' >&2; exit 1 ;;
  garbage) {program} "$@"; printf 'NodeName=zz State=SINGING\\n\\377\\376|garbage\\n'; head -c 10000000 /dev/zero | tr '\\0' x
           printf '\\n{site}\\037999999' ;;
  *) exec {program} "$@" ;;
esac
'''


def until(world, right, what, seconds=90):
    end = time.monotonic() + seconds
    while not right():
        if time.monotonic() > end:
            raise SystemExit(f'after {seconds} s still not: {what}\n{world.show()}{world.logs()}')
        time.sleep(0.2)


def counts(world, resource):
    row = world.means().get(resource, {})
    return {state: row[f'{state}_count'] for state in STATES if row.get(f'{state}_count')}


def expect(world, what, **resources):
    """`resources` by name, with _ for -: the units in each state."""
    wanted = {name.replace('_', '-'): states for name, states in resources.items()}
    until(world, lambda: {name: counts(world, name) for name in wanted} == wanted, f'{what}: {wanted}')
    for name, states in wanted.items():
        short = one_site.PROMISED[name] - states.get('available', 0)
        if world.means()[name]['shortfall_count'] != short:
            raise SystemExit(f'{what}: {world.means()[name]}')
        labels = f'site="{SITE}",resource="{name}"'
        for state in STATES:
            series = f'mesolys_site_capacity_units{{{labels},state="{state}"}}'
            if world.metric(series) != states.get(state, 0):
                raise SystemExit(f'{what}: {series} is {world.metric(series)}, not {states.get(state, 0)}')
        if world.metric(f'mesolys_site_capacity_shortfall_units{{{labels}}}') != short:
            raise SystemExit(f'{what}: the metric of the shortfall is not {short}')
    print(f'{what}: {wanted}', flush=True)


def follow_the_cluster(world, slurm):
    def control(*arguments):
        slurm.command(SITE, 'scontrol', *arguments)

    everything = {'cpu': {'available': 64}, 'gpu_a100': {'available': 4}, 'gpu_v100': {'available': 4}}
    expect(world, 'all is well', **everything)
    if 'SHORT OF' in world.done('site', 'show', SITE).split('RESOURCE')[0]:
        raise SystemExit(world.done('site', 'show', SITE))

    control('update', f'nodename={SITE}-n1', 'state=drain', 'reason=disk State=IDLE')
    expect(world, 'a node is drained', cpu={'available': 32, 'drained': 32}, gpu_a100={'drained': 4},
           gpu_v100={'available': 4})
    shown = world.done('site', 'show', SITE)
    if '32 cpu, 4 gpu-a100' not in shown or '32 cpu, 4 gpu-a100' not in world.done('site', 'list'):
        raise SystemExit(f'what is missing is not marked:\n{shown}')
    control('update', f'nodename={SITE}-n1', 'state=resume')

    # With a slurmd that is well it would return by itself.
    slurm.end(f'{SITE}.slurmd.{SITE}-n2')
    control('update', f'nodename={SITE}-n2', 'state=down', 'reason=test')
    expect(world, 'a node is down', cpu={'available': 32, 'down': 32}, gpu_v100={'down': 4})
    slurm.up()

    control('create', 'reservation', 'ReservationName=m', 'StartTime=now', 'Duration=60', 'Users=root', 'Flags=MAINT',
            f'Nodes={SITE}-n2')
    expect(world, 'a maintenance has begun', cpu={'available': 32, 'maintenance': 32}, gpu_v100={'maintenance': 4})
    control('delete', 'ReservationName=m')

    control('create', 'reservation', 'ReservationName=half', 'StartTime=now', 'Duration=60', 'Users=root', 'NodeCnt=1',
            'CoreCnt=4')
    expect(world, 'four cores are reserved', cpu={'available': 60, 'reserved': 4})
    control('delete', 'ReservationName=half')

    for partition in ('main', 'low', 'spare'):
        control('update', f'PartitionName={partition}', 'State=DOWN')
    expect(world, 'every partition is down', cpu={'down': 64}, gpu_a100={'down': 4})
    control('update', 'PartitionName=low', 'State=UP')
    expect(world, 'one partition is up', **everything)
    for partition in ('main', 'spare'):
        control('update', f'PartitionName={partition}', 'State=UP')


def bear_ill_programs(world, folder):
    def fall_ill(program, illness):
        (folder / f'{program}.illness').write_text(illness)

    def problem():
        return world.show()['site'].get('problem') or ''

    def set_aside():
        path = folder / 'agent' / 'quarantine.txt'
        return path.read_text().splitlines() if path.exists() else []

    def quarantined():
        return world.show()['site']['quarantined_count']

    for program in ('scontrol', 'sacct'):
        # An endless one is too much or too long, whichever comes first.
        for illness, words in (('hangs', ('not done after',)), ('endless', ('not done after', 'bytes of output')),
                               ('fails', ('exit status 1',))):
            fall_ill(program, illness)
            until(world, lambda: program in problem() and any(word in problem() for word in words),
                  f'{program} {illness}: {words}')
            if world.metric(f'mesolys_site_problem{{site="{SITE}"}}') != 1:
                raise SystemExit(f'{program} {illness}: the metric says that nothing hinders the site')
            if world.means()['cpu']['available_count'] != 64:
                raise SystemExit(f'{program} {illness}: {world.means()}')
            fall_ill(program, 'none')
            until(world, lambda: problem() == '', f'{program} is well again')
        before = quarantined()
        fall_ill(program, 'garbage')
        for reason in ('longer than 65536 bytes', 'the line was cut'):
            until(world, lambda: any(line.startswith(program) and reason in line for line in set_aside()),
                  f'garbage of {program} is set aside: {reason}')
        until(world, lambda: world.metric(f'mesolys_site_quarantined_total{{site="{SITE}"}}') == quarantined(),
              'the metric counts it')
        fall_ill(program, 'none')
        print(f'{program}: {quarantined() - before} lines set aside', flush=True)
    until(world, lambda: world.means()['cpu']['available_count'] == 64, 'the nodes are seen')
    unassigned = world.done('--format', 'json', 'usage', 'list', '--unassigned')
    if '"account"' in unassigned:
        raise SystemExit(f'garbage was charged: {unassigned}')


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-means-') as name, \
            clusters.Clusters(sites=(SITE,), users=('root',)) as slurm:
        folder = pathlib.Path(name)
        for program in ('scontrol', 'sacct'):
            (folder / program).write_text(ILL.format(program=f'/usr/bin/{program}', site=SITE))
            (folder / program).chmod(0o755)
            (folder / f'{program}.illness').write_text('none')
        world = one_site.OneSite(build, folder, slurm, f'scontrol = "{folder}/scontrol"\nsacct = "{folder}/sacct"\n'
                                                       f'deadline = "3s"\nin_flight_interval = "1s"\n')
        try:
            world.start('scheduler')
            world.wait_until_serving()
            world.start('agent')
            follow_the_cluster(world, slurm)
            bear_ill_programs(world, folder)
            world.stop('agent')
            once = world.agent('once')
            if once.returncode != 0 or 'means: cpu: 64 available, 0 down' not in once.stdout:
                raise SystemExit(f'once: {once}')
            world.verify()
        finally:
            world.kill_all()
    print('what the cluster has was seen, whatever happened to it')


if __name__ == '__main__':
    main()
