#!/usr/bin/env python3
"""The services keep what they are given to themselves, as far as systemd can say it of a file."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / 'deploy/systemd'


@unittest.skipIf(shutil.which('systemd-analyze') is None, 'systemd is missing; deploy/packages-test names its package')
class ServicesTest(unittest.TestCase):
    def exposure(self, path):
        answer = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager', path], capture_output=True,
                                text=True, timeout=60)
        return float(re.search(r'Overall exposure level for \S+: ([\d.]+)', answer.stdout).group(1))

    def test_exposure_is_what_the_pages_say(self):
        scheduler, agent = (self.exposure(SYSTEMD / f'mesolys-{name}.service') for name in ('scheduler', 'agent'))
        self.assertLessEqual(scheduler, 1.5)
        self.assertLessEqual(agent, 2.5)
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / 'mesolys-agent.service'
            shutil.copy(SYSTEMD / 'mesolys-agent.service', unit)
            (unit.parent / 'mesolys-agent.service.d').mkdir()
            shutil.copy(SYSTEMD / 'mesolys-agent-sudo.conf', unit.parent / 'mesolys-agent.service.d/sudo.conf')
            loose = self.exposure(unit)
        self.assertIn(f'says {scheduler} of 10', (ROOT / 'deploy/README.md').read_text(encoding='utf-8'))
        page = ' '.join((ROOT / 'agent/README.md').read_text(encoding='utf-8').split())
        self.assertIn(f'{agent} of 10', page)
        self.assertIn(f'loosens the unit to {loose}', page)

    def test_systemd_takes_them_as_they_are(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ('scheduler', 'agent'):
                text = (SYSTEMD / f'mesolys-{name}.service').read_text(encoding='utf-8')
                unit = pathlib.Path(folder) / f'mesolys-{name}.service'
                # Neither has to be installed for this.
                text = text.replace(f'/usr/sbin/mesolys-{name}', '/bin/true').replace('Documentation=man:mesolys(1)\n', '')
                unit.write_text(text, encoding='utf-8')
                answer = subprocess.run(['systemd-analyze', 'verify', '--man=no', unit], capture_output=True, text=True,
                                        timeout=60)
                self.assertEqual((answer.returncode, answer.stderr), (0, ''))


if __name__ == '__main__':
    unittest.main()
