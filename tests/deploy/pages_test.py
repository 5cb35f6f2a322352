#!/usr/bin/env python3
"""The pages are whole: the front page is short, every link leads somewhere, every TOML that is shown has keys that are
known, and every command stands where some test runs it. Who runs what: tests/system/tour.py the dialogues (`    $ ...`)
and the words of every command in a sentence, tests/deploy/server_test.py the ```sh blocks, CI the scripts."""
import pathlib
import re
import subprocess
import sys
import tomllib
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pages  # noqa: E402

ROOT = pages.ROOT
# Scripts of the tree that pages show alone on a line or name in a sentence.
SCRIPT = re.compile(r'(?:deploy|tests|\.ci|client)/[\w./-]+')


EVERY = [(page, pages.text_of(page)) for page in pages.PAGES]


class PagesTest(unittest.TestCase):
    def test_the_front_page_is_short(self):
        self.assertLessEqual(len(pages.text_of('README.md').splitlines()), 150)

    def test_the_front_page_leads_to_every_other(self):
        for page in pages.PAGES[1:]:
            self.assertIn(f']({page})', pages.text_of('README.md'))

    def test_every_link_leads_to_a_file_of_the_tree(self):
        for page, text in EVERY:
            for target in re.findall(r'\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)', text):
                self.assertTrue((ROOT / page).parent.joinpath(target).exists(), f'{page} links to {target}')

    def test_every_path_that_is_named_is_there(self):
        for page, text in EVERY:
            for mention in pages.mentions(text):
                path = SCRIPT.match(mention)
                if path and not any(mark in mention for mark in '*{<'):
                    self.assertTrue((ROOT / path.group()).exists(), f'{page} names {path.group()}')

    def test_scripts_have_the_options_that_pages_give_them(self):
        for page, text in EVERY:
            told = pages.mentions(text) + [line.strip() for line in text.splitlines() if line.startswith('    ')]
            for line in told:
                path = re.match(r'(deploy/quickstart|deploy/throwaway-ca|deploy/slurm/\w+|tests/run|tests/fuzz/run)\b', line)
                if not path:
                    continue
                help_text = (ROOT / path.group()).read_text(encoding='utf-8')
                for option in re.findall(r' (--[a-z-]+)', line.split('#')[0]):
                    self.assertIn(option, help_text, f'{page}: {line}')

    def test_a_command_in_an_indented_line_is_a_dialogue_that_a_test_runs(self):
        ours = re.compile(r'(mesolys|mesolys-scheduler|mesolys-agent|openssl|systemctl|cmake|install)\s')
        for page, text in EVERY:
            for line in text.splitlines():
                if line.startswith('    ') and page != 'tests/README.md':
                    self.assertIsNone(ours.match(line[4:]), f'{page}: "{line}" is to begin with "$ "')

    def test_toml_that_is_shown_has_known_keys(self):
        readers = [path for program in ('agent', 'scheduler') for path in (ROOT / program).rglob('*.cc')
                   if path.name in ('agent_config.cc', 'scheduler_config.cc', 'catalogue_file.cc')]
        self.assertEqual(len(readers), 3)
        known = {key for path in readers for key in re.findall(r'"([a-z_]+)"', path.read_text(encoding='utf-8'))}
        # Ids of institutions are those of a catalogue.
        known |= set(tomllib.loads((ROOT / 'deploy/examples/lyon.toml').read_text(encoding='utf-8'))['institutions'])
        count = 0
        for page, text in EVERY:
            for block in pages.blocks(text, 'toml'):
                count += 1
                for line in re.findall(r'^(\w+) *=', block, re.MULTILINE):
                    self.assertIn(line, known, page)
                tomllib.loads(block)
        self.assertGreater(count, 0)

    def test_blocks_of_commands_are_such_that_a_shell_reads_them(self):
        for page, text in EVERY:
            for block in pages.blocks(text, 'sh'):
                answer = subprocess.run(['bash', '-n'], input=block, capture_output=True, text=True)
                self.assertEqual(answer.returncode, 0, f'{page}: {answer.stderr}')

    def test_dialogues_mentions_and_blocks_are_found(self):
        text = ('Say `mesolys grant\nshow`.\n\n    $ mesolys a \\\n        b\n    HEAD  LINE\n    $ c\n\n```sh\nd\n```\n'
                '```toml\ne = 1\n```\n')
        self.assertEqual(list(pages.dialogues(text)), [('mesolys a b', 'HEAD  LINE'), ('c', '')])
        self.assertEqual(pages.mentions(text), ['mesolys grant show'])
        self.assertEqual((pages.blocks(text, 'sh'), pages.blocks(text, 'toml')), (['d\n'], ['e = 1\n']))


if __name__ == '__main__':
    unittest.main()
