#!/usr/bin/env python3
"""Jobs are judged as they are submitted to a real Slurm: a GPU without a model gets one and runs as such, what is too
long is told so in the words of `why job` and goes on, an account that is closed, unknown or somebody else's is
refused, each in the language of the job; and without the agent's file of now everything passes, as a metric says.

  submission_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

BEGIN = datetime.date.today() - datetime.timedelta(days=1)
TYPED = re.compile(r'TresPer\w+=(\S+)')


class Judged(one_site.OneSite):
    def write_agent(self, name, site, collector, enforcer=''):
        super().write_agent(name, site, collector, f'type = "slurm"\ninterval = "1s"\nprotected_accounts = ["staff"]\n'
                                                   f'[submission]\nfolder = "{self.slurm.folder}/submission"')

    @property
    def file(self):
        return self.slurm.folder / f'submission/{SITE}.txt'

    def says(self, line):
        return self.file.exists() and line in self.file.read_text().splitlines()

    def until_it_says(self, line):
        try:
            self.slurm.until(lambda: self.says(line), 60, f'{self.file} says {line}')
        except SystemExit as error:
            raise SystemExit(f'{error}:\n{self.file.exists() and self.file.read_text()}{self.logs()}') from None

    def agent_metric(self, name):
        port = re.findall(r'/metrics \(port (\d+)\)', (self.folder / 'agent.log').read_text())[-1]
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics', timeout=10) as page:
            found = re.search(rf'^{name}{{site="{SITE}"}} (\S+)$', page.read().decode(), re.MULTILINE)
        return float(found.group(1))

    def run_slurm(self, *words, **environment):
        """(exit status, what it printed, what it said)."""
        told = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'SLURM_CONF': str(self.slurm.conf(SITE))} | environment
        answer = subprocess.run(words, env=told, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return answer.returncode, answer.stdout, answer.stderr

    def sbatch(self, *options, user='alice', account='climat', **environment):
        status, told, said = self.run_slurm(
            'sbatch', '--parsable', f'--uid={user}', f'--account={account}', '--mem=10', '--time=5',
            f'--chdir={self.slurm.folder}/{SITE}/jobs', '--output=/dev/null', '--wrap=true', *options, **environment)
        return status, told.strip().split(';')[0], said

    def taken(self, *options, said='', **more):
        """The id of a job that Slurm took, and said no more of than this."""
        status, job, told = self.sbatch(*options, **more)
        if status != 0 or said not in told or bool(told) != bool(said):
            raise SystemExit(f'sbatch {options} {more}: {status}, not in silence or not {said!r}:\n{told}{self.logs()}')
        return job

    def refused(self, *options, said, **more):
        status, job, told = self.sbatch(*options, **more)
        if status == 0 or said not in told:
            raise SystemExit(f'sbatch {options} {more}: {status} {job}, not refused, or not {said!r}:\n{told}{self.logs()}')
        print(told.strip(), flush=True)

    def associations(self, account):
        """"GrpSubmitJobs|User|" of the account itself and of each of its users."""
        return set(self.slurm.command(SITE, 'sacctmgr', '-np', 'show', 'assoc', 'where', f'account={account}',
                                      f'cluster={SITE}', 'format=GrpSubmitJobs,User').splitlines())

    def shown(self, job):
        return self.slurm.command(SITE, 'scontrol', '-o', 'show', 'job', job)


def grant(world, project, *arguments):
    answer = json.loads(world.done('--format', 'json', 'request', 'create', project, '--justification', 'x', '--site',
                                   SITE, '--for', '3m', *arguments))
    return [row['name'] for row in answer['grants']]


def set_up(world):
    world.start('scheduler')
    world.wait_until_serving()
    for project in ('climat', 'bio'):
        world.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair',
                   '--pi', f'pi-{project}', '--from', str(BEGIN), '--for', '1y')
    for project, user in (('climat', 'alice'), ('climat', 'bruno'), ('bio', 'bruno')):
        world.done('member', 'add', project, user, '--role', 'researcher', '--login', f'{SITE}={user}')
    grants = grant(world, 'climat', '--cpu', '6h', '--gpu', 'a100=2h')
    grants += grant(world, 'climat', '--gpu', 'v100=1h')
    grant(world, 'bio', '--cpu', '2h', '--gpu', 'v100=1h')
    world.slurm.add_account(SITE, 'staff', 'alice')
    world.start('agent')
    for line in ('project climat open', 'member climat bruno', 'left climat gpu-a100 7200', 'left bio gpu-v100 3600',
                 'partition main a100,v100', 'free staff'):
        world.until_it_says(line)
    for account, user in (('climat', 'alice'), ('bio', 'bruno')):
        world.slurm.until(lambda: {'||', f'|{user}|'} <= world.associations(account), 60, f'{account} is open to {user}')
    return grants


def give_models(world, slurm):
    """Of every way to ask for GPUs; what Slurm then keeps is typed, and what it counts, too."""
    asked = (('--gpus=1',), ('--gres=gpu:1',), ('--gres=gpu',), ('--gpus-per-node=1',), ('--gpus-per-task=1', '-n2'),
             ('--gpus-per-socket=1', '--sockets-per-node=1'), ('--gpus=1', '--cpus-per-gpu=2'),
             ('--gpus=1', '--gpus-per-node=1', '-N1'), ('--gpus=1', '--gpu-bind=none'), ('--array=1-2', '--gpus=1'))
    jobs = {options: world.taken(*options) for options in asked}
    for options, job in jobs.items():
        typed = TYPED.findall(world.shown(job))
        if not typed or not all(re.fullmatch(r'gres:gpu:a100(:\d)?', each) for each in typed):
            raise SystemExit(f'{options}: {typed} of\n{world.shown(job)}')
    other = world.taken('--gpus=v100:1')
    if TYPED.findall(world.shown(other)) != ['gres:gpu:v100:1']:
        raise SystemExit(f'a model that was named: {world.shown(other)}')
    # Each of its parts has nodes of its own, and one node has that model.
    het = world.taken(f'--nodelist={SITE}-n2', ':', '--gpus=1', '--account=climat', '--mem=10')
    if TYPED.findall(world.shown(het)) != ['gres:gpu:a100:1']:
        raise SystemExit(f'a job of two parts: {world.shown(het)}')
    try:
        slurm.until(lambda: not slurm.command(SITE, 'squeue', '-h').strip(), 120, 'all of them have run')
    except SystemExit as error:
        raise SystemExit(f'{error}:\n{slurm.command(SITE, "squeue", "-o", "%i %T %r %b %C %D")}') from None
    rows = slurm.command(SITE, 'sacct', '-nXPaS', 'now-1hour', '-o', 'JobIDRaw,AllocTRES').splitlines()
    counted = dict(row.split('|') for row in rows)
    for job in (*jobs.values(), other):
        model = 'v100' if job == other else 'a100'
        if f'gres/gpu:{model}=' not in counted[job]:
            raise SystemExit(f'job {job} was counted as {counted[job]}')
    print(f'{len(jobs)} ways to ask for a GPU got its model', flush=True)


def tell_and_refuse(world):
    too_long = 'it asks more gpu-a100 than is left of the grants of climat at psmn: '
    for options in (('--gpus=1', '--time=200'), ('--gpus=a100:2', '--time=110')):
        job = world.taken(*options, said=f'sbatch: mesolys: {too_long}')
        world.slurm.command(SITE, 'scancel', job)
    job = world.taken('--gpus=1', '--time=200', LC_ALL='fr_FR.UTF-8', said="il demande plus de gpu-a100 qu'il n'en reste")
    world.slurm.command(SITE, 'scancel', job)
    world.refused(account='nobody', said='its account nobody belongs to no project')
    world.refused(account='nobody', LC_ALL='', LANG='fr_FR', said="son compte nobody n'est celui d'aucun projet")
    world.refused(account='bio', said='alice is no member of bio at psmn; its PI adds you: `mesolys member add bio')
    world.refused('--gpus=1', account='bio', user='bruno', said='bio has hours of v100 (1 h); name them')
    world.taken(account='staff')
    status, _, said = world.run_slurm('srun', '--uid=alice', '--account=nobody', '-n1', 'true')
    if status == 0 or 'its account nobody belongs to no project' not in said:
        raise SystemExit(f'srun: {status}, {said}')


def close(world, grants):
    for name in grants:
        world.done('grant', 'revoke', name, '--reason', 'the test', '--yes')
    world.until_it_says('project climat closed')
    # First it is used up, then it has ended.
    world.refused(said='; ask for more hours with `mesolys request create climat`')
    later = grant(world, 'climat', '--cpu', '1h', '--from', str(BEGIN + datetime.timedelta(days=30)))
    world.slurm.until(lambda: 'next climat ' in world.file.read_text(), 60, 'a grant is to come')
    world.refused(said='submit it with `--begin=')
    # Slurm holds the account closed until then; what says so is not the plug-in.
    status, _, said = world.sbatch(f'--begin={BEGIN + datetime.timedelta(days=31)}')
    if 'mesolys' in said:
        raise SystemExit(f'what begins after the next grant: {status} {said}')
    return later


def let_pass_without_a_file(world, slurm):
    written = world.agent_metric('mesolys_agent_submission_written_timestamp_seconds')
    if not time.time() - 60 < written <= time.time() or world.agent_metric('mesolys_agent_submission_failures_total') != 0:
        raise SystemExit(f'the metric: {written}')
    world.stop('agent')
    head, _, rest = world.file.read_text().partition('\n')
    words = head.split()
    for change in ('old', 'garbage', 'gone'):
        if change == 'old':
            world.file.write_text(f'{words[0]} {words[1]} {int(words[2]) - 700} {words[3]}\n{rest}')
        elif change == 'garbage':
            world.file.write_text(f'{head[:-1]}x\nos.execute("touch {world.folder}/planted")\n{rest}')
        else:
            world.file.unlink()
        status, _, said = world.sbatch(account='nobody')
        if status == 0 or 'mesolys' in said or 'Invalid account' not in said:
            raise SystemExit(f'a file that is {change}: {status} {said}')
        job = world.taken('--gpus=1', account='bio', user='bruno')
        if TYPED.findall(world.shown(job)) != ['gres:gpu:1']:
            raise SystemExit(f'a file that is {change}: {world.shown(job)}')
        slurm.command(SITE, 'scancel', job)
    logged = (slurm.folder / f'log/{SITE}.slurmctld.log').read_text()
    for why in ('is not of now', 'cannot be read', 'there is no file of the agent'):
        if f'mesolys: the file of the agent {why}: every job passes' not in logged and \
                f'mesolys: {why}' not in logged:
            raise SystemExit(f'slurmctld did not log: {why}')
    if (world.folder / 'planted').exists():
        raise SystemExit('a line of the file ran')
    print('without a file of now everything passes', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-submission-') as folder, \
            clusters.Clusters(sites=(SITE,), users=('alice', 'bruno')) as slurm:
        world = Judged(build, folder, slurm)
        try:
            grants = set_up(world)
            checked = world.agent('check').stdout
            for line in (f'pass  {SITE}: JobSubmitPlugins: lua, by ', 'pass  folder of [submission]: can write to '):
                if line not in checked:
                    raise SystemExit(f'check: {checked}')
            give_models(world, slurm)
            tell_and_refuse(world)
            close(world, grants)
            let_pass_without_a_file(world, slurm)
        except BaseException:
            print(world.logs())
            raise
        finally:
            world.kill_all()
    print('jobs are judged as they are submitted')


if __name__ == '__main__':
    main()
