#!/usr/bin/env python3
"""One resource of a project is used up and another is not, on a real cluster, with a QOS for the bonus and without. With
it what needs the used-up one begins at low priority as long as its bonus lasts; without it waits, `why` names what is
used up and what to type, and `balance` lists the hours of GPUs that wait for cores.

  bonus_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

HOURS = 10  # of each resource; the programme's bonus is a quarter
BEGIN = datetime.date.today() - datetime.timedelta(days=1)
GPU = '--gres=gpu:a100:1'


class Bonus:
    def __init__(self, world, slurm):
        self.world, self.slurm = world, slurm

    def associated(self, project):
        """(QOS, default QOS, {TRES: minutes}) of the project's account; nothing of one that is not there yet."""
        rows = self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'account={project}', f'cluster={SITE}',
                                  'format=User,QOS,DefaultQOS,GrpTRESMins').splitlines()
        qos, default, minutes = next((row.split('|')[1:] for row in rows if row.startswith('|')), ('', '', ''))
        pairs = (each.split('=') for each in minutes.split(',') if each)
        return set(qos.split(',')), default, {tres: int(count) for tres, count in pairs}

    def until(self, true, what, project):
        try:
            self.slurm.until(true, 60, what)
        except SystemExit as error:
            raise SystemExit(f'{error}\n{self.associated(project)}\n{self.world.logs()}') from None

    def make(self, project, used_up, spent):
        """A project that has used `spent` hours of one of its resources before the ledger began."""
        world = self.world
        world.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair', '--pi',
                   f'pi-{project}', '--from', str(BEGIN), '--for', '1y')
        world.done('member', 'add', project, 'alice', '--role', 'researcher', '--login', f'{SITE}=alice')
        answer = json.loads(world.done('--format', 'json', 'request', 'create', project, '--cpu', f'{HOURS}h', '--gpu',
                                       f'a100={HOURS}h', '--site', SITE, '--for', '3m', '--justification', 'x'))
        grants = {row['resource']: row['name'] for row in answer['grants']}
        world.done('grant', 'opening-balance', grants[used_up], '--site', SITE, '--amount', f'{spent}h', '--reason', 'x')
        return grants[used_up]

    def is_open(self, project):
        """Its account and its member may submit."""
        rows = self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'account={project}', f'cluster={SITE}',
                                  'format=User,GrpSubmitJobs').splitlines()
        return {'|', 'alice|'} <= set(rows)

    def submit(self, project, minutes, *options):
        self.until(lambda: self.is_open(project), f'{project} is open', project)
        return self.slurm.submit(SITE, 'alice', project, 'sleep 600', '-n1', f'--time={minutes}', *options)

    def becomes(self, job, wanted, project):
        def stands():
            return self.slurm.command(SITE, 'squeue', '-hj', job, '-o', '%T %q %r', check=False).strip() == wanted

        self.until(stands, f'job {job} is {wanted}', project)
        print(f'{project}: job {job}: {wanted}', flush=True)

    def cancel(self, *jobs):
        self.slurm.command(SITE, 'scancel', *jobs)
        for job in jobs:
            self.slurm.until(lambda job=job: not self.slurm.command(SITE, 'squeue', '-hj', job, check=False).strip(), 60,
                             f'job {job} is gone')

    def why(self, name):
        return self.world.done('why', name)

    def stranded(self, project):
        rows = json.loads(self.world.done('--format', 'json', 'balance', project))['stranded']
        return {row['resource']: row['amount_base_units'] for row in rows}


def with_a_qos(bonus):
    grant = bonus.make('cores', 'cpu', HOURS + 1)
    bonus.until(lambda: bonus.associated('cores') == (
        {'low'}, 'low', {'cpu': 90, 'gres/gpu': 600, 'gres/gpu:a100': 600, 'gres/gpu:v100': 0}), 'the bonus is open', 'cores')
    job = bonus.submit('cores', 60, GPU)
    bonus.becomes(job, 'RUNNING low None', 'cores')
    longer = bonus.submit('cores', 100, GPU)
    bonus.becomes(longer, 'PENDING low AssocGrpCPUMinutesLimit', 'cores')
    said = bonus.why(grant)
    if f'of cpu at low priority at {SITE}' not in said:
        raise SystemExit(said)
    if bonus.stranded('cores'):
        raise SystemExit('what a bonus lets go on is not stranded')
    bonus.cancel(job, longer)

    bonus.make('gpus', 'gpu-a100', HOURS + 1)
    bonus.until(lambda: bonus.associated('gpus') == (
        {'low', 'normal'}, 'low', {'cpu': 600, 'gres/gpu': 90, 'gres/gpu:a100': 90, 'gres/gpu:v100': 0}), 'so is that', 'gpus')
    job = bonus.submit('gpus', 60, GPU)
    bonus.becomes(job, 'RUNNING low None', 'gpus')
    longer = bonus.submit('gpus', 100, GPU)
    bonus.becomes(longer, 'PENDING low AssocGrpGRESMinutes', 'gpus')
    usual = bonus.submit('gpus', 100, '--qos=normal')
    bonus.becomes(usual, 'RUNNING normal None', 'gpus')
    bonus.cancel(job, longer, usual)


def without_a_qos(bonus):
    grant = bonus.make('nocores', 'cpu', HOURS)
    bonus.until(lambda: bonus.associated('nocores')[2].get('gres/gpu') == 600, 'its GPUs are open', 'nocores')
    job = bonus.submit('nocores', 60, GPU)
    bonus.becomes(job, 'PENDING normal AssocGrpCPUMinutesLimit', 'nocores')
    for name in (grant, 'nocores'):
        if 'mesolys request create nocores' not in bonus.why(name) or 'low priority' in bonus.why(name):
            raise SystemExit(bonus.why(name))
    said = bonus.why('nocores') + bonus.world.done('why', 'job', f'{SITE}:{job}')
    print(said, flush=True)
    if 'wait at psmn' not in said or 'nothing is left of the grants of nocores of cpu' not in said:
        raise SystemExit(said)
    if bonus.stranded('nocores') != {'gpu-a100': HOURS * 3600}:
        raise SystemExit(f'stranded: {bonus.stranded("nocores")}')
    bonus.cancel(job)

    bonus.make('nogpus', 'gpu-a100', HOURS)
    bonus.until(lambda: bonus.associated('nogpus')[2].get('cpu') == 600, 'its cores are open', 'nogpus')
    job, cores = bonus.submit('nogpus', 60, GPU), bonus.submit('nogpus', 100)
    bonus.becomes(job, 'PENDING normal AssocGrpGRESMinutes', 'nogpus')
    bonus.becomes(cores, 'RUNNING normal None', 'nogpus')
    said = bonus.world.done('why', 'job', f'{SITE}:{job}')
    if 'nothing is left of the grants of nogpus of gpu-a100' not in said or bonus.stranded('nogpus'):
        raise SystemExit(said)
    bonus.cancel(job, cores)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    for test, more in ((with_a_qos, '\nbonus_qos = "low"'), (without_a_qos, '')):
        with tempfile.TemporaryDirectory(prefix='mesolys-bonus-') as folder, clusters.Clusters(sites=(SITE,)) as slurm:
            slurm.command(SITE, 'sacctmgr', '-i', 'add', 'qos', 'low')
            world = one_site.OneSite(build, folder, slurm,
                                     enforcer=f'type = "slurm"\ninterval = "1s"\nqos = ["normal"]{more}')
            try:
                world.start('scheduler')
                world.wait_until_serving()
                world.start('agent')
                test(Bonus(world, slurm))
                world.verify()
            except BaseException:
                print(world.logs())
                raise
            finally:
                world.kill_all()
    print('a bonus is spent where there is a QOS for it, and nothing is promised where there is none')


if __name__ == '__main__':
    main()
