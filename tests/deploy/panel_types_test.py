#!/usr/bin/env python3
"""The dashboards' JSON is what Grafana's own types want: each is assigned to the type of a dashboard, and tsc says what
deviates. Exits with 77, skipped, where npm cannot get the types."""
import copy
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import dashboards  # noqa: E402
import node_folder  # noqa: E402


class TypesTest(unittest.TestCase):
    def deviations(self, named):
        """What tsc says of dashboards by name: (name, what)."""
        checked = FOLDER / 'checked'
        checked.mkdir(exist_ok=True)
        for path in checked.glob('*.ts'):
            path.unlink()
        for name, dashboard in named.items():
            (checked / f'{name}.ts').write_text("import type { OurDashboard } from '../dashboard';\n"
                                                'export const dashboard: OurDashboard = '
                                                f'{json.dumps(dashboard, indent=2, ensure_ascii=False)};\n')
        answer = subprocess.run(['node_modules/.bin/tsc', '--project', 'tsconfig.json', '--pretty', 'false'],
                                cwd=FOLDER, capture_output=True, text=True, timeout=300)
        found = re.findall(r'^checked/(\w+)\.ts\((.*)$', answer.stdout, re.MULTILINE)
        self.assertEqual(answer.returncode != 0, bool(found), answer.stdout + answer.stderr)
        return found

    def test_the_dashboards_are_what_grafana_takes(self):
        found = self.deviations(dashboards.load_all())
        self.assertFalse(found, '\n' + '\n'.join(f'{name}.json: {what}' for name, what in found))

    def test_what_grafana_would_not_take_is_found(self):
        board, broken = dashboards.load_all()['site'], {}
        for name, path, value in FAULTS:
            broken[name] = copy.deepcopy(board)
            at = broken[name]
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
        self.assertEqual(sorted({name for name, _ in self.deviations(broken)}), sorted(broken))


def place(kind):
    """Where the first panel of a kind stands."""
    board = dashboards.load_all()['site']
    return next(number for number, panel in enumerate(board['panels']) if panel['type'] == kind)


STAT, SERIES = ('panels', place('stat')), ('panels', place('timeseries'))
FAULTS = [
    ('version', ('schemaVersion',), '39'),
    ('grid', (*STAT, 'gridPos', 'w'), '4'),
    ('colour', (*STAT, 'options', 'colorMode'), 'rainbow'),
    ('option', (*STAT, 'options', 'legend'), {'showLegend': True}),
    ('steps', (*STAT, 'fieldConfig', 'defaults', 'thresholds', 'mode'), 'relative'),
    ('style', (*SERIES, 'fieldConfig', 'defaults', 'custom', 'drawStyle'), 'dots'),
    ('custom', (*SERIES, 'fieldConfig', 'defaults', 'custom', 'lineWidht'), 1),
    ('legend', (*SERIES, 'options', 'legend', 'placement'), 'left'),
    ('source', (*SERIES, 'targets', 0, 'datasource', 'uid'), 'mine'),
    ('kind', (*SERIES, 'type'), 'graph'),
]

if __name__ == '__main__':
    try:
        FOLDER = node_folder.prepare()
    except node_folder.NoNode as error:
        print(f'skipped: {error}')
        sys.exit(77)
    unittest.main()
