#!/usr/bin/env python3
"""deploy/slurm/job_submit.lua judges jobs as Slurm 22.05 hands them over, by a file as the agent writes it
(tests/data/submission), with every Lua that is there."""
import copy
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = ROOT / 'deploy/slurm/job_submit.lua'
SLURMCTLD = ROOT / 'tests/deploy/job_submit.lua'
FILE = (ROOT / 'tests/data/submission/psmn.txt').read_text(encoding='utf-8')
WRITTEN = 1800000000
DAY = 86400
LUAS = [lua for lua in ('lua5.1', 'lua5.3', 'lua5.4') if shutil.which(lua)]

NO_VAL, NO_VAL16, INFINITE = 0xfffffffe, 0xfffe, 0xffffffff
# As sbatch --account=chair-ia --time=60 leaves it.
JOB = {'account': 'chair-ia', 'default_account': 'chair-ia', 'user_id': 1001, 'user_name': 'alice', 'script': '#!/bin/sh',
       'environment': {}, 'time_limit': 60, 'time_min': NO_VAL, 'min_nodes': NO_VAL, 'min_cpus': NO_VAL,
       'num_tasks': NO_VAL, 'ntasks_per_node': NO_VAL16, 'cpus_per_task': NO_VAL16, 'pn_min_cpus': NO_VAL16,
       'begin_time': 0}
PARTS = {'cpu': {'default_time': 60, 'max_time': 10080}, 'gpu': {'default_time': NO_VAL, 'max_time': 1440},
         'main': {'flag_default': 1, 'default_time': 60, 'max_time': 10080},
         'mixed': {'default_time': 60, 'max_time': INFINITE}, 'new': {'default_time': NO_VAL, 'max_time': INFINITE}}
INVALID_ACCOUNT, ACCOUNTING_POLICY = 2045, 2050


def lua_of(value):
    """A Lua literal."""
    if isinstance(value, dict):
        return '{' + ','.join(f'[{lua_of(key)}]={lua_of(each)}' for key, each in value.items()) + '}'
    if isinstance(value, str):
        return '"' + ''.join(f'\\{byte:03d}' for byte in value.encode()) + '"'
    return {True: 'true', False: 'false'}.get(value, str(value)) if isinstance(value, bool) else str(value)


class Answer:
    def __init__(self, lines):
        self.all = [line.split('\t', 1) for line in lines]

    def of(self, word):
        return [text for key, text in self.all if key == word]

    @property
    def code(self):
        return int(float(self.of('answer')[-1]))

    @property
    def said(self):
        return '\n'.join(self.of('said'))


class Fixture(unittest.TestCase):
    lua = LUAS[0] if LUAS else 'lua5.1'

    def setUp(self):
        if not LUAS:
            self.skipTest('lua5.1 is missing; deploy/packages-test names it')
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        text = PLUGIN.read_text(encoding='utf-8')
        right = 'local FOLDER = "/run/mesolys-agent"\n'
        self.assertEqual(text.count(right), 1)
        (self.folder / 'plugin.lua').write_text(text.replace(right, f'local FOLDER = "{self.folder}"\n'), encoding='utf-8')
        self.write(FILE)

    def write(self, text, age=0, is_sized=True):
        """The file as of now; times in it are shifted with it, and its end tells its size."""
        shift = int(time.time()) - WRITTEN
        words = [[str(int(word) + shift) if word.isdigit() and WRITTEN <= int(word) < 2 * WRITTEN else word for word in line.split(' ')]
                 for line in text.split('\n')]
        if words[0][0] == 'mesolys-submission' and words[0][2].isdigit():
            words[0][2] = str(int(words[0][2]) - age)
        text = '\n'.join(' '.join(line) for line in words)
        if is_sized:
            head, _, rest = text.partition('\n')
            body, mark, _ = rest.rpartition('end ')
            text = f'{head}\n{body}{mark}{len(body.encode())}\n'
        (self.folder / 'psmn.txt').write_text(text, encoding='utf-8')

    def with_lines(self, *changes):
        """The file with some lines replaced, its count right."""
        lines = FILE.splitlines()[1:-1]
        for old, new in changes:
            self.assertIn(old, lines)
            lines[lines.index(old):lines.index(old) + 1] = new
        self.write('\n'.join([FILE.splitlines()[0], *lines, 'end 0', '']))

    def run_lua(self, code, is_good=True):
        script = self.folder / 'script.lua'
        script.write_text(SLURMCTLD.read_text(encoding='utf-8') + code, encoding='utf-8')
        done = subprocess.run([self.lua, script, self.folder / 'plugin.lua'], capture_output=True, text=True, timeout=60,
                              env={'PATH': os.environ['PATH'], 'TZ': 'UTC'})
        self.assertEqual((done.returncode, done.stderr), (0, ''), done.stdout)
        answer = Answer(done.stdout.splitlines())
        self.assertEqual((answer.of('planted'), bool(answer.of('error'))), ([], not is_good))
        return answer

    def submit(self, parts=None, is_good=True, **fields):
        job = copy.deepcopy(JOB) | fields
        job = {field: value for field, value in job.items() if value is not None}
        return self.run_lua(f'submit({lua_of(job)}, {lua_of(PARTS if parts is None else parts)})\n', is_good)


class AccountTest(Fixture):
    def test_a_job_that_fits_passes_in_silence(self):
        answer = self.submit(num_tasks=4)
        self.assertEqual((answer.code, answer.said, answer.of('info')), (0, '', []))

    def test_each_account_is_told_what_is_wrong_with_it(self):
        for fields, code, said in (
                ({'account': 'nobody'}, INVALID_ACCOUNT, 'its account nobody belongs to no project; submit it with '
                 '`--account=` and the id of a project of yours: see `mesolys whoami`'),
                ({'account': None, 'default_account': 'nobody'}, INVALID_ACCOUNT, 'its account nobody belongs to no project'),
                ({'account': 'climat'}, INVALID_ACCOUNT, 'alice is no member of climat at psmn; its PI adds you: '
                 '`mesolys member add climat USER --login psmn=alice`'),
                ({'account': 'old.bio'}, 0, ''),  # its users are the site's matter
                ({'account': 'ended'}, ACCOUNTING_POLICY, 'nothing is left of the grants of ended of cpu at psmn; submit it '
                 'with `--begin='),
                ({'account': 'to-come'}, ACCOUNTING_POLICY, 'to-come has no grant of cpu that can be spent at psmn now'),
                ({'account': 'Chair-IA'}, 0, ''),
                ({'account': None, 'default_account': None}, 0, ''),
                ({'account': 'staff'}, 0, ''),
                ({'account': 'nobody', 'user_id': 0, 'user_name': 'root'}, 0, ''),
                ({'user_name': None}, 0, '')):
            with self.subTest(fields):
                answer = self.submit(**fields)
                self.assertEqual(answer.code, code, answer.said)
                self.assertIn(said, answer.said)
                self.assertEqual(bool(answer.said), bool(said))

    def test_what_may_begin_after_the_next_grant_passes(self):
        later = int(time.time()) + DAY + 60
        for account in ('ended', 'to-come'):
            self.assertEqual(self.submit(account=account, begin_time=later).code, 0)
            self.assertEqual(self.submit(account=account, dependency='afterok:17').code, 0)
            self.assertEqual(self.submit(account=account, begin_time=later - 3600).code, ACCOUNTING_POLICY)
        # A project without a next grant has nothing to wait for.
        answer = self.submit(account='bio', user_name='chloe', time_limit=10080, num_tasks=1000, begin_time=later)
        self.assertIn('it asks more cpu', answer.said)

    def test_off_refuses_and_tells_nothing(self):
        self.with_lines(('mode tell', ['mode off']))
        for fields in ({'account': 'nobody'}, {'account': 'climat'}, {'account': 'ended'}, {'time_limit': 100000},
                       {'account': 'chair-ia', 'tres_per_node': 'gres:gpu:100', 'time_limit': 6000}):
            answer = self.submit(**fields)
            self.assertEqual((answer.code, answer.said), (0, ''), fields)

    def test_what_people_wrote_comes_back_plain(self):
        answer = self.submit(account='a\x1b[31m%s\n$0', user_name='x')
        self.assertEqual(answer.code, INVALID_ACCOUNT)
        self.assertIn('its account a??31m?s??0 belongs', answer.said)


class GpuTest(Fixture):
    def gpus(self, **fields):
        answer = self.submit(**fields)
        return answer.code, {field: answer.of(field)[0] for field in
                             ('gres', 'tres_per_job', 'tres_per_node', 'tres_per_socket', 'tres_per_task')
                             if answer.of(field)}, answer.said

    def test_an_untyped_gpu_gets_its_model(self):
        for fields, typed in (
                # The partition's only one.
                ({'partition': 'gpu', 'tres_per_node': 'gres:gpu:2'}, {'tres_per_node': 'gres:gpu:a100:2'}),
                ({'partition': 'gpu', 'tres_per_node': 'gpu:2'}, {'tres_per_node': 'gpu:a100:2'}),
                ({'partition': 'gpu', 'tres_per_node': 'gres:gpu'}, {'tres_per_node': 'gres:gpu:a100'}),
                ({'partition': 'gpu', 'tres_per_node': 'gres/gpu:1,gres:craynetwork:1'},
                 {'tres_per_node': 'gres/gpu:a100:1,gres:craynetwork:1'}),
                ({'partition': 'gpu', 'tres_per_task': 'gres/gpu=1', 'num_tasks': 2}, {'tres_per_task': 'gres/gpu:a100=1'}),
                # The site's, where the default partition has it and the project hours of it.
                ({'tres_per_job': 'gres:gpu:2'}, {'tres_per_job': 'gres:gpu:a100:2'}),
                ({'tres_per_job': 'gres:gpu:2', 'tres_per_node': 'gres:gpu:1'},
                 {'tres_per_job': 'gres:gpu:a100:2', 'tres_per_node': 'gres:gpu:a100:1'}),
                ({'tres_per_socket': 'gres:gpu:1'}, {'tres_per_socket': 'gres:gpu:a100:1'}),
                # What it names itself.
                ({'tres_per_job': 'gres:gpu:1', 'tres_per_node': 'gres:gpu:v100:1'},
                 {'tres_per_job': 'gres:gpu:v100:1', 'tres_per_node': 'gres:gpu:v100:1'}),
                ({'tres_per_node': 'gres:gpu:a100:2'}, {'tres_per_node': 'gres:gpu:a100:2'}),
                # A partition that the agent has not seen, or none that is told: it might have no GPU of that name.
                ({'partition': 'new', 'tres_per_node': 'gres:gpu:1'}, {'tres_per_node': 'gres:gpu:1'}),
                ({'parts': {}, 'tres_per_node': 'gres:gpu:1'}, {'tres_per_node': 'gres:gpu:1'}),
                ({'partition': 'new', 'tres_per_job': 'gres:gpu:1', 'tres_per_node': 'gres:gpu:v100:1'},
                 {'tres_per_job': 'gres:gpu:v100:1', 'tres_per_node': 'gres:gpu:v100:1'}),
                # Several partitions, one model.
                ({'partition': 'gpu,cpu', 'tres_per_node': 'gres:gpu:1'}, {'tres_per_node': 'gres:gpu:a100:1'}),
                # None to be had there: Slurm says so itself.
                ({'partition': 'cpu', 'tres_per_node': 'gres:gpu:1'}, {'tres_per_node': 'gres:gpu:1'}),
                # Nothing that is no GPU, or no count.
                ({'tres_per_node': 'gres:shard:2'}, {'tres_per_node': 'gres:shard:2'}),
                ({'tres_per_node': 'gres:none'}, {'tres_per_node': 'gres:none'}),
                ({'tres_per_node': 'gres:gpu:a100_3g.40gb:1'}, {'tres_per_node': 'gres:gpu:a100_3g.40gb:1'}),
                # Root, and whoever is not judged.
                ({'user_id': 0, 'account': 'nobody', 'tres_per_node': 'gres:gpu:1'}, {'tres_per_node': 'gres:gpu:a100:1'})):
            with self.subTest(fields):
                code, fields_after, said = self.gpus(**fields)
                self.assertEqual((code, fields_after), (0, typed), said)

    def test_a_slice_takes_its_part_of_the_resource_that_it_is_of(self):
        slices = {'tres_per_node': 'gres:gpu:a100_1g.10gb:7', 'time_limit': 60}
        self.assertIn('chair-ia has no grant of gpu-a100_1g.10gb', self.gpus(account='chair-ia', **slices)[2])
        self.with_lines(('gpu_model a100', ['gpu_model a100', 'gpu_name a100_1g.10gb gpu-a100 1 7']),
                        ('left chair-ia gpu-a100 36000', ['left chair-ia gpu-a100 3600']))
        # Seven of them for an hour are one GPU-hour, which is left; eight are more.
        self.assertEqual(self.gpus(account='chair-ia', **slices)[2], '')
        said = self.gpus(account='chair-ia', tres_per_node='gres:gpu:a100_1g.10gb:8', time_limit=60)[2]
        self.assertIn('it asks more gpu-a100 than is left of the grants of chair-ia at psmn: 1 h', said)

    def test_gpus_without_a_model_keep_none(self):
        self.assertEqual(self.gpus(partition='mixed', tres_per_node='gres:gpu:1')[1], {'tres_per_node': 'gres:gpu:1'})
        self.with_lines(('gpu_model a100', []))
        self.assertEqual(self.gpus(partition='mixed', tres_per_node='gres:gpu:1')[1], {'tres_per_node': 'gres:gpu:1'})

    def test_who_has_hours_of_others_is_asked_which(self):
        code, fields, said = self.gpus(account='climat', user_name='bruno', tres_per_node='gres:gpu:1')
        self.assertEqual((code, fields), (ACCOUNTING_POLICY, {'tres_per_node': 'gres:gpu:1'}))
        self.assertEqual(said, 'mesolys: it does not say which GPUs, and climat has hours of v100 (125 h); name them, for '
                               'example `--gpus=v100:1` or `--gres=gpu:v100:1`')
        self.with_lines(('gpu_model a100', []))
        code, _, said = self.gpus(tres_per_node='gres:gpu:1')
        self.assertEqual(code, ACCOUNTING_POLICY)
        self.assertIn('has hours of a100 (10 h), v100 (2 h); name them', said)

    def test_who_has_hours_of_none_gets_a_model_all_the_same(self):
        """So that the limit of the model holds the job."""
        code, fields, said = self.gpus(account='bio', user_name='chloe', tres_per_node='gres:gpu:1')
        self.assertEqual((code, fields), (0, {'tres_per_node': 'gres:gpu:a100:1'}))
        self.assertIn('bio has no grant of gpu-a100 that can be spent at psmn now; ask for more hours with '
                      '`mesolys request create bio`; the job goes on', said)


class HoursTest(Fixture):
    def test_too_little_is_told_and_the_job_goes_on(self):
        answer = self.submit(tres_per_job='gres:gpu:a100:2', time_limit=301)
        self.assertEqual(answer.code, 0)
        self.assertEqual(answer.said, 'mesolys: it asks more gpu-a100 than is left of the grants of chair-ia at psmn: 10 h; '
                                      'ask -t 5:00:00 or less, or ask for more hours with `mesolys request create '
                                      'chair-ia`; the job goes on, and may wait')

    def test_refuse_refuses_it(self):
        self.with_lines(('mode tell', ['mode refuse']))
        answer = self.submit(tres_per_job='gres:gpu:a100:2', time_limit=301)
        self.assertEqual(answer.code, ACCOUNTING_POLICY)
        self.assertNotIn('goes on', answer.said)
        self.assertEqual(self.submit(tres_per_job='gres:gpu:a100:2', time_limit=300).code, 0)

    def test_counts_what_each_job_takes_at_the_least(self):
        # Left: 1000 h of cores, for a member 10 h; 10 h of a100; each job takes the hours that stand before it.
        for hours, resource, fields in (
                (1000, 'cpu', {'num_tasks': 100, 'cpus_per_task': 10}),
                (1000, 'cpu', {'min_cpus': 1000}),
                (1000, 'cpu', {'min_nodes': 10, 'ntasks_per_node': 50, 'cpus_per_task': 2}),
                (1000, 'cpu', {'min_nodes': 10, 'pn_min_cpus': 100}),
                (10, 'gpu-a100', {'tres_per_node': 'gres:gpu:a100:2', 'min_nodes': 5}),
                (10, 'gpu-a100', {'tres_per_job': 'gres:gpu:a100:10'}),
                (10, 'gpu-a100', {'tres_per_task': 'gres:gpu:a100:1', 'num_tasks': 10}),
                (10, 'gpu-a100', {'tres_per_socket': 'gres:gpu:a100:5', 'min_nodes': 2}),
                (10, 'gpu-a100', {'tres_per_node': 'gres:gpu:a100:4,gres:gpu:A100:6'}),
                (10, 'gpu-a100', {'tres_per_job': 'gpu:10'}),
                (10, 'gpu-a100', {'tres_per_job': 'gpu:10', 'array_inx': '0-99'}),
                (10, 'gpu-a100', {'tres_per_job': 'gpu:10', 'het_job_offset': 1})):
            for minutes in (60, 61):
                with self.subTest(fields, minutes=minutes):
                    answer = self.submit(user_name='bruno', time_limit=minutes, **fields)
                    right = '' if minutes == 60 else f'it asks more {resource} than is left of the grants'
                    self.assertEqual(answer.code, 0)
                    self.assertIn(right, answer.said)
                    self.assertEqual(bool(answer.said), bool(right))

    def test_a_member_has_a_ceiling_of_their_own(self):
        answer = self.submit(num_tasks=11)
        self.assertEqual(answer.code, 0)
        self.assertIn('it asks more cpu than alice may still use of chair-ia at psmn; ask -t 0:54:00 or less, or its PI '
                      'raises the ceiling: `mesolys member limit chair-ia`', answer.said)

    def test_takes_the_time_of_the_partition_where_the_job_has_none(self):
        gpus = {'tres_per_job': 'gres:gpu:a100:1', 'time_limit': NO_VAL}
        for partition, is_told in (('main', False), ('gpu', True), ('gpu,main', False), ('new', False), ('new,gpu', False),
                                   ('nowhere', False)):
            with self.subTest(partition):
                self.assertEqual('it asks more gpu-a100' in self.submit(partition=partition, **gpus).said, is_told)
        self.assertEqual(self.submit(tres_per_job='gres:gpu:a100:1', time_limit=6000, time_min=600).said, '')

    def test_jobs_on_gpus_pay_no_cpu_where_the_site_says_so(self):
        self.with_lines(('gpu_model a100', ['gpu_model a100', 'gpu_jobs_pay_no_cpu']))
        self.assertEqual(self.submit(num_tasks=64, tres_per_job='gres:gpu:1').said, '')
        self.assertIn('it asks more cpu', self.submit(num_tasks=64).said)

    def test_says_nothing_of_what_is_not_known(self):
        self.with_lines(('left chair-ia cpu 3600000', ['left chair-ia cpu unknown']),
                        ('left chair-ia gpu-a100 36000', ['left chair-ia gpu-a100 unknown']))
        answer = self.submit(user_name='bruno', num_tasks=1000, tres_per_job='gres:gpu:100', time_limit=10000)
        self.assertEqual((answer.code, answer.said), (0, ''))
        self.assertEqual(answer.of('tres_per_job'), ['gres:gpu:a100:100'])

    def test_hours_are_said_as_a_balance_has_them(self):
        for seconds, text in ((3600, '1 h'), (45000, '12.5 h'), (4500, '1.25 h'), (18, '0.01 h'), (17, '17 s'),
                              (9007199254740992, '2501999792983.61 h')):
            self.with_lines(('left chair-ia gpu-a100 36000', [f'left chair-ia gpu-a100 {seconds}']),
                            ('left chair-ia cpu 3600000', ['left chair-ia cpu unknown']))
            answer = self.submit(user_name='bruno', tres_per_job='gres:gpu:1000000', time_limit=1000000000)
            self.assertIn(f'at psmn: {text}; ', answer.said)


class LanguageTest(Fixture):
    def test_is_that_of_the_batch_job(self):
        french, english = 'son compte x', 'its account x'
        for environment, right in (({}, english), ({'LANG': 'fr_FR.UTF-8'}, french), ({'LANG': 'C'}, english),
                                   ({'LC_ALL': 'fr_FR', 'LANG': 'en_US'}, french), ({'LC_ALL': 'C', 'LANG': 'fr_FR'}, english),
                                   ({'LC_ALL': '', 'LC_MESSAGES': 'fr_CA', 'LANG': 'de_DE'}, french)):
            self.assertIn(right, self.submit(account='x', environment=environment).said)

    def test_is_the_sites_where_there_is_no_environment(self):
        self.with_lines(('language en', ['language fr']))
        self.assertIn("il demande plus de gpu-a100 qu'il n'en reste dans les attributions de chair-ia sur psmn : 10 h; "
                      "demandez -t 10:00:00 ou moins, ou demandez davantage d'heures",
                      self.submit(script=None, environment=None, tres_per_job='gpu:1', time_limit=700).said)
        self.assertIn('it asks', self.submit(tres_per_job='gpu:1', time_limit=700, environment={'LANG': 'en_GB'}).said)

    def test_both_say_all_of_it(self):
        text = PLUGIN.read_text(encoding='utf-8')
        tables = [part.split('\n  },')[0] for part in text.split(' = {\n    no_project')[1:]]
        keys = [[line.split(' = ')[0] for line in table.splitlines()[1:]] for table in tables]
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])


class FileTest(Fixture):
    BAD = {'account': 'nobody', 'time_limit': 100000}

    def assert_all_pass(self, *why):
        answer = self.submit(**self.BAD)
        self.assertEqual((answer.code, answer.said), (0, ''))
        self.assertEqual(len(answer.of('info')), 1)
        self.assertRegex(answer.of('info')[0], '|'.join(why))

    def test_an_absent_one_lets_everything_pass(self):
        (self.folder / 'psmn.txt').unlink()
        self.assert_all_pass('there is no file of the agent')

    def test_an_old_one_lets_everything_pass(self):
        self.write(FILE, age=590)
        self.assertEqual(self.submit(**self.BAD).code, INVALID_ACCOUNT)
        for age in (620, 86400, -620):
            self.write(FILE, age=age)
            self.assert_all_pass('is not of now')

    def test_one_that_is_not_as_the_agent_writes_it_lets_everything_pass(self):
        head, *lines = FILE.splitlines()
        whole = '\n'.join(lines)
        for name, text in (
                ('empty', ''), ('one line', head), ('no end', '\n'.join([head, *lines[:-1], ''])),
                ('cut', FILE[:-20]), ('end is cut', FILE[:-1]), ('another size', FILE.replace('\nend ', '\nend 1')),
                ('more behind it', FILE + 'free nobody\n'), ('another format', FILE.replace('submission 1', 'submission 2')),
                ('no time', FILE.replace(' 1800000000', ' soon', 1)), ('a program', 'planted()\n' + whole),
                ('binary', '\0\1\2\xff' * 1000), ('a long line', 'x' * 100000)):
            with self.subTest(name):
                self.write(text, is_sized=False)
                self.assert_all_pass('cannot be read')
        (self.folder / 'psmn.txt').unlink()
        (self.folder / 'psmn.txt').mkdir()
        self.assert_all_pass('cannot be read')

    def test_no_line_becomes_lua(self):
        for line in ('planted()', 'site os.execute("planted")', 'member chair-ia alice;planted()', 'mode tell planted()',
                     'left chair-ia cpu 1', 'mode loud', 'language xx', 'partition main [[planted()]] x', '', 'free a b',
                     'include /etc/passwd', 'gpu_model a100;planted()'):
            with self.subTest(line):
                self.with_lines(('gpu_model a100', ['gpu_model a100', line]))
                self.assert_all_pass('cannot be read')
        for line in ('planted()', 'member chair-ia mallory;planted()', 'left chair-ia cpu 1+1', 'left chair-ia cpu -1',
                     'left climat cpu 1', 'member climat alice', 'next climat 5', 'ceiling chair-ia alice cpu 1e9', '',
                     'next chair-ia soon', 'left chair-ia cpu planted()'):
            with self.subTest(line, project='chair-ia'):
                self.with_lines(('member chair-ia alice', [line]))
                answer = self.submit(is_good=False, user_name='mallory', time_limit=100000)
                self.assertEqual((answer.code, answer.said), (0, ''))
                self.assertIn('the job passes', answer.of('error')[0])
                # Others are judged.
                self.assertEqual(self.submit(account='nobody').code, INVALID_ACCOUNT)
        for account in ('chair-ia open\nproject', '%w+', 'chair-ia open', 'x\nmember chair-ia', '..', ''):
            self.assertIn(self.submit(account=account).code, (0 if account == '' else INVALID_ACCOUNT,))

    def test_a_new_one_is_read_at_once(self):
        job, parts = lua_of(JOB | {'account': 'climat'}), lua_of(PARTS)
        new = str(self.folder / 'new.txt')
        pathlib.Path(new).write_text((self.folder / 'psmn.txt').read_text().replace(
            'member climat bruno', 'member climat alice').replace(' 0000000000000000', ' 0000000000000001'))
        answer = self.run_lua(f'submit({job}, {parts})\nsubmit({job}, {parts})\n'
                              f'os.rename({lua_of(new)}, {lua_of(str(self.folder / "psmn.txt"))})\n'
                              f'submit({job}, {parts})\nos.remove({lua_of(str(self.folder / "psmn.txt"))})\n'
                              f'submit({job}, {parts})\nsubmit({job}, {parts})\n')
        self.assertEqual([int(float(code)) for code in answer.of('answer')], [INVALID_ACCOUNT, INVALID_ACCOUNT, 0, 0, 0])
        self.assertEqual(len(answer.of('info')), 1)

    def test_nothing_of_it_raises_an_error_into_slurmctld(self):
        code = 'local broken = setmetatable({}, {__index = function() error("no such field") end})\n' \
               'slurm.log_error = function(...) print("logged", string.format(...)) end\n' \
               'print("answer", slurm_job_submit(broken, {}, 0))\nprint("answer", slurm_job_submit({}, nil, 0))\n' \
               'print("answer", slurm_job_modify({}, {}, {}, 0))\n'
        answer = self.run_lua(code)
        self.assertEqual([int(float(code)) for code in answer.of('answer')], [0, 0, 0])
        self.assertIn('no such field', answer.of('logged')[0])

    def test_every_lua_says_the_same(self):
        answers = set()
        for lua in LUAS:
            self.lua = lua
            answers.add(tuple(map(tuple, self.submit(tres_per_job='gpu:1', time_limit=700).all)))
        self.assertEqual(len(answers), 1)


if __name__ == '__main__':
    unittest.main()
