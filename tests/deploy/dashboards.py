"""Dashboards and a real Prometheus: starts one that looks every second at the programs that run, and puts the query of
each panel to it as Grafana would."""
import json
import math
import pathlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import grafana_lint

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'deploy/grafana/dashboards'
SHIPPED = ROOT / 'deploy/prometheus'
# What Grafana would put in for a minute of samples, one a second.
BUILT_IN = {'__rate_interval': '10s', '__interval': '1s', '__range': '60s', '__from': '0', '__to': '0'}
SPAN_SECONDS = 60


def load_all():
    return {path.stem: json.loads(path.read_text(encoding='utf-8')) for path in sorted(FOLDER.glob('*.json'))}


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class PrometheusError(Exception):
    pass


class Prometheus:
    """The server of somebody else, at an address."""

    def __init__(self, url):
        self.url = url.rstrip('/')

    def get(self, path, **parameters):
        """`data` of its answer. Raises PrometheusError with what it refuses."""
        text = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f'{self.url}/api/v1/{path}?{text}', timeout=30) as answer:
                return json.load(answer)['data']
        except urllib.error.HTTPError as error:
            body = error.read().decode(errors='replace')
            raise PrometheusError(body[:500]) from error

    def range(self, query, start, end, step=1):
        return self.get('query_range', query=query, start=start, end=end, step=step)['result']

    def instant(self, query, at=None):
        return self.get('query', query=query, time=time.time() if at is None else at)['result']

    def label_values(self, selector, label):
        return self.get(f'label/{label}/values', **{'match[]': selector})


class RunningPrometheus(Prometheus):
    """One of our own on loopback, with the configuration and the rules that are shipped, made a hurry of."""

    def __init__(self, folder, scheduler_port, agent_ports):
        """`agent_ports`: by site."""
        self.folder, port = pathlib.Path(folder), free_port()
        super().__init__(f'http://127.0.0.1:{port}')
        self.write(scheduler_port, agent_ports)
        log = open(self.folder / 'prometheus.log', 'ab')
        self.process = subprocess.Popen(
            ['prometheus', f'--config.file={self.folder}/prometheus.yml', f'--storage.tsdb.path={self.folder}/data',
             f'--web.listen-address=127.0.0.1:{port}', '--log.level=warn'],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def write(self, scheduler_port, agent_ports):
        config = (SHIPPED / 'prometheus.yml').read_text(encoding='utf-8')
        config = config.replace('127.0.0.1:9464', f'127.0.0.1:{scheduler_port}')
        (self.folder / 'prometheus.yml').write_text(re.sub(r'(_interval|_timeout): \d+s', r'\1: 1s', config))
        (self.folder / 'agents.json').write_text(json.dumps(
            [{'targets': [f'127.0.0.1:{port}'], 'labels': {'site': site}} for site, port in agent_ports.items()]))
        for name in ('rules.yml', 'alerts.yml'):
            text = (SHIPPED / name).read_text(encoding='utf-8')
            text = re.sub(r'^( *)interval: \w+$', r'\1interval: 1s', text, flags=re.MULTILINE)
            (self.folder / name).write_text(text)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def wait(self, query, right, seconds=60):
        """Until the first figure of the answer is right."""
        said, end = 'nothing', time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                result = self.instant(query)
                said = result[0]['value'][1] if result else 'nothing'
                if result and right(float(said)):
                    return
            except (OSError, PrometheusError) as error:
                said = str(error)
            time.sleep(0.2)
        log = (self.folder / 'prometheus.log').read_text()[-1000:]
        raise TimeoutError(f'{query} is {said} after {seconds} s\n{log}')


def choose(dashboard, prometheus, preferred):
    """The value of each variable, as a reader finds it: All where that may be chosen, else the one that `preferred`
    names or the first."""
    values = dict(BUILT_IN)
    for name, variable in grafana_lint.variables_of(dashboard, 'query').items():
        match = grafana_lint.LABEL_VALUES.match(variable['query']['query'])
        found = prometheus.label_values(substitute(match[1], values), match[2])
        if not found:
            raise PrometheusError(f'${name} has no value: {variable["query"]["query"]}')
        if variable.get('includeAll'):
            values[name] = variable['allValue']
        else:
            values[name] = preferred[name] if preferred.get(name) in found else found[0]
    return values


def substitute(text, values):
    """With the values of variables; what has none stays."""
    return re.sub(r'\$\{?(\w+)\}?', lambda match: values.get(match[1], match[0]), text)


def ask(prometheus, panel, target, values, end=None, span=SPAN_SECONDS, step=1):
    """What a query of a panel is answered: series with [time, value] each."""
    query, end = substitute(target['expr'], values), time.time() if end is None else end
    if target.get('instant'):
        return [{'metric': each['metric'], 'values': [each['value']]} for each in prometheus.instant(query, end)]
    return prometheus.range(query, end - span, end, step)


def fault(series):
    """What is wrong with an answer; nothing if it has a figure."""
    if not series:
        return 'no answer'
    figures = [float(value) for each in series for _, value in each['values']]
    if not any(math.isfinite(figure) for figure in figures):
        return f'no figure but {series[0]["values"][-1][1]}'
    return None


def faults(prometheus, name, dashboard, preferred, may_be_empty):
    """One line for each query of the dashboard that is refused, has no answer or no figure. `may_be_empty` has the
    (dashboard, panel, query) of those that need none."""
    values = choose(dashboard, prometheus, preferred)
    for panel in grafana_lint.panels_of(dashboard):
        for target in panel['targets']:
            at = (name, panel['title'], target['refId'])
            try:
                wrong = fault(ask(prometheus, panel, target, values))
            except PrometheusError as error:
                wrong = f'refused: {error}'
            if wrong and not (at in may_be_empty and wrong == 'no answer'):
                yield f'{" / ".join(at)}: {wrong}: {substitute(target["expr"], values)}'
