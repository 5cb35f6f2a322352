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

    def test_an_answer_that_cannot_be_written_is_a_failure(self):
        with open('/dev/full', 'w') as full:
            answer = self.divide(text=json.dumps(CALL), out=full)
        self.assertEqual(answer.returncode, 1)
        self.assertIn('could not be written', answer.stderr)


if __name__ == '__main__':
    unittest.main()
