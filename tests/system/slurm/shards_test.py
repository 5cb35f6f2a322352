#!/usr/bin/env python3
"""GPUs that several jobs share, on a real cluster whose nodes give each of four v100 away in four shards: a project with
hours of cores alone holds no shard, and four shards for a while are one GPU's time, charged and limited as such; where
Slurm does not count them `check` warns.

  shards_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

BEGIN = datetime.date.today() - datetime.timedelta(days=1)
SHARDS = '--gres=shard:4'


def give_shards(slurm, counted):
    """Again with shards on the node of the v100, which slurmctld counts or not."""
    slurm.down()
    conf, gres = slurm.conf(SITE), slurm.conf(SITE).with_name('gres.conf')
    text = conf.read_text()
    if 'gpu,shard' not in text:
        text = text.replace('GresTypes=gpu', 'GresTypes=gpu,shard').replace('gpu:v100:4', 'gpu:v100:4,shard:v100:16')
        node = re.search(r'NodeName=(\S+) .*Gres=gpu:v100:4,shard', text)[1]
        gres.write_text(gres.read_text() + f'NodeName={node} Name=shard Type=v100 Count=16\n')
    if counted:
        text = re.sub(r'(?m)^(AccountingStorageTRES=.*)$', r'\1,gres/shard,gres/shard:v100', text)
    conf.write_text(text)
    slurm.up()


class Shards:
    def __init__(self, world, slurm):
        self.world, self.slurm = world, slurm

    def until(self, true, what):
        try:
            self.slurm.until(true, 60, what)
        except SystemExit as error:
            limits = self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'format=Account,User,GrpTRESMins,GrpJobs')
            raise SystemExit(f'{error}\n{limits}\n{self.slurm.command(SITE, "squeue", "-o", "%i %T %r %b")}') from None

    def make(self, project, *asked):
        self.world.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair',
                        '--pi', f'pi-{project}', '--from', str(BEGIN), '--for', '1y')
        self.world.done('member', 'add', project, 'alice', '--role', 'researcher', '--login', f'{SITE}=alice')
        self.world.done('request', 'create', project, *asked, '--site', SITE, '--for', '3m', '--justification', 'x')
        self.until(lambda: self.is_open(project), f'{project} is open')

    def is_open(self, project):
        rows = self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'account={project}', f'cluster={SITE}',
                                  'format=User,GrpSubmitJobs').splitlines()
        return {'|', 'alice|'} <= set(rows)

    def submit(self, project, seconds, minutes, *options):
        return self.slurm.submit(SITE, 'alice', project, f'sleep {seconds}', '-n1', f'--time={minutes}', *options)

    def becomes(self, job, wanted):
        self.until(lambda: self.slurm.command(SITE, 'squeue', '-hj', job, '-o', '%T %r', check=False).strip() == wanted,
                   f'job {job} is {wanted}')
        print(f'job {job}: {wanted}', flush=True)

    def settled(self, project):
        lines = json.loads(self.world.done('--format', 'json', 'balance', project))['totals']
        return {line['resource']: line['settled_base_units'] for line in lines}


def where_they_are_counted(shards):
    shards.make('cores', '--cpu', '10h')
    shards.becomes(shards.submit('cores', 60, 10, SHARDS), 'PENDING AssocGrpGRESMinutes')

    shards.make('gpus', '--cpu', '10h', '--gpu', 'v100=2h')
    shards.becomes(shards.submit('gpus', 600, 150, SHARDS), 'PENDING AssocGrpGRESMinutes')
    job = shards.submit('gpus', 12, 10, SHARDS)
    shards.until(lambda: shards.settled('gpus').get('gpu-v100', 0) > 0, f'job {job} is charged')
    row = shards.slurm.command(SITE, 'sacct', '-nXPj', job, '-o', 'ElapsedRaw').strip()
    if shards.settled('gpus')['gpu-v100'] != int(row):
        raise SystemExit(f'four shards for {row} s: {shards.settled("gpus")}')
    print(f'four shards for {row} s are {row} s of a v100', flush=True)
    answer = shards.world.agent('check')
    if 'AccountingStorageTRES' in answer.stdout and re.search(r'(WARN|FAIL)[^\n]*shard', answer.stdout):
        raise SystemExit(answer.stdout)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-shards-') as folder, clusters.Clusters(sites=(SITE,)) as slurm:
        world = one_site.OneSite(build, folder, slurm, enforcer='type = "slurm"\ninterval = "1s"')
        try:
            give_shards(slurm, counted=False)
            world.start('scheduler')
            world.wait_until_serving()
            answer = world.agent('check')
            if not re.search(r'(WARN|FAIL)[^\n]*shard', answer.stdout):
                raise SystemExit(f'check says nothing of shards:\n{answer.stdout}{answer.stderr}')
            give_shards(slurm, counted=True)
            world.start('agent')
            where_they_are_counted(Shards(world, slurm))
            world.verify()
        except BaseException:
            print(world.logs())
            raise
        finally:
            world.kill_all()
    print('a shard is charged and limited as its part of a GPU')


if __name__ == '__main__':
    main()
