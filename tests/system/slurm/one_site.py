"""A scheduler and the agent of one site with a real Slurm of two nodes, for the tests of this folder. Its catalogue
promises exactly what the two nodes have: 64 cores, four a100 and four v100."""
import json
import pathlib
import re
import subprocess
import sys
import urllib.request

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import mesocentre  # noqa: E402

SITE = 'psmn'
PROMISED = {'cpu': 64, 'gpu-a100': 4, 'gpu-v100': 4}


class OneSite(mesocentre.Mesocentre):
    def __init__(self, build, folder, slurm, collector='', enforcer='type = "dry_run"'):
        """`collector` is what the agent's [collector] says besides its clusters, `enforcer` all of its [enforcer]."""
        self.slurm, self.collector, self.enforcer = slurm, collector, enforcer
        super().__init__(build, folder, None)

    def write_files(self, records, replay):
        self.certify('user/olga', f'site/{SITE}')
        before, after = (mesocentre.ROOT / 'deploy/examples/lyon.toml').read_text().split(f'[sites.{SITE}]')
        for resource, units in PROMISED.items():
            after = re.sub(f'resource = "{resource}", units = [0-9]+, availability = [0-9.]+',
                           f'resource = "{resource}", units = {units}, availability = 1.0', after, count=1)
        (self.folder / 'catalogue.toml').write_text(f'{before}[sites.{SITE}]{after}')
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        self.write_agent('agent', SITE, f'type = "slurm"\nclusters = ["{SITE}"]\nslurm_conf = "{self.slurm.conf(SITE)}"\n'
                                        f'means_interval = "1s"\n{self.collector}', self.enforcer)

    def agent(self, verb):
        return subprocess.run([self.build / 'agent/mesolys-agent', verb, '--config', self.folder / 'agent.toml'],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def show(self):
        return json.loads(self.done('--format', 'json', 'site', 'show', SITE))

    def means(self):
        """What `site show` says that the site has, by resource."""
        return {row['resource']: row for row in self.show()['means']}

    def metric(self, series):
        port = re.findall(r'/metrics \(port (\d+)\)', (self.folder / 'scheduler.log').read_text())[-1]
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics', timeout=10) as page:
            for line in page.read().decode().splitlines():
                name, _, number = line.rpartition(' ')
                if name == series:
                    return float(number)
        return None

    def logs(self):
        return ''.join(f'\n== {path.name}\n' + path.read_text()[-3000:] for path in self.folder.glob('*.log'))
