"""Where Grafana's npm packages lie: outside of what is kept, in $MESOLYS_PANELS_DIR or build/panels. They are installed
when panels/package.json asks for others than were installed last."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = pathlib.Path(__file__).resolve().parent / 'panels'
FOLDER = pathlib.Path(os.environ.get('MESOLYS_PANELS_DIR') or ROOT / 'build/panels')
INSTALL_SECONDS = 300


class NoNode(Exception):
    """npm is missing, or cannot get the packages."""


def install():
    words = ['npm', 'install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock',
             '--loglevel=error', '--fetch-retries=1', '--fetch-timeout=60000']
    try:
        answer = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NoNode(f'npm install takes longer than {INSTALL_SECONDS} s') from error
    if answer.returncode != 0:
        raise NoNode(f'npm install: {answer.stderr[-1000:]}')


def prepare():
    """The folder with the packages and with our own files. Raises NoNode."""
    if shutil.which('npm') is None:
        raise NoNode('npm is missing; deploy/packages-test names its package')
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = (SOURCE / 'package.json').read_text(encoding='utf-8')
    installed = FOLDER / 'installed.json'
    if not installed.is_file() or installed.read_text(encoding='utf-8') != wanted:
        (FOLDER / 'package.json').write_text(wanted, encoding='utf-8')
        install()
        installed.write_text(wanted, encoding='utf-8')
    for path in SOURCE.iterdir():
        if path.name != 'package.json':
            shutil.copy(path, FOLDER)
    return FOLDER
