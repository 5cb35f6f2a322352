"""Short jobs of every kind that Slurm knows, at one site. Each function is over when its jobs need nothing more
but time."""
import sys
import time

# What people call their jobs, a forged row of somebody else's among it.
NAMES = ['plain', 'a|b|c', '"quoted" \'twice\'', 'été à Saint-Étienne ✓', 'two\nlines', 'tab\tand\x1fdelimiter', '-n', '%j;$(id)',
         'x\npsmn\x1f999999\x1fclimat\x1falice\x1fmain\x1fnormal\x1fCOMPLETED\x1f1\x1f1\x1f999999999\x1f00:00:00\x1f1\x1f'
         'cpu=4096,node=1']


class Site:
    def __init__(self, slurm, name, rng):
        self.slurm, self.name, self.rng = slurm, name, rng
        self.gates = {}  # by job: the file for which it waits
        for account, users in (('climat', ('alice', 'bruno')), ('bio', ('bruno', 'chloe', 'denis'))):
            slurm.add_account(name, account, *users)

    def submit(self, script, *options):
        account = self.rng.choice(['climat', 'bio'])
        user = self.rng.choice({'climat': ['alice', 'bruno'], 'bio': ['bruno', 'chloe', 'denis']}[account])
        return self.slurm.submit(self.name, user, account, script, *options)

    def control(self, *arguments, check=True):
        return self.slurm.command(self.name, 'scontrol', *arguments, check=check)

    def state(self, job):
        """slurmctld soon forgets a job that is over, and then accounting knows it."""
        answer = self.control('-o', 'show', 'job', job, check=False)
        fields = dict(field.split('=', 1) for field in answer.split() if '=' in field)
        if 'JobState' in fields:
            return fields['JobState']
        rows = self.slurm.command(self.name, 'sacct', '-nXP', '-S', 'now-1hour', '-j', job, '-o', 'State', check=False)
        return rows.split()[0] if rows.split() else 'UNKNOWN'

    def wait(self, job, *states):
        try:
            self.slurm.until(lambda: self.state(job) in states, 120, f'job {job} of {self.name} is {states}')
        except SystemExit as error:
            raise SystemExit(f'{error}, but {self.state(job)}\n{self.control("show", "job", job, check=False)}') from None

    def running(self, *options):
        """The id of a job that runs now, and until it is let go: however slow the machine is."""
        gate = self.slurm.folder / self.name / f'jobs/go.{self.rng.getrandbits(64)}'
        job = self.submit(f'until [ -e {gate} ]; do sleep 0.1; done', *options)
        self.gates[job] = gate
        self.wait(job, 'RUNNING')
        return job

    def let_go(self, job):
        self.gates[job].touch()

    def is_idle(self):
        return not self.slurm.command(self.name, 'squeue', '-h').strip()

    def is_back(self, node):
        """A node that was down comes back by itself when it registers, or is told to."""
        self.control('update', node, 'state=resume', check=False)
        return 'State=IDLE ' in self.control('-o', 'show', 'node', node.split('=')[1])

    def start_now(self, job):
        """Slurm lets a requeued job wait for two minutes; a few seconds are needed to clean up its last run."""
        self.wait(job, 'PENDING')
        time.sleep(3)

        def runs():
            state = self.state(job)
            if state != 'PENDING':
                return state == 'RUNNING' or sys.exit(f'{self.name}: job {job} is {state}')
            self.control('update', f'jobid={job}', 'starttime=now', check=False)
            return False

        self.slurm.until(runs, 120, f'job {job} of {self.name} runs again')


def plain(site, count):
    for number in range(count):
        options = [f'-n{site.rng.randint(1, 4)}', f'--job-name={NAMES[number % len(NAMES)]}']
        options += site.rng.choice([[], ['--gpus=1'], ['--gres=gpu:2'], ['--exclusive']])
        site.submit(f'sleep {site.rng.randint(0, 3)}; exit {site.rng.choice([0, 0, 1])}', *options)


def arrays_and_het(site):
    site.submit('sleep 1', '--array=1-5%2', '-n2')
    site.submit('sleep $((SLURM_ARRAY_TASK_ID % 3))', '--array=3,7,9')
    user, account = 'bruno', 'climat'
    site.slurm.submit(site.name, user, account, 'sleep 2', '-n1', ':', '-n3', '--gpus=1', f'--account={account}',
                      '--mem=10')


def cancelled(site):
    held = site.submit('sleep 100', '--hold')
    site.slurm.command(site.name, 'scancel', held)
    job = site.running('-n2')
    time.sleep(1)
    site.slurm.command(site.name, 'scancel', job)


def requeued(site):
    job = site.running('-n3')
    time.sleep(2)
    site.control('requeue', job)
    site.start_now(job)
    time.sleep(1)
    site.control('requeuehold', job)
    site.wait(job, 'PENDING')
    time.sleep(1)
    site.control('release', job)
    site.start_now(job)
    site.let_go(job)


def suspended(site):
    job = site.running('-n2')
    for _ in range(2):
        time.sleep(1)
        site.control('suspend', job)
        time.sleep(2)
        site.control('resume', job)
    site.let_go(job)
    last = site.running()
    time.sleep(1)
    site.control('suspend', last)
    time.sleep(2)
    site.slurm.command(site.name, 'scancel', last)


def resized(site):
    """While slurmdbd is away the row of the first part would never get its end."""
    with site.slurm.accounting:
        job = site.running('-N2', '-n6')
        time.sleep(2)
        site.control('update', f'jobid={job}', 'numnodes=1')
        # Within the second in which it began, too: its first part lasted no time.
        soon = site.running('-N2', '-n4')
        site.control('update', f'jobid={soon}', 'numnodes=1')
        time.sleep(2)
        site.let_go(job)
        site.let_go(soon)


def preempted(site):
    """Needs the whole cluster."""
    low = site.running('--partition=low', '-N2', '--exclusive')
    time.sleep(2)
    site.submit('sleep 1', '-N2', '--exclusive')
    site.start_now(low)
    site.let_go(low)
    site.wait(low, 'COMPLETED')
    spare = site.running('--partition=spare', '-N2', '--exclusive')
    time.sleep(1)
    site.submit('sleep 1', '-N2', '--exclusive')
    site.wait(spare, 'PREEMPTED')


def node_failure(site):
    node = f'nodename={site.name}-n2'
    job = site.running('-w', f'{site.name}-n2', '-n2')
    lost = site.running('-w', f'{site.name}-n2', '--no-requeue')
    time.sleep(1)
    site.control('update', node, 'state=down', 'reason=test')
    site.wait(lost, 'NODE_FAIL')
    site.wait(job, 'PENDING')
    site.slurm.until(lambda: site.is_back(node), 60, f'{node} is back')
    site.start_now(job)
    site.let_go(job)


def timeout(site):
    """Runs for the one minute that it may."""
    site.submit('sleep 300', '--time=1', '-n1', '--gpus=1')


def everything(site):
    timeout(site)
    plain(site, 18)
    arrays_and_het(site)
    for kind in (cancelled, requeued, suspended, resized):
        kind(site)
    site.slurm.until(site.is_idle, 180, f'{site.name} is idle')
    preempted(site)
    node_failure(site)
    site.slurm.until(site.is_idle, 180, f'{site.name} is idle')
