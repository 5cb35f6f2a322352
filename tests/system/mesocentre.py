"""The real programs of a mesocentre, in a folder of their own, for the tests of this folder."""
import pathlib
import re
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Mesocentre:
    """A scheduler, the agent of site psmn that replays `records`, and the client of the operator olga."""

    def __init__(self, build, folder, records, replay='', environment=None):
        """`replay` is what the agent's [collector] says besides the file; `environment` is that of all programs, ours
        if none is given."""
        self.build, self.folder, self.environment = pathlib.Path(build), pathlib.Path(folder), environment
        self.port = self.free_port()
        self.processes = {}
        self.write_files(records, replay)

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            return probe.getsockname()[1]

    def write_files(self, records, replay):
        self.certify('site/psmn', 'user/olga')
        catalogue = (ROOT / 'deploy/examples/lyon.toml').read_text()
        catalogue = catalogue.replace('clusters = ["psmn"]', 'clusters = ["psmn", "phillips"]')
        (self.folder / 'catalogue.toml').write_text(catalogue)
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        self.write_agent('agent', 'psmn', f'type = "replay"\nfile = "{records}"\n{replay}')

    def certify(self, *identities):
        subprocess.run([ROOT / 'deploy/throwaway-ca', self.folder / 'tls', 'service/scheduler', *identities],
                       env=self.environment, check=True, stderr=subprocess.DEVNULL)

    def write_scheduler(self, catalogue):
        (self.folder / 'scheduler.toml').write_text(
            f'listen = "127.0.0.1:{self.port}"\ndatabase = "ledger.db"\ncatalogue = "{catalogue}"\n'
            f'metrics_listen = "127.0.0.1:0"\n'
            f'[tls]\nca = "tls/ca.pem"\ncertificate = "tls/service-scheduler.pem"\n'
            f'key = "tls/service-scheduler.key"\n')

    def write_client(self, user):
        """The person who gives the commands of cli() from now on."""
        self.user = user
        (self.folder / f'{user}.toml').write_text(
            f'scheduler = "127.0.0.1:{self.port}"\nca = "tls/ca.pem"\ncertificate = "tls/user-{user}.pem"\n'
            f'key = "tls/user-{user}.key"\nstate_dir = "{self.folder}/{user}"\n')

    def write_agent(self, name, site, collector, enforcer='type = "dry_run"'):
        """`collector` is what its [collector] says, `enforcer` what its [enforcer] does."""
        tls = self.folder / 'tls'
        (self.folder / f'{name}.toml').write_text(
            f'site = "{site}"\nstate_dir = "{self.folder}/{name}"\n'
            f'metrics_listen = "127.0.0.1:0"\n'
            f'[scheduler]\ntarget = "127.0.0.1:{self.port}"\nca = "{tls}/ca.pem"\n'
            f'certificate = "{tls}/site-{site}.pem"\nkey = "{tls}/site-{site}.key"\n'
            f'[report]\ninterval = "1s"\n'
            f'[collector]\n{collector}\n'
            f'[enforcer]\n{enforcer}\n')

    def start(self, name):
        """`name` is that of the program's file: "scheduler", "agent" or "agent-" and more."""
        kind = name.split('-')[0]
        program = {'scheduler': 'scheduler/mesolys-scheduler', 'agent': 'agent/mesolys-agent'}[kind]
        verb = {'scheduler': 'serve', 'agent': 'run'}[kind]
        log = open(self.folder / f'{name}.log', 'ab')
        self.processes[name] = subprocess.Popen(
            [self.build / program, verb, '--config', self.folder / f'{name}.toml'],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def kill(self, name, number=signal.SIGKILL):
        """Whether it ran until now."""
        process = self.processes.pop(name)
        alive = process.poll() is None
        process.send_signal(number)
        process.wait()
        return alive

    def stop(self, name):
        return self.kill(name, signal.SIGTERM)

    def kill_all(self):
        for name in list(self.processes):
            self.kill(name)

    def cli(self, *arguments):
        config = self.folder / f'{self.user}.toml'
        return subprocess.run([self.build / 'client/mesolys', '--config', config, *arguments],
                              env=self.environment, capture_output=True, text=True)

    def done(self, *arguments):
        answer = self.cli(*arguments)
        if answer.returncode != 0:
            raise SystemExit(f'mesolys {" ".join(arguments)}: {answer.returncode}\n{answer.stdout}{answer.stderr}')
        return answer.stdout

    def wait_until_serving(self):
        for _ in range(400):
            if self.cli('whoami').returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit('the scheduler does not answer: ' + (self.folder / 'scheduler.log').read_text()[-2000:])

    def verify(self):
        """The newest revision and the number of jobs."""
        answer = subprocess.run([self.build / 'scheduler/mesolys-scheduler', 'verify', '--database',
                                 self.folder / 'ledger.db'], env=self.environment, capture_output=True, text=True)
        if answer.returncode != 0:
            raise SystemExit(f'verify fails: {answer.stdout}{answer.stderr}')
        return tuple(int(re.search(pattern, answer.stdout).group(1)) for pattern in (r'revision (\d+)', r'(\d+) jobs'))
