#!/usr/bin/env python3
"""Another mesocentre is another file, and nothing else. No site, cluster, programme or institution of an
example stands in a string of the sources; and every key that the sources read from a catalogue is shown by an
example.

Only strings count: comments may name what they explain. A name may also stand where a person is shown how a
command is written, in the client's help or after "for example" in a refusal: no decision depends on it
there."""
import pathlib
import re
import subprocess
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / 'deploy/examples').glob('*.toml'))
SOURCES = ('proto/', 'scheduler/', 'agent/', 'client/')

# The glossary's own words that an example has chosen as ids, too. They may stand within a sentence, never
# alone: `"chair"` is an id, "the chair above it" is any project that holds others.
GLOSSARY = {'chair'}

TOKEN = re.compile(r'''
    //[^\n]* | /\*.*?\*/                                     # comments
  | R"(?P<mark>[^()\s\\]{0,16})\((?P<raw>.*?)\)(?P=mark)"    # a raw string
  | "(?P<text>(?:\\.|[^"\\\n])*)"                            # a string
  | (?<![0-9A-Za-z_])'(?:\\.[^']*|[^'\\])'                   # a character; 1'000 is a number
  | (?P<space>\s+) | (?P<other>.)''', re.VERBOSE | re.DOTALL)


def strings(text):
    """The strings of C++ or protobuf text, with the line of each. Those that follow one another are one, as
    the compiler takes them."""
    found, line, follows = [], 1, False
    for token in TOKEN.finditer(text):
        value = token['text'] if token['text'] is not None else token['raw']
        if value is not None and follows:
            found[-1] = (found[-1][0], found[-1][1] + value)
        elif value is not None:
            found.append((line, value))
        # Blanks and comments do not part two strings.
        if value is not None or token['other'] is not None or token.group().startswith("'"):
            follows = value is not None
        line += token.group().count('\n')
    return found


def names(catalogue):
    """Ids of what belongs to one mesocentre."""
    ids = set(catalogue['sites']) | set(catalogue['programmes']) | set(catalogue.get('institutions', {}))
    for site in catalogue['sites'].values():
        ids |= set(site['clusters'])
    return ids


def titles(catalogue):
    """What people call the mesocentre and what belongs to it."""
    told = {catalogue['title']} | set(catalogue.get('institutions', {}).values())
    for kind in ('sites', 'programmes'):
        told |= {table['title'] for table in catalogue[kind].values()}
    return told


def named_in(value, words):
    """Those of `words` that stand in the string by themselves: "psmn:4002" names psmn, "examines" does not
    name mines."""
    return {word for word in words
            if re.search(rf'(?<![\w-]){re.escape(word)}(?![\w-])', value, re.IGNORECASE)}


def shows_how(name, value, word):
    """Whether the word only shows a person how something is written."""
    before = value[:value.lower().index(word)]
    return (name.startswith('client/') and value.startswith('mesolys ')) or 'for example ' in before


def flaws(name, text, ids, told):
    found = []
    for line, value in strings(text):
        for word in sorted(named_in(value, {each.lower() for each in ids | told})):
            alone = value.strip('/').lower() == word
            if not alone and (shows_how(name, value, word) or (word in GLOSSARY and ' ' in value)):
                continue
            found.append(f'{name}:{line}: "{value}" names {word}; take it from the catalogue')
    return found


def sources():
    listed = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.cc', '*.h',
                             '*.proto'], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return [name for name in listed if name.startswith(SOURCES) and (ROOT / name).is_file()]


def keys_in(value):
    """Every key of TOML tables within tables."""
    if isinstance(value, list):
        return set().union(*(keys_in(each) for each in value))
    if isinstance(value, dict):
        return set(value).union(*(keys_in(each) for each in value.values()))
    return set()


class NoNamesTest(unittest.TestCase):
    def catalogues(self):
        self.assertGreater(len(EXAMPLES), 3, 'the examples were not found')
        return [tomllib.loads(path.read_text(encoding='utf-8')) for path in EXAMPLES]

    def test_no_name_of_an_example_is_in_the_code(self):
        catalogues = self.catalogues()
        ids = set().union(*map(names, catalogues))
        told = set().union(*map(titles, catalogues))
        found = sources()
        self.assertGreater(len(found), 100, 'the tree was not found')
        wrong = []
        for name in found:
            wrong += flaws(name, (ROOT / name).read_text(encoding='utf-8'), ids, told)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong))

    def test_strings_are_found_where_they_are(self):
        text = ('// "a comment"\nf("one", \'"\', 1\'000, "t\\"wo"  // "no"\n    " and more");\n'
                '/* "b"\n */ g(R"sql(x "y" z)sql", u"", \'\\\'\', "last");\n')
        self.assertEqual(strings(text),
                         [(2, 'one'), (2, 't\\"wo and more'), (5, 'x "y" z'), (5, ''), (5, 'last')])

    def test_a_name_is_found_and_an_explanation_is_not(self):
        ids, told = {'psmn', 'chair', 'mines'}, {'Centrale Lyon'}
        for name, text, wrong in [
            ('scheduler/core/a.cc', 'if (site == "psmn") return;', True),
            ('scheduler/core/a.cc', 'if (site == "PSMN") return;', True),
            ('scheduler/core/a.cc', 'name == "sites/" "psmn"', True),
            ('scheduler/core/a.cc', 'if (programme == "chair") Review();', True),
            ('client/a.cc', 'if (programme == "chair") Review();', True),
            ('scheduler/core/a.cc', 'Tell("ask Centrale Lyon first");', True),
            ('scheduler/core/a.cc', 'Tell("ask psmn first");', True),
            ('agent/a.cc', 'Tell("mesolys site show psmn");', True),
            ('proto/a.proto', 'string site = 1 [json_name = "psmn"];', True),
            ('client/a.cc', 'tree.Read("show", {"mesolys site show psmn"});', False),
            ('client/a.cc', 'Tell("mesolys project create lab "\n    "--programme chair");', False),
            ('proto/values/names.cc', 'NotA("site", "sites/{site}, for example sites/psmn");', False),
            ('client/a.cc', 'Option("--parent", "The chair above it");', False),
            ('scheduler/core/a.cc', 'Tell("it examines psmn2 and psmn_old");  // as "psmn" does', False),
        ]:
            with self.subTest(text=text):
                self.assertEqual(bool(flaws(name, text, ids, told)), wrong)

    def test_every_key_of_a_catalogue_is_shown_by_an_example(self):
        reader = (ROOT / 'scheduler/config/catalogue_file.cc').read_text(encoding='utf-8')
        # table.Text("title"), ReadAmount(table, "threshold", ...)
        known = set(re.findall(r'\.[A-Z]\w+\("([a-z_]+)"', reader))
        known |= set(re.findall(r'ReadAmount\(\w+, "([a-z_]+)"', reader))
        self.assertLessEqual({'title', 'threshold', 'node_share', 'from', 'bonus'}, known)
        shown = set().union(*map(keys_in, self.catalogues()))
        self.assertEqual(known - shown, set())


if __name__ == '__main__':
    sys.exit(unittest.main())
