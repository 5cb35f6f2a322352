#!/usr/bin/env python3
"""What is shipped for Prometheus and Grafana: rules that promtool takes and whose cases pass, alerts with a page and a
case each, dashboards that keep the rules, and a linter that finds what breaks each of them."""
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import grafana_lint  # noqa: E402
import promql  # noqa: E402
import served_metrics  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / 'deploy/prometheus'
RUNBOOKS = ROOT / 'deploy/runbooks'
DASHBOARDS = sorted((ROOT / 'deploy/grafana/dashboards').glob('*.json'))
CASES = sorted(pathlib.Path(__file__).resolve().parent.glob('*_test.yml'))


def promtool(*words):
    return subprocess.run(['promtool', *map(str, words)], capture_output=True, text=True, timeout=300)


def load(name):
    return json.loads((ROOT / f'deploy/grafana/dashboards/{name}.json').read_text(encoding='utf-8'))


class RulesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which('promtool') is None:
            raise unittest.SkipTest('promtool is missing; deploy/packages-test names its package')
        cls.text = (PROMETHEUS / 'alerts.yml').read_text(encoding='utf-8')
        cls.alerts = re.findall(r'^ *- alert: (\w+)$', cls.text, re.MULTILINE)

    def test_promtool_takes_configuration_and_rules(self):
        for words in (('check', 'config', PROMETHEUS / 'prometheus.yml'),
                      ('check', 'rules', PROMETHEUS / 'rules.yml', PROMETHEUS / 'alerts.yml')):
            answer = promtool(*words)
            self.assertEqual((answer.returncode, answer.stderr), (0, ''), answer.stdout + answer.stderr)

    def test_the_cases_pass(self):
        self.assertGreater(len(CASES), 3, 'the cases were not found')
        answer = promtool('test', 'rules', *CASES)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_each_alert_fires_in_a_case_and_stays_quiet_in_one(self):
        text = ''.join(path.read_text(encoding='utf-8') for path in CASES)
        checks = re.findall(r'^ *alertname: (\w+)\n( *exp_alerts:\n)?', text, re.MULTILINE)
        fires = {name for name, expected in checks if expected}
        quiet = {name for name, expected in checks if not expected}
        self.assertEqual((set(self.alerts) - fires, set(self.alerts) - quiet), (set(), set()))
        self.assertEqual((fires | quiet) - set(self.alerts), set())

    def test_each_recording_rule_has_a_case(self):
        text = ''.join(path.read_text(encoding='utf-8') for path in CASES)
        asked = set(re.findall(r'^ *- expr: .*?([a-z_]+:[a-z_]+:\w+)', text, re.MULTILINE))
        self.assertEqual(set(served_metrics.recorded()), asked)

    def test_each_alert_has_a_page_and_each_page_an_alert(self):
        self.assertEqual(len(self.alerts), len(set(self.alerts)))
        self.assertEqual(set(self.alerts), {page.stem for page in RUNBOOKS.glob('*.md')})
        self.assertEqual(re.findall(r'^ *runbook: deploy/runbooks/(\w+)\.md$', self.text, re.MULTILINE), self.alerts)

    def test_each_alert_says_how_long_how_bad_and_what(self):
        for block in re.split(r'^ *- alert: ', self.text, flags=re.MULTILINE)[1:]:
            for key in (r'for: \d+[mh]', r'labels: {severity: (critical|warning)}', 'summary: ', 'description: '):
                self.assertRegex(block, key, block)

    def test_each_page_says_what_to_do_and_leads_to_pages_that_exist(self):
        for page in RUNBOOKS.glob('*.md'):
            text = page.read_text(encoding='utf-8')
            self.assertTrue(text.startswith(f'# {page.stem}\n'), page)
            self.assertEqual(re.findall(r'^## (.*)$', text, re.MULTILINE),
                             ['How to look', 'What to do', 'When it is over'], page)
            for words in ('**At risk:**', '**Not at risk:**'):
                self.assertIn(words, ' '.join(text.split()), page)
            for link in re.findall(r'\]\((.*?)\)', text):
                self.assertTrue((RUNBOOKS / link).is_file(), f'{page}: {link}')

    def test_each_page_names_commands_that_exist(self):
        """The client's help shows each of its commands once."""
        help_texts = ''.join(path.read_text(encoding='utf-8') for path in sorted((ROOT / 'client').rglob('*.cc')))
        shown = set(re.findall(r'"mesolys ([a-z-]+ ?[a-z-]*)', help_texts))
        words = {command.split()[0] for command in shown}
        for page in RUNBOOKS.glob('*.md'):
            text = ' '.join(page.read_text(encoding='utf-8').split())
            for noun, verb in re.findall(r'(?<![\w-])mesolys ([a-z]+)(?: ([a-z-]+))?', text):
                stands_alone = noun in words and noun in ('balance', 'quote', 'why', 'whoami')
                is_known = stands_alone or f'{noun} {verb}' in shown
                self.assertTrue(is_known, f'{page}: mesolys {noun} {verb}')

    def test_rules_name_only_what_is_served(self):
        known = set(served_metrics.all_series())
        for name in ('rules.yml', 'alerts.yml'):
            text = (PROMETHEUS / name).read_text(encoding='utf-8')
            for metric in set(re.findall(r'mesolys_[a-z_0-9]+(?=[{\[\s),])', re.sub('#.*', '', text))):
                self.assertIn(metric, known, name)


class DashboardsTest(unittest.TestCase):
    def setUp(self):
        self.lint = grafana_lint.Lint(served_metrics.all_series())

    def test_all_are_there_and_keep_the_rules(self):
        self.assertEqual({path.stem for path in DASHBOARDS}, {'mesocentre', 'site', 'project', 'operations'})
        for path in DASHBOARDS:
            found = list(self.lint.check(path, json.loads(path.read_text(encoding='utf-8'))))
            self.assertEqual(found, [], path)

    def test_promtool_reads_the_queries_as_we_do(self):
        """Our reader of PromQL is small; Prometheus's own is the judge."""
        rules = []
        for path in DASHBOARDS:
            for panel in grafana_lint.panels_of(json.loads(path.read_text(encoding='utf-8'))):
                for target in panel['targets']:
                    query = target['expr'].replace('$__rate_interval', '1m')
                    rules.append({'record': f'query_{len(rules)}', 'expr': query})
        self.assertGreater(len(rules), 100)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / 'queries.yml'
            file.write_text(json.dumps({'groups': [{'name': 'queries', 'rules': rules}]}))
            answer = promtool('check', 'rules', file)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_what_is_no_promql_is_refused(self):
        for query in ('', 'sum(', 'a b', 'rate(a[5m]', 'a{b=c}', 'sum by a (b)', 'a +', '{a="b"', 'a[5m', ')'):
            with self.subTest(query), self.assertRaises(promql.PromqlError):
                promql.parse(query)

    def test_each_planted_fault_is_found(self):
        for number, (rule, name, break_it) in enumerate(FAULTS):
            dashboard = copy.deepcopy(load(name))
            break_it(dashboard)
            found = {kind for _, kind, _ in self.lint.check(f'{name}.json', dashboard)}
            with self.subTest(rule=rule, fault=number):
                self.assertIn(rule, found)

    def test_each_rule_has_a_planted_fault(self):
        source = pathlib.Path(grafana_lint.__file__).read_text(encoding='utf-8')
        rules = set(re.findall(r"'((?:[a-z]+-)+rule|uneditable-dashboard)'", source))
        self.assertEqual(rules, {rule for rule, _, _ in FAULTS})

    def test_the_program_names_file_panel_and_rule(self):
        dashboard = load('site')
        panel(dashboard, 'Busy cores')['description'] = ''
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / 'site.json'
            file.write_text(json.dumps(dashboard))
            answer = subprocess.run([sys.executable, grafana_lint.__file__, file], capture_output=True, text=True)
        self.assertEqual((answer.returncode, answer.stdout),
                         (1, f'{file}: Busy cores: a title and a description are right '
                             '(panel-title-description-rule)\n'))


def panel(dashboard, title):
    return next(each for each in grafana_lint.panels_of(dashboard) if each['title'] == title)


def variable(dashboard, name):
    return next(each for each in dashboard['templating']['list'] if each['name'] == name)


def query(title, text):
    """Gives a panel's first query another text."""
    return lambda dashboard: panel(dashboard, title)['targets'][0].update(expr=text)


def unit(title, text):
    return lambda dashboard: panel(dashboard, title)['fieldConfig']['defaults'].update(unit=text)


def without(name):
    def remove(dashboard):
        dashboard['templating']['list'] = [each for each in dashboard['templating']['list'] if each['name'] != name]
    return remove


CHOSEN = 'job=~"$job", site=~"$site"'
USED = f'mesolys_used_seconds{{{CHOSEN}, resource=~"$resource"}}'
RECORDS = f'mesolys_agent_sent_records_total{{{CHOSEN}}}'
SEEN = f'mesolys_site_last_seen_timestamp_seconds{{{CHOSEN}}}'
# Rule, dashboard, what breaks it.
FAULTS = [
    ('uneditable-dashboard', 'site', lambda board: board.update(editable=True)),
    ('settings-rule', 'site', lambda board: board.update(uid='site')),
    ('settings-rule', 'site', lambda board: board.update(tags=[])),
    ('settings-rule', 'site', lambda board: board.update(timezone='utc')),
    ('settings-rule', 'site', lambda board: board.update(description='')),
    ('template-datasource-rule', 'site', without('datasource')),
    ('template-datasource-rule', 'site', lambda board: variable(board, 'datasource').update(query='loki')),
    ('template-datasource-rule', 'site', lambda board: variable(board, 'site').update(datasource={'uid': 'mine'})),
    ('template-job-rule', 'site', without('job')),
    ('template-job-rule', 'site', lambda board: variable(board, 'job').update(multi=False)),
    ('template-site-rule', 'mesocentre', without('site')),
    ('template-on-time-change-reload-rule', 'site', lambda board: variable(board, 'site').update(refresh=1)),
    ('template-label-promql-rule', 'site', lambda board: variable(board, 'site').update(query='psmn, p2chpd')),
    ('template-label-promql-rule', 'site', lambda board: variable(board, 'site').update(query='label_values(a{, b)')),
    ('template-label-promql-rule', 'site',
     lambda board: variable(board, 'site').update(query='label_values(mesolys_projects, site)')),
    ('known-metric-rule', 'site',
     lambda board: variable(board, 'site').update(query='label_values(node_load1, site)')),
    ('known-metric-rule', 'site', query('Busy cores', f'mesolys_busy_cores{{{CHOSEN}}}')),
    ('panel-datasource-rule', 'site', lambda board: panel(board, 'Busy cores').update(datasource={'uid': 'mine'})),
    ('panel-datasource-rule', 'site',
     lambda board: panel(board, 'Busy cores')['targets'][0].update(datasource={'uid': 'mine'})),
    ('panel-title-description-rule', 'site', lambda board: panel(board, 'Busy cores').update(title='')),
    ('panel-kind-rule', 'site', lambda board: panel(board, 'Busy cores').update(type='piechart')),
    ('panel-units-rule', 'site', unit('Busy cores', 'cores')),
    ('panel-units-rule', 'site', unit('Busy cores', None)),
    ('panel-no-targets-rule', 'site', lambda board: panel(board, 'Busy cores').update(targets=[])),
    ('panel-id-rule', 'site', lambda board: panel(board, 'Busy cores').update(id=1)),
    ('panel-id-rule', 'site', lambda board: panel(board, 'Core hours')['targets'][0].update(refId='B')),
    ('grid-rule', 'site', lambda board: panel(board, 'Busy cores')['gridPos'].update(y=0)),
    ('grid-rule', 'site', lambda board: panel(board, 'Busy cores')['gridPos'].update(x=20)),
    ('target-promql-rule', 'site', query('Busy cores', f'sum({USED}')),
    ('target-legend-rule', 'site', lambda board: panel(board, 'Busy cores')['targets'][0].pop('legendFormat')),
    ('target-rate-interval-rule', 'site', query('Records', f'rate({RECORDS}[5m])')),
    ('target-job-rule', 'site', query('Records', 'rate(mesolys_agent_sent_records_total{site=~"$site"}[5m])')),
    ('target-variable-rule', 'site', query('Records', 'rate(mesolys_agent_sent_records_total{job=~"$job"}[5m])')),
    ('target-counter-agg-rule', 'site', query('Records', RECORDS)),
    ('target-counter-agg-rule', 'site', query('Records', f'rate(sum({RECORDS})[$__rate_interval:])')),
    ('gauge-rate-rule', 'site', query('Busy cores', f'rate({USED}[$__rate_interval])')),
    ('unit-name-rule', 'site', unit('Core hours', 's')),
    ('panel-units-rule', 'site', unit('Core hours', 'h')),
    ('unit-name-rule', 'site', query('Core hours', USED)),
    ('unit-name-rule', 'site', query('Last seen', SEEN)),
    ('unit-name-rule', 'site', unit('Disk that is free', 'bytes')),
    ('unit-name-rule', 'site', unit('Records', 'none')),
    ('unit-name-rule', 'site', query('Busy cores', f'{USED} + {SEEN}')),
    ('unit-name-rule', 'operations', unit('Time of a commit', 'wps')),
    ('unit-name-rule', 'mesocentre', unit('Space that there is', 'si:h')),
]


if __name__ == '__main__':
    unittest.main()
