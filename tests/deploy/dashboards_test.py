#!/usr/bin/env python3
"""Every panel of every dashboard, asked of a real Prometheus that looks at the real programs: a scheduler and the
agents of three sites that replay recorded jobs. Whatever has no answer, or no figure, is named with dashboard, panel
and query.   dashboards_test.py BUILD_DIR"""
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'system')]
import dashboards  # noqa: E402
import draw_panels  # noqa: E402
import mesocentre  # noqa: E402
import node_folder  # noqa: E402
import served_metrics  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
ROOT = HERE.parents[1]
SITES = ('psmn', 'p2chpd', 'pmcs2i')
RECORDED_END = 1768845600  # 2026-01-19T18:00:00Z, when the last of the recorded jobs ended
SAMPLES = 25
DEADLINE_SECONDS = 120
PREFERRED = {'site': 'psmn', 'project': 'chair-ia'}

NO_SLURM = 'only agents of a real Slurm site read what the site has'
QUIET = 'no alert fires'
MAY_BE_EMPTY = {
    ('site', 'Cores by state', 'A'): NO_SLURM,
    ('site', 'GPUs by state', 'A'): NO_SLURM,
    ('site', 'Short of what is promised', 'A'): NO_SLURM,
    ('operations', 'Alerts by name', 'A'): QUIET,
    ('project', 'Used up in', 'A'): 'the recorded jobs are over at once: then nothing is used any more',
}
# Families of which nothing is served where nothing of the kind is there.
MAY_BE_MISSING = set(served_metrics.served(served_metrics.SCHEDULER_OF_SLURM))


class World:
    """A mesocentre in which something is going on, and a Prometheus that looks at it."""

    def __init__(self, build, folder):
        self.folder = pathlib.Path(folder)
        self.mesocentre = mesocentre.Mesocentre(build, self.folder, self.records('psmn'), self.replay())
        self.prometheus, self.stopping = None, threading.Event()
        self.caller = threading.Thread(target=self.keep_busy)

    @staticmethod
    def records(site):
        return ROOT / f'deploy/examples/records/{site}.txt'

    @staticmethod
    def replay():
        """The recorded times move so that the last job ended an hour ago."""
        end = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(RECORDED_END))
        return f'shift = "{int(time.time()) - 3600 - RECORDED_END}s"\nobserve_time = "{end}"'

    def start(self):
        world = self.mesocentre
        world.certify(*(f'site/{site}' for site in SITES), 'user/olga')
        (self.folder / 'catalogue.toml').write_text((ROOT / 'deploy/examples/lyon.toml').read_text())
        self.prepend('scheduler', 'project_metrics = true')
        for site in SITES:
            replay = f'type = "replay"\nfile = "{self.records(site)}"\n{self.replay()}'
            world.write_agent(f'agent-{site}', site, replay)
        world.start('scheduler')
        world.wait_until_serving()
        self.give()
        for site in SITES:
            world.start(f'agent-{site}')
        self.ports = {name: self.port(name) for name in ('scheduler', *(f'agent-{site}' for site in SITES))}
        self.prometheus = dashboards.RunningPrometheus(self.folder, self.ports['scheduler'],
                                                       {site: self.ports[f'agent-{site}'] for site in SITES})
        self.caller.start()

    def prepend(self, name, line):
        path = self.folder / f'{name}.toml'
        path.write_text(f'{line}\n{path.read_text()}')

    def give(self):
        """Projects, as in the quick start, with grants that began before the recorded jobs."""
        start, end = (time.strftime('%Y-%m-%d', time.gmtime(time.time() + days * 86400)) for days in (-20, 160))
        span = ('--from', start, '--to', end)
        for project, programme, pi in (('chair-ia', 'chair', 'alice'), ('these-vision', 'phd-track', 'chloe')):
            self.mesocentre.done('project', 'create', project, '--title', 'T', '--institution', 'cnrs', '--programme',
                                 programme, '--pi', pi, *span)
        self.mesocentre.done('request', 'create', 'chair-ia', '--cpu', '40000h', '--gpu', 'a100=800h', '--site',
                             'psmn', '--storage', 'scratch=20TB', '--justification', 'J', *span)
        self.mesocentre.done('request', 'create', 'these-vision', '--gpu', 'a100=300h', '--site', 'psmn',
                             '--justification', 'J', *span)

    def port(self, name):
        """Where a program says that its metrics are."""
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            found = re.findall(r'/metrics \(port (\d+)\)', (self.folder / f'{name}.log').read_text())
            if found:
                return int(found[-1])
            time.sleep(0.05)
        raise TimeoutError(f'{name} does not say where its metrics are: ' +
                         (self.folder / f'{name}.log').read_text()[-1000:])

    def keep_busy(self):
        """Reads, changes and a refusal, again and again: so there are calls and commits while Prometheus looks."""
        number = 0
        while not self.stopping.wait(0.2):
            number += 1
            self.mesocentre.cli('balance', 'chair-ia')
            self.mesocentre.cli('member', 'add', 'chair-ia', f'guest{number}', '--role', 'researcher')
            self.mesocentre.cli('project', 'show', 'nobody')

    def page(self, name, path='/metrics'):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.ports[name]}{path}', timeout=10) as page:
            return page.read().decode()

    def stop(self):
        self.stopping.set()
        if self.caller.ident is not None:
            self.caller.join(60)
        if self.prometheus is not None:
            self.prometheus.stop()
        self.mesocentre.kill_all()


class DashboardsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if BUILD is None or shutil.which('prometheus') is None:
            raise unittest.SkipTest('needs BUILD_DIR and prometheus; deploy/packages-test names its package')
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.world = World(BUILD, folder.name)
        cls.addClassCleanup(cls.world.stop)
        cls.world.start()
        wait = cls.world.prometheus.wait
        wait('count(up)', lambda targets: targets == 2 + len(SITES), DEADLINE_SECONDS)
        wait('min(count_over_time(up[5m]))', lambda samples: samples >= SAMPLES, DEADLINE_SECONDS)
        wait('min(sum by (site) (mesolys_used_seconds))', lambda used: used > 0, DEADLINE_SECONDS)

    def test_every_panel_has_an_answer(self):
        for name, dashboard in dashboards.load_all().items():
            with self.subTest(name):
                wrong = list(dashboards.faults(self.world.prometheus, name, dashboard, PREFERRED, MAY_BE_EMPTY))
                self.assertEqual(wrong, [], '\n' + '\n'.join(wrong))

    def test_grafanas_own_panels_draw_them(self):
        """The pictures stay in $MESOLYS_PANELS_OUT, if that is set, for a person to look at."""
        out = pathlib.Path(os.environ.get('MESOLYS_PANELS_OUT') or self.world.folder / 'drawn')
        try:
            empty = draw_panels.draw_all(self.world.prometheus, out, PREFERRED, minutes=1)
        except node_folder.NoNode as error:
            self.skipTest(str(error))
        self.assertEqual(set(empty) - {(name, panel) for name, panel, _ in MAY_BE_EMPTY}, set())
        for name in dashboards.load_all():
            self.assertGreater((out / f'{name}.png').stat().st_size, 20000, name)

    def test_the_exceptions_are_panels_that_exist(self):
        panels = {(name, panel['title'], target['refId']) for name, dashboard in dashboards.load_all().items()
                  for panel in dashboards.grafana_lint.panels_of(dashboard) for target in panel['targets']}
        self.assertEqual(set(MAY_BE_EMPTY) - panels, set())

    def test_every_target_answers_and_every_rule_is_in_health(self):
        prometheus = self.world.prometheus
        self.assertEqual([each['metric'] for each in prometheus.instant('up == 0')], [])
        rules = [rule for group in prometheus.get('rules')['groups'] for rule in group['rules']]
        self.assertGreater(len(rules), 30)
        self.assertEqual([(rule['name'], rule['lastError']) for rule in rules if rule['health'] != 'ok'], [])

    def test_a_healthy_mesocentre_raises_no_alert(self):
        # Nor is one pending: a world of two minutes is too young for most of them to fire.
        alerts = self.world.prometheus.instant('ALERTS')
        # The disk of the machine that tests is none of ours.
        self.assertEqual([each['metric'] for each in alerts
                          if each['metric']['alertname'] != 'MesolysDiskNearlyFull'], [])

    def test_the_list_of_what_is_served_is_what_is_served(self):
        for program, path, table in (
                ('scheduler', '/metrics', served_metrics.served(served_metrics.SCHEDULER,
                                                                served_metrics.SCHEDULER_OF_SLURM)),
                ('scheduler', '/metrics/projects', served_metrics.served(served_metrics.PROJECTS)),
                ('agent-psmn', '/metrics', served_metrics.served(served_metrics.AGENT))):
            with self.subTest(program=program, path=path):
                self.compare(self.world.page(program, path), table)

    def compare(self, page, table):
        kinds = dict(re.findall(r'^# TYPE (mesolys_\w+) (\w+)$', page, re.MULTILINE))
        found = {}
        for name, labels in re.findall(r'^(mesolys_\w+)(?:\{(.*)\})? \S+$', page, re.MULTILINE):
            found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
        self.assertEqual(set(found) - set(table), set())
        self.assertEqual(set(table) - set(found) - MAY_BE_MISSING, set())
        for name, labels in found.items():
            self.assertEqual(labels, set(table[name].labels) - {'job', 'instance'}, name)
            kind = kinds.get(name) or kinds.get(re.sub('_(bucket|sum|count)$', '', name))
            self.assertIn(table[name].kind, (kind, 'counter' if kind == 'histogram' else kind), name)


if __name__ == '__main__':
    unittest.main()
