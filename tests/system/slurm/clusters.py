"""Three real Slurm clusters in a folder of their own, for the tests of this folder: deploy/slurm does the work."""
import datetime
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SITES = ('psmn', 'p2chpd', 'pmcs2i')
USERS = ('alice', 'bruno', 'chloe', 'denis')
SKIPPED = 77  # what CTest takes for "not run"


def skip_unless_possible():
    if os.geteuid() != 0:
        print('skipped: real clusters need root, for their jobs run under several users')
        sys.exit(SKIPPED)
    if not all(shutil.which(program, path='/usr/sbin:/usr/bin') for program in ('slurmctld', 'mariadbd', 'munged')):
        print('skipped: Slurm is not installed: deploy/install-packages deploy/packages-test')
        sys.exit(SKIPPED)


class Clusters:
    """Started on entry, ended and removed on exit, whatever happens in between."""

    def __init__(self, sites=SITES, users=USERS, begin=None):
        """When `begin` is given the clocks of Slurm begin then, and the daemons live in Paris."""
        self.sites, self.users, self.clock = sites, users, None
        self.sacct, self.squeue = pathlib.Path('/usr/bin/sacct'), pathlib.Path('/usr/bin/squeue')
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='mesolys-slurm-'))
        self.ahead = datetime.timedelta(0)
        if begin:
            self.clock = self.folder / 'clock'
            self.set_clock(begin)
            # The agent gives its programs an environment of their own.
            self.sacct, self.squeue = self.folder / 'sacct', self.folder / 'squeue'
            settings = ' '.join(f'{name}={value}' for name, value in self.clock_environment().items() if name != 'TZ')
            for program in (self.sacct, self.squeue):
                program.write_text(f'#!/bin/sh\nexec env {settings} /usr/bin/{program.name} "$@"\n')
                program.chmod(0o755)
        # Held while a slurmdbd is away, and by what Slurm itself gets wrong then.
        self.accounting = threading.Lock()

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + self.ahead

    def set_clock(self, now):
        """From now on it is so late; what runs sees it."""
        self.ahead = now - datetime.datetime.now(datetime.timezone.utc)
        new = self.clock.with_suffix('.new')
        new.write_text(f'{self.ahead.total_seconds():+.3f}s\n')
        new.rename(self.clock)

    def clock_environment(self):
        """What a program needs to see the same time."""
        if not self.clock:
            return {}
        library, = pathlib.Path('/usr/lib').glob('*/faketime/libfaketimeMT.so.1')
        return {'LD_PRELOAD': str(library), 'FAKETIME_TIMESTAMP_FILE': str(self.clock), 'FAKETIME_NO_CACHE': '1',
                'FAKETIME_DONT_RESET': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'TZ': 'Europe/Paris'}

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.down('--kill', '--clean')
            raise
        return self

    def __exit__(self, *error):
        self.down('--clean')

    def up(self, *sites):
        """Starts what does not run, everywhere or at these sites. The last line that it says."""
        return self.deploy('up', sites=sites)

    def down(self, *options):
        return self.deploy('down', *options)

    def deploy(self, verb, *options, sites=()):
        environment = os.environ | {'MESOLYS_SLURM_SITES': ' '.join(sites or self.sites),
                                    'MESOLYS_SLURM_USERS': ' '.join(self.users)}
        if self.clock:
            environment |= {'MESOLYS_SLURM_CLOCK': str(self.clock), 'TZ': 'Europe/Paris'}
        answer = subprocess.run([ROOT / 'deploy/slurm' / verb, *options, self.folder], stdin=subprocess.DEVNULL,
                                env=environment, capture_output=True, text=True, timeout=180)
        if answer.returncode != 0:
            raise SystemExit(f'deploy/slurm/{verb}: {answer.returncode}\n{answer.stdout}{answer.stderr}')
        return answer.stdout.strip().splitlines()[-1]

    def end(self, daemon, number=signal.SIGKILL):
        """`daemon` is called as its file in run/: "psmn.slurmdbd". It has ended when this answers."""
        pid = int((self.folder / 'run' / f'{daemon}.pid').read_text())
        os.kill(pid, number)
        self.until(lambda: not self.is_alive(pid), 60, f'{daemon} has ended')

    @staticmethod
    def is_alive(pid):
        """The dead whom nobody has collected yet are not."""
        try:
            return (pathlib.Path('/proc') / str(pid) / 'stat').read_text().rpartition(')')[2].split()[0] != 'Z'
        except OSError:
            return False

    def conf(self, site):
        return self.folder / site / 'slurm.conf'

    def command(self, site, *arguments, text=True, check=True):
        """What a command of Slurm says, with times in seconds since 1970."""
        environment = self.clock_environment() | {'PATH': '/usr/bin:/bin', 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8',
                                                  'SLURM_TIME_FORMAT': '%s', 'SLURM_CONF': str(self.conf(site))}
        answer = subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=text,
                                timeout=60)
        if check and answer.returncode != 0:
            raise SystemExit(f'{site}: {arguments}: {answer.returncode}\n{answer.stdout}{answer.stderr}')
        return answer.stdout

    def add_account(self, site, account, *users):
        self.command(site, 'sacctmgr', '-iQ', 'add', 'account', account, f'cluster={site}')
        self.command(site, 'sacctmgr', '-iQ', 'add', 'user', ','.join(users), f'account={account}', f'cluster={site}')

    def submit(self, site, user, account, script, *options):
        """The id of a batch job."""
        answer = self.command(site, 'sbatch', '--parsable', f'--uid={user}', f'--account={account}', '--mem=10',
                              '--time=5', f'--chdir={self.folder}/{site}/jobs', '--output=/dev/null', '--wrap', script,
                              *options)
        return answer.strip().split(';')[0]

    def query(self, site, statement):
        """What the database itself says, as lists of texts."""
        ports = dict(line.split() for line in (self.folder / 'ports').read_text().splitlines())
        answer = subprocess.run(['mariadb', '--no-defaults', '-h127.0.0.1', f'-P{ports["mariadbd"]}', '-uslurm',
                                 '-pslurm', '-N', '-B', f'slurm_{site}', '-e', statement],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        return [line.split('\t') for line in answer.stdout.splitlines()]

    def processes(self):
        """(pid, command line) of what runs in this folder and of the jobs; the dead count no more."""
        found = []
        for entry in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                environment = (entry / 'environ').read_bytes().split(b'\0')
                state = (entry / 'stat').read_text().rpartition(')')[2].split()[0]
                command = (entry / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace')
            except OSError:
                continue
            is_job = any(entry.startswith(f'SLURM_CONF={self.folder}/'.encode()) for entry in environment)
            if state != 'Z' and (is_job or f'MESOLYS_SLURM_DIR={self.folder}'.encode() in environment):
                found.append((int(entry.name), command))
        return found

    @staticmethod
    def until(true, seconds, what):
        """Waits for what another program does."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise SystemExit(f'after {seconds} s still not: {what}')
            time.sleep(0.1)
