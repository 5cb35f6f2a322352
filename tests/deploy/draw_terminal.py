#!/usr/bin/env python3
"""Draws what a terminal shows of a running quickstart, as README.md has it: an SVG of real answers.
   draw_terminal.py > deploy/pictures/terminal.svg"""
import html
import os
import pathlib
import subprocess
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = pathlib.Path(os.environ.get('MESOLYS_QUICKSTART_DIR', ROOT / 'build/quickstart'))
COMMANDS = ['mesolys site list', 'mesolys usage list these-vision --by month', 'mesolys balance these-vision',
            'mesolys why serre-drone/r5']
COLUMNS = 147
CHARACTER, LINE, MARGIN = 7.83, 17, 16  # of a monospaced font of 13 px; in px


def lines():
    """(text, whether somebody typed it)."""
    for command in COMMANDS:
        answer = subprocess.run(['bash', '-c', f'source "$QUICKSTART/env"; {command}'], capture_output=True, text=True,
                                env={**os.environ, 'QUICKSTART': str(HOME), 'LC_ALL': 'C.UTF-8'}, check=True)
        yield f'$ {command}', True
        for line in answer.stdout.rstrip('\n').split('\n'):
            # As a terminal does.
            for part in textwrap.wrap(line, COLUMNS, drop_whitespace=False, replace_whitespace=False) or ['']:
                yield part, False
        yield '', False


def main():
    shown = list(lines())[:-1]
    width = round(max(len(text) for text, _ in shown) * CHARACTER + 2 * MARGIN)
    height = len(shown) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
          f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" fill="#d8dee9">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#1d222b"/>')
    for number, (text, is_typed) in enumerate(shown):
        style = ' fill="#a3d977" font-weight="bold"' if is_typed else ''
        length = f' textLength="{len(text) * CHARACTER:.0f}"' if text.strip() else ''
        print(f'<text xml:space="preserve" x="{MARGIN}" y="{MARGIN + LINE * number + 13}"{style}{length}>'
              f'{html.escape(text)}</text>')
    print('</svg>')


if __name__ == '__main__':
    main()
