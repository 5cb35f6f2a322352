#!/usr/bin/env python3
"""`mesolys-scheduler divide` as a shell starts it: exit codes, and nothing on standard output when it
fails.   divide_test.py BUILD_DIR"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() / 'scheduler/mesolys-scheduler'
CALL = {
    'pools': [{'site': 'north', 'period': '2027-01', 'resource': 'cpu', 'capacity': '3000', 'cost': 0.31}],
    'claims': [{'request': f'r{i}', 'resource': 'cpu', 'amount': '5000', 'weight': i} for i in (1, 2)],
}


class DivideTest(unittest.TestCase):
    def divide(self, *words, text='', out=subprocess.PIPE):
        return subprocess.run([PROGRAM, 'divide', *words], input=text, text=True, stdout=out,
                              stderr=subprocess.PIPE, timeout=120)

    def test_divides_a_file_and_standard_input_alike(self):
        with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
            file.write(json.dumps(CALL))
            file.flush()
            answers = [self.divide(file.name), self.divide(text=json.dumps(CALL)),
                       self.divide('-', text=json.dumps(CALL))]
        for answer in answers:
            self.assertEqual((answer.returncode, answer.stderr), (0, ''))
            self.assertEqual([award['amount'] for award in json.loads(answer.stdout)['awards']],
                             ['1000', '2000'])

    def test_explains_and_tells_what_a_change_would_change(self):
        answer = self.divide('--explain', text=json.dumps(CALL))
        self.assertIn('asked 3.33 times over', answer.stdout)
        answer = self.divide('--what-if', 'capacity:north:2027-01:cpu=300', '--what-if', 'weight:r1:cpu=2',
                             text=json.dumps(CALL))
        self.assertEqual(answer.returncode, 0)
        self.assertIn('claim r2 cpu: 2000 -> 150 (-1850)', answer.stdout)

    def test_a_bad_problem_ends_with_2_and_one_line(self):
        for words, text in [((), 'nonsense'), ((), '{}'), (('nowhere.json',), ''),
                            ((), json.dumps(CALL).replace('"5000"', '-5')),
                            (('--what-if', 'speed=3'), json.dumps(CALL)),
                            (('.',), '')]:
            with self.subTest(words=words, text=text):
                answer = self.divide(*words, text=text)
                self.assertEqual((answer.returncode, answer.stdout), (2, ''))
                self.assertEqual(answer.stderr.count('\n'), 1, answer.stderr)

    def test_every_bad_entry_is_named_in_one_line(self):
        text = json.dumps(CALL)
        pool, claim = json.dumps(CALL['pools'][0]), json.dumps(CALL['claims'][1])
        for old, new, name in [
                ('"3000"', '"-3000"', 'pools[0]'), ('"3000"', '-3000', 'pools[0]'),
                ('"3000"', '"many"', 'pools[0]'), ('"3000"', '30.5', 'pools[0]'), ('"3000"', '3e3', 'pools[0]'),
                ('"3000"', '"4611686018427387905"', 'pools[0]'), ('"3000"', '99999999999999999999', 'pools[0]'),
                ('"3000"', 'NaN', 'pools[0]'), ('0.31', '-0.31', 'pools[0]'), ('0.31', '"dear"', 'pools[0]'),
                ('"5000"', '"-5000"', 'claims[0]'), ('"5000"', '5000.5', 'claims[0]'),
                ('"weight": 2', '"weight": 0', 'claims[1]'), ('"weight": 2', '"weight": -1', 'claims[1]'),
                ('"weight": 2', '"weight": 1000001', 'claims[1]'), ('"weight": 2', '"weight": 1e999', 'claims[1]'),
                ('"weight": 2', '"weight": 1e-9', 'claims[1]'), ('"weight": 2', '"weight": null', 'claims[1]'),
                ('"weight": 2', '"weight": 2, "minimum": 5001', 'claims[1]'),
                ('"weight": 2', '"weight": 2, "sites": ["mars"]', 'claims[1]'),
                ('"weight": 2', '"weight": 2, "periods": ["2031-01"]', 'claims[1]'),
                ('"weight": 2', '"weight": 2, "wight": 2', 'claims[1]'),
                ('"weight": 2', '"weight": 2, "weight": 2', 'claims[1]'),
                (claim, claim.replace('"cpu"', '"tpu"'), 'claims[1]'),
                (claim, claim.replace('"r2"', '"r1"'), 'claims[1]'), (claim, '"r2"', 'claims[1]'),
                (pool, pool + ', ' + pool, 'pools[1]'), ('"pools"', '"pool"', 'problem'),
                (text, '[]', 'problem'), (text, text[:-1], 'problem'), (text, '', 'problem')]:
            with self.subTest(old=old, new=new):
                self.assertIn(old, text)
                answer = self.divide(text=text.replace(old, new, 1))
                self.assertEqual((answer.returncode, answer.stdout), (2, ''))
                self.assertEqual(answer.stderr.count('\n'), 1, answer.stderr)
                self.assertIn(name, answer.stderr)

    def test_bars_are_plain_where_the_locale_is(self):
        for locale, bar in [('C', '####'), ('fr_FR.UTF-8', '████')]:
            answer = subprocess.run([PROGRAM, 'divide', '--plot'], input=json.dumps(CALL), text=True,
                                    capture_output=True, timeout=120, encoding='utf-8', env={'LC_ALL': locale})
            self.assertEqual((answer.returncode, answer.stderr), (0, ''))
            self.assertIn(bar, answer.stdout)

    def test_an_answer_that_cannot_be_written_is_a_failure(self):
        with open('/dev/full', 'w') as full:
            answer = self.divide(text=json.dumps(CALL), out=full)
        self.assertEqual(answer.returncode, 1)
        self.assertIn('could not be written', answer.stderr)


if __name__ == '__main__':
    unittest.main()
