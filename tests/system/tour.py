#!/usr/bin/env python3
"""Gives every command of README.md's tour, as it is printed, to what deploy/quickstart left running: each must end
with 0, and show the headings that the tour shows. Changes what runs: for a quickstart that is thrown away after.

  tour.py [BIN_DIR]     the programs, build/release if not given"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = pathlib.Path(os.environ.get('MESOLYS_QUICKSTART_DIR', ROOT / 'build/quickstart'))


def commands(text):
    """(command, the first line of its answer) in their order."""
    tour = re.search(r'^## A short tour$(.*?)^## ', text, re.MULTILINE | re.DOTALL).group(1)
    lines = [line[4:] for line in tour.splitlines() if line.startswith('    ')]
    at = 0
    while at < len(lines):
        if not lines[at].startswith('$ '):
            at += 1
            continue
        command = lines[at][2:]
        while command.endswith('\\'):
            at += 1
            command = command[:-1] + lines[at].strip()
        at += 1
        answer = lines[at] if at < len(lines) and not lines[at].startswith('$ ') else ''
        yield command, answer


def main():
    programs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / 'build/release').resolve()
    path = f'{programs}/client:{programs}/scheduler:{os.environ["PATH"]}'
    environment = {**os.environ, 'PATH': path, 'MESOLYS_CONFIG': str(HOME / 'user/olga.toml'), 'LANG': 'C.UTF-8'}
    count = 0
    for command, first in commands((ROOT / 'README.md').read_text()):
        answer = subprocess.run(['bash', '-c', command], cwd=ROOT, env=environment, capture_output=True, text=True)
        print(f'$ {command}\n{answer.stdout}{answer.stderr}')
        if answer.returncode != 0:
            raise SystemExit(f'tour: exit {answer.returncode}')
        # Columns that do not fit the page are left out of the tour, so the headings are looked for one by one.
        words = [word for word in re.split(r'  +', first) if re.fullmatch(r'[A-ZÀ-Ü][A-ZÀ-Ü /]*', word)]
        missing = [word for word in words if word not in answer.stdout]
        if missing:
            raise SystemExit(f'tour: {", ".join(missing)} is not in the answer')
        count += 1
    if count < 6:
        raise SystemExit(f'tour: {count} commands; where is the rest of it?')
    print(f'tour: {count} commands work as printed')


if __name__ == '__main__':
    main()
