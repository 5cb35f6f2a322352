#!/usr/bin/env python3
"""Reads dashboards and says what is wrong with them, one line each: file: panel: what (rule). Exit status 1 if
there is anything.   grafana_lint.py FILE...

Rules are called as those of Grafana's dashboard-linter where they ask the same. Its rules about the label `instance`
ask here for the labels that our series have: a dashboard that lets people choose a site shows no series of another
site."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import dimension  # noqa: E402
import promql  # noqa: E402
import served_metrics  # noqa: E402

DATASOURCE = {'type': 'prometheus', 'uid': '${datasource}'}
KINDS = {'timeseries', 'stat', 'bargauge', 'table'}
WIDTH = 24
ON_TIME_CHANGE = 2
LABEL_VALUES = re.compile(r'label_values\((.+),\s*(\w+)\)$')


def panels_of(dashboard):
    """All but rows, those of closed rows included."""
    for panel in dashboard.get('panels', []):
        if panel.get('type') == 'row':
            yield from panel.get('panels', [])
        else:
            yield panel


def variables_of(dashboard, kind):
    return {each.get('name'): each for each in dashboard.get('templating', {}).get('list', [])
            if each.get('type') == kind}


def targets_of(panel):
    """The queries of a panel with their trees; a tree is None where the query cannot be read."""
    for target in panel.get('targets', []):
        try:
            yield target, promql.parse(target.get('expr', ''))
        except promql.PromqlError:
            yield target, None


class Lint:
    def __init__(self, series):
        """`series` is what may be asked for, by name."""
        self.series = series

    def check(self, name, dashboard):
        """(panel, rule, what) of everything that is wrong; the panel is "" for the dashboard itself."""
        for rule in (check_settings, check_datasource, check_job, self.check_variables, self.check_site, check_grid):
            for kind, what in rule(dashboard, name):
                yield '', kind, what
        for panel in panels_of(dashboard):
            for rule in (check_panel, check_unit, check_targets, self.check_series, self.check_unit_by_name):
                for kind, what in rule(panel, dashboard):
                    yield panel.get('title') or f'panel {panel.get("id")}', kind, what

    # Variables.

    def check_variables(self, dashboard, _):
        for name, variable in variables_of(dashboard, 'query').items():
            if variable.get('refresh') != ON_TIME_CHANGE:
                yield 'template-on-time-change-reload-rule', f'${name} is not read again when the time range changes'
            query = variable.get('query')
            text = query.get('query', '') if isinstance(query, dict) else query or ''
            match = LABEL_VALUES.match(text)
            if not match:
                yield 'template-label-promql-rule', f'${name}: "{text}" is not label_values(SERIES, LABEL)'
                continue
            try:
                read = promql.selectors(promql.parse(match[1]))
            except promql.PromqlError as error:
                yield 'template-label-promql-rule', f'${name}: {error}'
                continue
            for selector, _ in read:
                known = self.known(selector)
                if not known:
                    yield 'known-metric-rule', f'${name} asks for {selector.name}, which nobody serves'
                elif not all(match[2] in each.labels for each in known):
                    yield 'template-label-promql-rule', f'${name}: {selector.name} has no label {match[2]}'

    def check_site(self, dashboard, _):
        """Of a site there may be many, so the reader chooses."""
        asked = [selector for panel in panels_of(dashboard) for _, tree in targets_of(panel) if tree
                 for selector, _ in promql.selectors(tree)]
        if 'site' not in variables_of(dashboard, 'query') and any(
                'site' in each.labels for selector in asked
                for each in self.known(selector)):
            yield 'template-site-rule', 'series have the label site, but there is no variable $site'

    def known(self, selector):
        """What may be read of a selector: one entry, or those that a matcher of names lets through."""
        if selector.name:
            return [self.series[selector.name]] if selector.name in self.series else []
        patterns = [value for label, operator, value in selector.matchers if (label, operator) == ('__name__', '=~')]
        return [each for name, each in self.series.items() if patterns and re.fullmatch(patterns[0], name)]

    # Queries.

    def check_series(self, panel, dashboard):
        choices = set(variables_of(dashboard, 'query'))
        for _, tree in targets_of(panel):
            for selector, above in promql.selectors(tree) if tree else []:
                known = self.known(selector)
                if not known:
                    yield 'known-metric-rule', f'{selector.name} is served by nobody'
                for label in sorted(choices & frozenset().union(*(each.labels for each in known))):
                    # A choice of one value may also be matched exactly.
                    if not any(selector.has(label, operator, f'${label}') for operator in ('=~', '=')):
                        rule = 'target-job-rule' if label == 'job' else 'target-variable-rule'
                        yield rule, f'{selector.name} is not narrowed by {label}=~"${label}"'
                if any(each.kind == 'counter' for each in known):
                    yield from check_counter(selector, above)
                elif above and getattr(above[-1], 'name', '') in ('rate', 'irate', 'increase'):
                    yield 'gauge-rate-rule', f'{selector.name} is a gauge: deriv() or delta() is right, not ' \
                                             f'{above[-1].name}()'

    def check_unit_by_name(self, panel, _):
        overrides = panel.get('fieldConfig', {}).get('overrides', [])
        unit = panel.get('fieldConfig', {}).get('defaults', {}).get('unit')
        for target, tree in targets_of(panel):
            if tree is None or unit is None:
                continue
            own = unit_of(target.get('refId'), overrides) or unit
            try:
                allowed = dimension.units(tree)
            except dimension.DimensionError as error:
                yield 'unit-name-rule', f'query {target.get("refId")}: {error}'
                continue
            if allowed and own not in allowed:
                yield 'unit-name-rule', f'query {target.get("refId")} is in {" or ".join(sorted(allowed))} by the ' \
                                        f'names of its metrics, the panel shows {own}'


def unit_of(ref, overrides):
    """The unit that an override gives to one query of a panel."""
    for override in overrides:
        if override.get('matcher') == {'id': 'byFrameRefID', 'options': ref}:
            for each in override.get('properties', []):
                if each.get('id') == 'unit':
                    return each.get('value')
    return None


def check_counter(selector, above):
    call = above[-1] if above else None
    if getattr(call, 'name', '') not in ('rate', 'irate', 'increase'):
        yield 'target-counter-agg-rule', f'{selector.name} is a counter: rate() or increase() must stand around it'


def check_settings(dashboard, name):
    stem = pathlib.Path(name).stem
    if dashboard.get('editable') is not False:
        yield 'uneditable-dashboard', 'editable must be false: the file is the source'
    for key, right in (('uid', f'mesolys-{stem}'), ('tags', ['mesolys']), ('timezone', 'browser')):
        if dashboard.get(key) != right:
            yield 'settings-rule', f'{key} is {dashboard.get(key)!r}, {right!r} is right'
    if not dashboard.get('description'):
        yield 'settings-rule', 'there is no description'


def check_datasource(dashboard, _):
    found = variables_of(dashboard, 'datasource')
    if list(found) != ['datasource']:
        yield 'template-datasource-rule', 'one variable of type datasource, called datasource, is right'
    for variable in found.values():
        if variable.get('query') != 'prometheus' or variable.get('label') != 'Data source':
            yield 'template-datasource-rule', 'its query is "prometheus" and its label "Data source"'
    for name, variable in variables_of(dashboard, 'query').items():
        if variable.get('datasource') != DATASOURCE:
            yield 'template-datasource-rule', f'${name} does not ask ${{datasource}}'


def check_job(dashboard, _):
    job = variables_of(dashboard, 'query').get('job')
    right = {'label': 'Job', 'multi': True, 'includeAll': True, 'allValue': '.+'}
    if job is None:
        yield 'template-job-rule', 'there is no variable job'
        return
    for key, value in right.items():
        if job.get(key) != value:
            yield 'template-job-rule', f'{key} of $job is {job.get(key)!r}, {value!r} is right'


def check_grid(dashboard, _):
    taken, ids = {}, set()
    every = [*dashboard.get('panels', []), *(inner for panel in dashboard.get('panels', [])
                                             for inner in panel.get('panels', []))]
    for panel in every:
        title = panel.get('title')
        if panel.get('id') in ids or not isinstance(panel.get('id'), int):
            yield 'panel-id-rule', f'{title}: id {panel.get("id")} is there twice, or is no number'
        ids.add(panel.get('id'))
        at = panel.get('gridPos', {})
        if not all(isinstance(at.get(key), int) and at[key] >= 0 for key in 'xywh') or at['x'] + at['w'] > WIDTH:
            yield 'grid-rule', f'{title}: gridPos {at} does not fit {WIDTH} columns'
            continue
        cells = [(x, y) for x in range(at['x'], at['x'] + at['w']) for y in range(at['y'], at['y'] + at['h'])]
        other = next((taken[cell] for cell in cells if cell in taken), None)
        if other is not None:
            yield 'grid-rule', f'{title} lies over {other}'
        taken.update(dict.fromkeys(cells, title))


def check_panel(panel, _):
    if not panel.get('title') or not panel.get('description'):
        yield 'panel-title-description-rule', 'a title and a description are right'
    if panel.get('type') not in KINDS:
        yield 'panel-kind-rule', f'{panel.get("type")} is none of {", ".join(sorted(KINDS))}'
    if panel.get('datasource') != DATASOURCE:
        yield 'panel-datasource-rule', 'it does not ask ${datasource}'
    if not panel.get('targets'):
        yield 'panel-no-targets-rule', 'there is no query'
    refs = [target.get('refId') for target in panel.get('targets', [])]
    if len(set(refs)) < len(refs):
        yield 'panel-id-rule', 'two queries have the same refId'


def check_unit(panel, _):
    unit = panel.get('fieldConfig', {}).get('defaults', {}).get('unit')
    known = set().union(*dimension.UNITS.values())
    if unit not in known:
        yield 'panel-units-rule', f'unit {unit!r} is none of {", ".join(sorted(known))}'


def check_targets(panel, _):
    for target in panel.get('targets', []):
        ref = target.get('refId')
        if target.get('datasource', DATASOURCE) != DATASOURCE:
            yield 'panel-datasource-rule', f'query {ref} does not ask ${{datasource}}'
        try:
            tree = promql.parse(target.get('expr', ''))
        except promql.PromqlError as error:
            yield 'target-promql-rule', f'query {ref}: {error}'
            continue
        if panel.get('type') != 'table' and not target.get('legendFormat'):
            yield 'target-legend-rule', f'query {ref} has no legend'
        for node, _ in promql.walk(tree):
            name = getattr(node, 'name', '')
            if isinstance(node, promql.Call) and name in ('rate', 'irate', 'increase'):
                span = getattr(node.children[0], 'range', '') if node.children else ''
                if span != '$__rate_interval':
                    yield 'target-rate-interval-rule', f'query {ref}: {name}() is over [{span}], [$__rate_interval] ' \
                                                       'is right'


def main(paths):
    lint, wrong = Lint(served_metrics.all_series()), 0
    for path in paths:
        dashboard = json.loads(pathlib.Path(path).read_text(encoding='utf-8'))
        for panel, rule, what in lint.check(path, dashboard):
            print(f'{path}: {panel or "dashboard"}: {what} ({rule})')
            wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
