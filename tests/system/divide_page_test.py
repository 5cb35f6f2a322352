#!/usr/bin/env python3
"""The page of `mesolys-scheduler divide --html`, as people see it in a browser: on a telephone and on a desk, by
day and by night.   divide_page_test.py BUILD_DIR"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from chromium import Chromium

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() / 'scheduler/mesolys-scheduler'
PERIODS = [f'2027-{month:02}' for month in range(1, 13)]
LONG = 'a-request-whose-name-is-much-longer-than-a-telephone-is-wide-' * 2
CALL = {
    'pools': [{'site': site, 'period': period, 'resource': resource, 'capacity': 1200 * (1 + place), 'cost': cost}
              for resource in ('gpu-large', 'cpu')
              for place, (site, cost) in enumerate([('north', 0.5), ('south', 0.25), ('<b>west</b>', 1)])
              for period in PERIODS],
    'claims': [{'request': LONG, 'resource': 'gpu-large', 'amount': 90000, 'weight': 2, 'sites': ['north']},
               {'request': 'small', 'resource': 'gpu-large', 'amount': 100, 'weight': 1},
               {'request': 'dropped', 'resource': 'gpu-large', 'amount': 90000, 'minimum': 80000, 'weight': 1,
                'sites': ['north', 'south'], 'periods': PERIODS[:3]},
               {'request': 'both', 'resource': 'gpu-large', 'amount': 4000, 'weight': 1, 'together': True},
               {'request': 'both', 'resource': 'cpu', 'amount': 200000, 'weight': 1, 'together': True}],
}
# Colours of the page, which stand in it as such.
PAPER = {'light': (255, 255, 255), 'dark': (13, 17, 23)}
AWARDED = {'light': (9, 105, 218), 'dark': (68, 147, 248)}


def divide(*words):
    return subprocess.run([PROGRAM, 'divide', *words], input=json.dumps(CALL), text=True, capture_output=True,
                          timeout=120)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.page = pathlib.Path(cls.folder.name) / 'page.html'
        cls.answer = divide('--html', cls.page)
        cls.browser = Chromium(seconds=300)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def test_the_answer_is_the_same_as_without_a_page(self):
        self.assertEqual((self.answer.returncode, self.answer.stderr), (0, ''))
        with_page, without = json.loads(self.answer.stdout), json.loads(divide().stdout)
        for each in (with_page, without):
            del each['solve_seconds']
        self.assertEqual(with_page, without)

    def test_no_page_and_no_answer_where_it_cannot_be_written(self):
        answer = divide('--html', self.page / 'not-a-folder')
        self.assertEqual((answer.returncode, answer.stdout), (1, ''))
        self.assertIn('page could not be written', answer.stderr)

    def test_it_shows_demand_awards_cuts_bottlenecks_placement_and_cost(self):
        self.browser.open(self.page, 1200, 'light')
        text = self.browser.value('document.body.innerText')
        for part in ['gpu-large', 'cpu', 'Demand and awards by site', 'By period', 'By group of claims',
                     'Bottlenecks and cuts', 'times over', 'Dropped', 'less than its minimum 80000', 'Placement',
                     'Cost by site', 'Asked together', 'both gets', 'held by cpu', 'partial', '<b>west</b>']:
            self.assertIn(part, text)
        self.assertEqual(self.browser.value("document.querySelectorAll('b').length"), 12)  # none of a name
        awards = self.browser.value(
            "[...document.querySelectorAll('table tr')].map(row => [...row.cells].map(cell => cell.innerText))")
        told = {row[0]: row[2].replace('\u202f', '') for row in awards if row[0] in ('small', 'dropped')}
        wanted = {award['request']: award['amount'] for award in json.loads(self.answer.stdout)['awards']
                  if award['request'] in told}
        self.assertEqual(told, wanted)
        self.assertGreaterEqual(self.browser.value("document.querySelectorAll('svg').length"), 2 * (4 + 3))

    def test_it_fits_a_telephone_and_nothing_of_it_is_blank(self):
        for width in (360, 1200):
            for scheme in ('light', 'dark'):
                with self.subTest(width=width, scheme=scheme):
                    self.browser.open(self.page, width, scheme)
                    self.assertLessEqual(self.browser.value('document.documentElement.scrollWidth'), width)
                    # What is drawn is within its chart, and no text lies over another.
                    self.assertEqual(self.browser.value(OUTSIDE), [])
                    self.assertEqual(self.browser.value(OVERLAPS), [])
                    colours = self.browser.colours()
                    self.assertEqual(max(colours, key=colours.get), PAPER[scheme])
                    self.assertGreater(colours.get(AWARDED[scheme], 0), 500)
                    self.assertGreater(len(colours), 20)

    def test_it_loads_nothing_and_runs_nothing(self):
        self.browser.open(self.page, 1200, 'light')
        self.assertEqual(self.browser.value("performance.getEntriesByType('resource').length"), 0)
        self.assertEqual(self.browser.value(
            "document.querySelectorAll('script,link,img,iframe,object,embed,[onload],[onclick]').length"), 0)


# Texts and bars of a chart that leave it.
OUTSIDE = """[...document.querySelectorAll('svg text, svg rect')].filter(part => {
  const box = part.getBoundingClientRect(), chart = part.ownerSVGElement.getBoundingClientRect();
  return box.left < chart.left - 1 || box.right > chart.right + 1 || box.top < chart.top - 1 ||
         box.bottom > chart.bottom + 1;
}).map(part => part.textContent || part.outerHTML)"""

OVERLAPS = """[...document.querySelectorAll('svg')].flatMap(chart => {
  const texts = [...chart.querySelectorAll('text')];
  return texts.flatMap((one, i) => texts.slice(i + 1).filter(other => {
    const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
    return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  }).map(other => one.textContent + ' / ' + other.textContent));
})"""


if __name__ == '__main__':
    if Chromium.PROGRAM is None:
        print('skipped: there is no chromium; deploy/packages-test names it')
        sys.exit(77)
    unittest.main()
