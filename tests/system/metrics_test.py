#!/usr/bin/env python3
"""The real scheduler tells Prometheus what it knows, over plain HTTP on loopback.
metrics_test.py BUILD_DIR"""
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mesocentre  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1))
DEADLINE_SECONDS = 60
HOUR = 3600


class MetricsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        start = int(time.time()) - 4 * HOUR
        stamps = [time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(t)) for t in (start, start, start + HOUR)]
        records = self.folder / 'jobs.txt'
        records.write_text('JobIDRaw|Cluster|Account|User|State|Submit|Start|End|Elapsed|AllocTRES\n'
                           f'1|psmn|nobody|ada|COMPLETED|{"|".join(stamps)}|{HOUR}|cpu=10\n')
        self.world = mesocentre.Mesocentre(BUILD, self.folder, records)
        self.addCleanup(self.world.kill_all)

    def port(self, program='scheduler'):
        """Where the program that runs says that its metrics are."""
        log = (self.folder / f'{program}.log').read_text()
        return int(re.findall(r'/metrics \(port (\d+)\)', log)[-1])

    def scrape(self, path='/metrics', program='scheduler'):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port(program)}{path}', timeout=10) as page:
            return page.read().decode()

    def value(self, series):
        for line in self.scrape().splitlines():
            name, _, number = line.rpartition(' ')
            if name == series:
                return float(number)
        return None

    def until(self, series, right):
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            if self.value(series) is not None and right(self.value(series)):
                return
            time.sleep(0.05)
        self.fail(f'{series} is {self.value(series)} after {DEADLINE_SECONDS} s')

    def test_a_scheduler_and_its_site_are_seen(self):
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.assertEqual(self.value('mesolys_site_last_seen_timestamp_seconds{site="psmn"}'), 0)
        self.world.start('agent')
        self.until('mesolys_site_last_seen_timestamp_seconds{site="psmn"}', lambda t: abs(t - time.time()) < 60)
        self.until('mesolys_used_seconds{site="psmn",resource="cpu"}', lambda used: used == 10 * HOUR)
        self.until('mesolys_site_spool_records{site="psmn"}', lambda count: count == 0)
        page = self.scrape()
        self.assertIn('\nmesolys_ledger_invariant_violations 0\n', page)
        self.assertRegex(page, r'\nmesolys_build_info{version="\d+\.\d+\.\d+"} 1\n')
        self.assertRegex(page, r'\nmesolys_ledger_revision [1-9]')
        self.assertRegex(page, r'\nmesolys_rpc_requests_total{code="OK",method="AgentService.ReportUsage"} [1-9]')
        self.assertRegex(page, r'\nmesolys_certificate_expiry_timestamp_seconds \d{10}\n')
        agent = self.scrape(program='agent')
        self.assertIn('\nmesolys_agent_sent_records_total{site="psmn"} 1\n', agent)
        self.assertRegex(agent, r'\nmesolys_agent_collected_timestamp_seconds{site="psmn"} \d{10}\n')
        self.assertRegex(agent, r'\nmesolys_agent_certificate_expiry_timestamp_seconds{site="psmn"} \d{10}\n')
        for each in (page, agent):
            checked = subprocess.run(['promtool', 'check', 'metrics'], input=each, capture_output=True, text=True)
            self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, '', ''))
        with self.assertRaises(urllib.error.HTTPError):
            self.scrape('/')
        self.assertTrue(self.world.stop('agent'))
        self.assertTrue(self.world.stop('scheduler'))

    def settings(self, metrics_listen):
        path = self.folder / 'scheduler.toml'
        path.write_text(re.sub('metrics_listen = .*', f'metrics_listen = "{metrics_listen}"', path.read_text()))

    def test_nothing_is_served_where_nothing_is_wanted(self):
        self.settings('')
        self.world.start('scheduler')
        self.world.wait_until_serving()
        self.assertNotIn('/metrics', (self.folder / 'scheduler.log').read_text())

    def test_a_port_in_use_is_said(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            self.settings(address)
            answer = subprocess.run([BUILD / 'scheduler/mesolys-scheduler', 'serve', '--config',
                                     self.folder / 'scheduler.toml'], capture_output=True, text=True, timeout=60)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn(address, answer.stderr)
        self.assertIn('metrics_listen', answer.stderr)


if __name__ == '__main__':
    unittest.main()
