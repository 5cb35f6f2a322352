#!/usr/bin/env python3
"""Every sentence of the client, of the scheduler and of the agent has its translation in every language of client/po,
with the same holes ($0 to $9), and no catalogue holds a sentence that nobody says any more."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / 'client'
SAID = re.compile(r'\bSay(?:Later)?\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
HOLES = re.compile(r'\$[0-9$]')


def messages(text):
    """The entries of a catalogue: msgid to (flags, translations). The head is left out."""
    found = {}
    for block in re.split(r'\n\s*\n', text):
        flags = ' '.join(line for line in block.splitlines() if line.startswith('#,'))
        lines = [line for line in block.splitlines() if not line.startswith('#')]
        parts, key = {}, ''
        for line in lines:
            if match := re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$', line):
                key, line = match.groups()
            parts[key] = parts.get(key, '') + line[1:-1]
        if parts.get('msgid'):
            found[parts.get('msgctxt', '') + parts['msgid']] = (flags, {k: v for k, v in parts.items() if k.startswith('msgstr')},
                                     parts.get('msgid_plural', parts['msgid']))
    return found


class CataloguesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        template = subprocess.run([CLIENT / 'po/messages'], capture_output=True, text=True, check=True).stdout
        cls.wanted = messages(template)
        cls.catalogues = {path.stem: messages(path.read_text()) for path in CLIENT.glob('po/*.po')}

    def test_there_are_sentences_and_french(self):
        self.assertGreater(len(self.wanted), 500)
        self.assertIn('fr', self.catalogues)

    def test_what_scheduler_and_agent_say_is_among_them(self):
        said = set()
        for path in (each for room in ('proto', 'scheduler', 'agent') for each in (ROOT / room).rglob('*')):
            if path.suffix in ('.cc', '.h') and path.name != 'sentence.h':
                said |= {''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', each)) for each in SAID.findall(path.read_text())}
        self.assertGreater(len(said), 300)
        self.assertFalse(said - set(self.wanted))

    def test_each_sentence_is_translated_and_nothing_else(self):
        for language, found in self.catalogues.items():
            missing, old = sorted(set(self.wanted) - set(found)), sorted(set(found) - set(self.wanted))
            self.assertFalse(missing, f'{language}: run client/po/messages {language} and translate')
            self.assertFalse(old, f'{language}: run client/po/messages {language}')

    def test_none_is_empty_or_doubtful(self):
        for language, found in self.catalogues.items():
            for sentence, (flags, translations, _) in found.items():
                self.assertNotIn('fuzzy', flags, f'{language}: {sentence}')
                self.assertTrue(all(translations.values()), f'{language}: {sentence}')

    def test_holes_and_ends_of_lines_are_the_same(self):
        for language, found in self.catalogues.items():
            for sentence, (_, translations, plural) in found.items():
                for key, text in translations.items():
                    # "1 project" may say "one project".
                    if key != 'msgstr[0]':
                        self.assertEqual(set(HOLES.findall(text)), set(HOLES.findall(plural)), f'{language}: {sentence}')
                    self.assertLessEqual(set(HOLES.findall(text)), set(HOLES.findall(plural)), f'{language}: {sentence}')
                    self.assertEqual(text.endswith('\\n'), sentence.endswith('\\n'), f'{language}: {sentence}')

    def test_what_stands_in_backquotes_is_what_a_person_types(self):
        typed = re.compile(r'`[^`]*`')
        for language, found in self.catalogues.items():
            for sentence, (_, translations, _) in found.items():
                for text in translations.values():
                    self.assertEqual(sorted(typed.findall(text)), sorted(typed.findall(sentence)), f'{language}: {sentence}')


if __name__ == '__main__':
    unittest.main()
