"""The pages of this project: README.md and one for each kind of reader, with the commands that they show."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
# In the order in which tests/system/tour.py gives their commands to a quickstart.
PAGES = ('README.md', 'client/README.md', 'scheduler/README.md', 'agent/README.md', 'deploy/README.md', 'tests/README.md')


def text_of(page):
    return (ROOT / page).read_text(encoding='utf-8')


def blocks(text, language):
    """What stands in ```LANGUAGE blocks."""
    return re.findall(rf'^```{language}\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)


def dialogues(text, prompt='$ '):
    """(command, the first line of its answer), in their order, of indented lines: `    $ command`. What is asked where
    real clusters run has the prompt "slurm$ "."""
    lines = [line[4:] if line.startswith('    ') else None for line in text.splitlines()]
    at = 0
    while at < len(lines):
        if lines[at] is None or not lines[at].startswith(prompt):
            at += 1
            continue
        command = lines[at][len(prompt):]
        while command.endswith('\\'):
            at += 1
            command = command[:-1] + lines[at].strip()
        at += 1
        answer = lines[at] if at < len(lines) and lines[at] is not None and not lines[at].startswith(prompt) else ''
        yield command, answer


def mentions(text):
    """Commands in sentences and tables: `mesolys grant show`, `deploy/quickstart --stop`."""
    prose = re.sub(r'^```.*?^```$', '', text, flags=re.MULTILINE | re.DOTALL)
    prose = '\n'.join('' if line.startswith('    ') else line for line in prose.splitlines())
    return [' '.join(each.split()) for each in re.findall(r'`([^`]+)`', prose)]
