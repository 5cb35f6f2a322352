#!/usr/bin/env python3
"""Gives every dialogue of README.md and of its readers' pages (`    $ command`), as it is printed and in its order, to
what deploy/quickstart left running, in a shell that sourced its env: each must end with 0, and show the headings that
the page shows. Commands in sentences must be known: every noun, verb and option of them. Changes what runs: for a
quickstart that is thrown away after."""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/deploy'))
import pages  # noqa: E402

HOME = pathlib.Path(os.environ.get('MESOLYS_QUICKSTART_DIR', ROOT / 'build/quickstart'))
PROGRAM = re.compile(r'mesolys(-scheduler|-agent)?(?= |$)')


def run(command):
    environment = {**os.environ, 'LANG': 'C.UTF-8', 'QUICKSTART': str(HOME)}
    return subprocess.run(['bash', '-c', f'source "$QUICKSTART/env"; {command}'], cwd=ROOT, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def show(command, first):
    # Pages name the folder that is usual.
    answer = run(command.replace('build/quickstart/', f'{HOME}/'))
    print(f'$ {command}\n{answer.stdout}{answer.stderr}')
    if answer.returncode != 0:
        raise SystemExit(f'tour: exit {answer.returncode}')
    # Columns that do not fit the page are left out of the tour, so the headings are looked for one by one.
    words = [word for word in re.split(r'  +', first) if re.fullmatch(r'[A-ZÀ-Ü][A-ZÀ-Ü /]*', word)]
    missing = [word for word in words if word not in answer.stdout]
    if missing:
        raise SystemExit(f'tour: {", ".join(missing)} is not in the answer')


def check(mention):
    """A command as sentences write it: nouns and verbs in lower case (grant release|revoke for two), then places to be
    filled."""
    words = mention.replace('mesolys help ', 'mesolys ').split()
    commands, options = [words[:1]], re.findall(r'(?<=\s)--[a-z-]+', mention)
    for word in words[1:]:
        if not re.fullmatch(r'[a-z|-]+', word) or word.startswith('-') or words[0] == 'mesolys' and len(commands[0]) > 2:
            break
        commands = [[*command, each] for command in commands for each in word.split('|')]
    for command in commands:
        # With -h alone it would tell of the noun when the verb is unknown.
        asked = ['mesolys', 'help', *command[1:]] if command[0] == 'mesolys' else [*command, '-h']
        answer = run(' '.join(asked))
        if answer.returncode != 0:
            raise SystemExit(f'tour: `{mention}`: {answer.stderr}')
        missing = [option for option in options if option not in answer.stdout + run(f'{words[0]} -h').stdout]
        if missing:
            raise SystemExit(f'tour: `{mention}`: {" ".join(command)} has no {", ".join(missing)}')


def main():
    count = 0
    for page in pages.PAGES:
        for command, first in pages.dialogues(pages.text_of(page)):
            show(command, first)
            count += 1
    mentions = {each for page in pages.PAGES for each in pages.mentions(pages.text_of(page)) if PROGRAM.match(each)}
    for mention in sorted(mentions):
        check(mention)
    if count < 12 or len(mentions) < 30:
        raise SystemExit(f'tour: {count} dialogues, {len(mentions)} commands in sentences; where are the others?')
    print(f'tour: {count} commands work as printed, {len(mentions)} others are known')


if __name__ == '__main__':
    main()
