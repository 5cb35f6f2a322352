#!/usr/bin/env python3
"""Draws every dashboard with Grafana's own panels, from what a Prometheus answers, as one PNG each.
   draw_panels.py PROMETHEUS_URL OUT_DIR [--minutes 5] [--dark] [NAME=VALUE...]

NAME=VALUE chooses a variable: site=psmn project=chair-ia. Exit status 77 if npm or chromium is missing."""
import argparse
import base64
import json
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'system')]
import chromium  # noqa: E402
import dashboards  # noqa: E402
import grafana_lint  # noqa: E402
import node_folder  # noqa: E402

PAGE = '<!doctype html><meta charset="utf-8"><title></title><link rel="stylesheet" href="bundle.css">\n' \
       '<div id="root"></div>\n<script>window.PAGE = {page};</script>\n<script src="bundle.js"></script>\n'
WIDTH = 1600
POINTS = 200
SECONDS = 120


def bundle(folder):
    subprocess.run(['node', 'bundle.mjs'], cwd=folder, check=True, timeout=SECONDS)


def page_of(prometheus, dashboard, preferred, minutes, mode):
    """All that the page needs: it asks nobody."""
    end, span = time.time(), minutes * 60
    step = max(1, span // POINTS)
    values = {**dashboards.choose(dashboard, prometheus, preferred), '__rate_interval': f'{max(60, 4 * step)}s'}
    answers = {}
    for panel in grafana_lint.panels_of(dashboard):
        answers[panel['id']] = [
            {'refId': target['refId'], 'legend': target.get('legendFormat', ''),
             'series': dashboards.ask(prometheus, panel, target, values, end, span, step)}
            for target in panel['targets']]
    return {'dashboard': dashboard, 'answers': answers, 'from': (end - span) * 1000, 'to': end * 1000, 'mode': mode}


def draw(browser, folder, name, page):
    """The PNG's bytes, and the titles of panels that have nothing to draw."""
    file = folder / f'{name}.html'
    # "</script>" in a string would end the script.
    file.write_text(PAGE.replace('{page}', json.dumps(page).replace('</', '<\\/')), encoding='utf-8')
    browser.deadline = time.monotonic() + SECONDS
    browser.open(file, WIDTH, page['mode'])
    while not browser.value('document.title'):
        time.sleep(0.1)
    if browser.value('document.title') != 'drawn':
        raise TimeoutError(f'{name}: {browser.value("document.title")}')
    empty = browser.value('[...document.querySelectorAll(".empty")].map(each => each.closest(".panel").dataset.title)')
    height = browser.value('document.documentElement.scrollHeight')
    browser.ask('Emulation.setDeviceMetricsOverride', width=WIDTH, height=height, deviceScaleFactor=1, mobile=False)
    time.sleep(0.5)
    return base64.b64decode(browser.ask('Page.captureScreenshot', format='png')['data']), empty


def draw_all(prometheus, out, preferred, minutes=5, mode='light'):
    """One PNG for each dashboard in the folder `out`. Returns (dashboard, panel) of those without data. Raises NoNode
    where npm, its packages or a browser are missing."""
    if chromium.Chromium.PROGRAM is None:
        raise node_folder.NoNode('chromium is missing; deploy/packages-test names its package')
    folder, found = node_folder.prepare(), []
    bundle(folder)
    out.mkdir(parents=True, exist_ok=True)
    browser = chromium.Chromium(SECONDS)
    try:
        for name, dashboard in dashboards.load_all().items():
            page = page_of(prometheus, dashboard, preferred, minutes, mode)
            png, empty = draw(browser, folder, name, page)
            (out / f'{name}.png').write_bytes(png)
            found += [(name, title) for title in empty]
    finally:
        browser.close()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('prometheus')
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('chosen', nargs='*', metavar='NAME=VALUE')
    parser.add_argument('--minutes', type=int, default=5)
    parser.add_argument('--dark', action='store_true')
    options = parser.parse_intermixed_args()
    preferred = dict(each.split('=', 1) for each in options.chosen)
    try:
        empty = draw_all(dashboards.Prometheus(options.prometheus), options.out, preferred, options.minutes,
                         'dark' if options.dark else 'light')
    except node_folder.NoNode as error:
        print(f'skipped: {error}')
        sys.exit(77)
    for name, title in empty:
        print(f'{name}: {title}: no data')
    print(f'drawn: {options.out}')


if __name__ == '__main__':
    main()
