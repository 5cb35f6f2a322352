#!/usr/bin/env python3
"""When a step of .ci/run has outgrown its budget: .ci/seconds on tables of made-up seconds."""
import importlib.machinery
import importlib.util
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
CI = pathlib.Path(__file__).resolve().parent.parent / '.ci'
LOADER = importlib.machinery.SourceFileLoader('seconds', str(CI / 'seconds'))
seconds = importlib.util.module_from_spec(importlib.util.spec_from_loader('seconds', LOADER))
LOADER.exec_module(seconds)

BUDGET = 'pace 0.100\n# clock, CPU\n100 180 build all\n60 4 wait\n'


class SecondsTest(unittest.TestCase):
    def over(self, steps, slowness=1.0):
        return seconds.judge(seconds.read_steps(steps), seconds.read_budget(BUDGET)[1], slowness)[1]

    def test_all_steps_together_have_45_minutes(self):
        steps = seconds.read_budget((CI / 'budget').read_text(encoding='utf-8'))[1]
        self.assertLessEqual(sum(clock for clock, _ in steps.values()), 45 * 60)

    def test_a_step_within_a_quarter_of_its_budget_passes(self):
        self.assertEqual(self.over('build all\t120\t224\nwait\t70\t4\n'), [])
        self.assertEqual(self.over('build all\t3\t2\n'), [])  # nothing was left to build

    def test_a_step_that_computes_more_than_a_quarter_longer_is_outgrown(self):
        self.assertEqual(self.over('build all\t100\t226\nwait\t60\t4\n'), ['build all'])

    def test_a_neighbour_on_the_machine_fails_nothing(self):
        self.assertEqual(self.over('build all\t190\t185\nwait\t110\t5\n'), [])

    def test_a_slower_machine_may_take_longer(self):
        self.assertEqual(self.over('build all\t250\t330\n', slowness=1.5), [])
        self.assertEqual(self.over('build all\t250\t340\n', slowness=1.5), ['build all'])

    def test_a_step_that_waits_twice_as_long_is_outgrown(self):
        self.assertEqual(self.over('wait\t121\t4\n'), ['wait'])

    def test_a_few_seconds_are_let_pass(self):
        self.assertEqual(self.over('wait\t60\t14\n'), [])
        self.assertEqual(self.over('wait\t60\t15\n'), ['wait'])

    def test_a_step_without_a_budget_fails(self):
        lines, over = seconds.judge([('new', 1, 1)], {}, 1.0)
        self.assertEqual(over, ['new'])
        self.assertIn('has no line in .ci/budget', seconds.table(lines, 1.0))

    def test_the_table_ends_with_the_sum(self):
        lines, _ = seconds.judge(seconds.read_steps('build all\t90\t170\nwait\t50\t3\n'),
                                 seconds.read_budget(BUDGET)[1], 1.0)
        self.assertEqual(seconds.table(lines, 1.0).splitlines()[-1].split(), ['all', '140', '160', '173', '184'])

    def test_every_step_of_the_run_has_a_budget_and_every_budget_a_step(self):
        steps = re.findall(r'^ *step "(.+)"$', (CI / 'run').read_text(encoding='utf-8'), re.MULTILINE)
        budget = seconds.read_budget((CI / 'budget').read_text(encoding='utf-8'))[1]
        self.assertEqual(sorted(steps), sorted(budget))


if __name__ == '__main__':
    sys.exit(unittest.main())
