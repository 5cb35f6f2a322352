#!/usr/bin/env python3
"""What the pages of server, agent and client tell a root to do, done: every command of their ```sh blocks, in one shell,
with what would change this machine put into a folder. The programs are installed from the build, the certificate recipe
makes what the programs take, the settings to copy are right, the scheduler serves alice, and a renewed certificate is
served without a restart.   server_test.py BUILD_DIR"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pages  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
DEADLINE_SECONDS = 60
# What the commands of the machine are in this test; CMake's own, but for the build, which is there.
TOOLS = {
    'systemctl': 'echo "systemctl $*" >>"$DONE"',
    'systemd-sysusers': 'echo systemd-sysusers >>"$DONE"',
    'dpkg-query': 'echo installed',
    'cmake': 'case $1 in --preset) ;; --build) ;; --install) shift 2; exec {cmake} --install {build} "$@" ;; '
             '*) exit 2 ;; esac',
}


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def block_after(page, heading):
    """The first block of commands under a heading."""
    return pages.blocks(pages.text_of(page).split(f'\n{heading}\n', 1)[1], 'sh')[0]


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix='mesolys-server-')))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root, cls.port = cls.folder / 'root', free_port()
        tools = cls.folder / 'tools'
        tools.mkdir()
        for name, text in TOOLS.items():
            text = text.replace('{cmake}', shutil.which('cmake')).replace('{build}', f"'{BUILD}'")
            (tools / name).write_text(f'#!/bin/sh\n{text}\n')
            (tools / name).chmod(0o755)
        cls.work = cls.folder / 'authority'
        cls.work.mkdir()
        cls.done = cls.folder / 'done'
        for name in ('deploy', 'CMakePresets.json'):
            (cls.work / name).symlink_to(pages.ROOT / name)
        cls.environment = {
            'PATH': f'{tools}:{cls.root}/usr/bin:{cls.root}/usr/sbin:{os.environ["PATH"]}', 'DESTDIR': str(cls.root),
            'HOME': str(cls.folder / 'alice'), 'DONE': str(cls.done), 'LC_ALL': 'C.UTF-8'}
        # Of the two that need the scheduler, `mesolys whoami` comes once it runs.
        server, agent, client = (pages.blocks(pages.text_of(f'{name}/README.md'), 'sh')
                                 for name in ('deploy', 'agent', 'client'))
        cls.renewal = cls.moved(block_after('deploy/README.md', '## 5. Renewal'))
        cls.functions = '\n'.join(re.findall(r'^\w+\(\) \{.*?^\}$', cls.moved('\n'.join(server)), re.MULTILINE | re.DOTALL))
        cls.scripts = [*map(cls.moved, server), *map(cls.moved, agent), *map(cls.moved, client)]
        cls.scripts.remove(cls.renewal)
        cls.last = [script for script in cls.scripts if 'mesolys whoami' in script]
        answer = cls.shell('\n'.join(cls.changed(script) for script in cls.scripts if script not in cls.last))
        if answer.returncode != 0:
            raise AssertionError(answer.stdout + answer.stderr)
        cls.scheduler = None

    @classmethod
    def moved(cls, text):
        """With the folders of a machine below ours, and no change of owner."""
        text = re.sub(r'(?<![\w/])/(etc/mesolys|usr/share|var/lib)', rf'{cls.root}/\1', text)
        return text.replace('-o "$3" -g "$3" ', '').replace('192.0.2.7', '127.0.0.1')

    @classmethod
    def changed(cls, script):
        """What a reader edits: addresses and the places that the files name."""
        edits = f'sed -i "s#/var/lib#{cls.root}/var/lib#; s#0.0.0.0:7443#127.0.0.1:{cls.port}#; ' \
                f's#mesolys.example.org:7443#127.0.0.1:{cls.port}#; s#127.0.0.1:946[45]#127.0.0.1:0#"'
        return re.sub(r'^(install -m 644 \S+\.toml (\S+))$', rf'\1\n{edits} \2', script, flags=re.MULTILINE)

    @classmethod
    def shell(cls, script):
        return subprocess.run(['bash', '-c', f'set -eu\n{script}'], cwd=cls.work, env=cls.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)

    def openssl(self, *words):
        answer = subprocess.run(['openssl', *words], cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=60)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return answer.stdout

    def test_the_commands_for_the_machine_are_those_that_are_meant(self):
        self.assertEqual(self.done.read_text().splitlines(), [
            'systemd-sysusers', 'systemctl daemon-reload', 'systemctl enable --now mesolys-scheduler', 'systemd-sysusers',
            'systemctl daemon-reload', 'systemctl enable --now mesolys-agent'])
        for service in ('scheduler', 'agent'):
            self.assertTrue((self.root / f'usr/lib/systemd/system/mesolys-{service}.service').exists())

    def test_what_is_installed_is_where_it_belongs(self):
        for name in ('bin/mesolys', 'sbin/mesolys-scheduler', 'sbin/mesolys-agent', 'sbin/mesolys-sacctmgr',
                     'share/man/man1/mesolys.1', 'share/man/fr/man1/mesolys.1', 'share/locale/fr/LC_MESSAGES/mesolys.mo',
                     'share/bash-completion/completions/mesolys', 'share/zsh/site-functions/_mesolys',
                     'share/fish/vendor_completions.d/mesolys.fish', 'lib/sysusers.d/mesolys.conf',
                     'share/doc/mesolys/examples/agent.toml', 'share/doc/mesolys/examples/sudoers',
                     'share/doc/mesolys/prometheus/alerts.yml', 'share/doc/mesolys/grafana/dashboards/site.json',
                     'share/doc/mesolys/runbooks/MesolysDrift.md', 'share/mesolys/job_submit.lua'):
            self.assertTrue((self.root / 'usr' / name).is_file(), name)
        self.assertEqual({path.name for path in self.root.iterdir()} - {'etc', 'var'}, {'usr'})

    def test_every_service_starts_a_program_that_is_installed_there(self):
        prefix = self.folder / 'opt'
        subprocess.run([shutil.which('cmake'), '--install', BUILD, '--prefix', prefix], check=True, capture_output=True)
        for usr, named in ((self.root / 'usr', '/usr'), (prefix, str(prefix))):
            for service in ('scheduler', 'agent'):
                text = (usr / f'lib/systemd/system/mesolys-{service}.service').read_text()
                program = re.search(r'^ExecStart=(\S+) ', text, re.MULTILINE).group(1)
                self.assertEqual(program, f'{named}/sbin/mesolys-{service}')
                self.assertTrue((usr / f'sbin/mesolys-{service}').exists())
            self.assertIn(f' {named}/sbin/mesolys-sacctmgr ', (usr / 'share/doc/mesolys/examples/sudoers').read_text())

    def test_the_installed_client_speaks_french_from_the_installed_catalogue(self):
        client, catalogue = self.root / 'usr/bin/mesolys', self.root / 'usr/share/locale/fr/LC_MESSAGES/mesolys.mo'
        def told():
            return subprocess.run([client, 'grant', '-h'], env={'LC_ALL': 'fr_FR.UTF-8', 'PATH': '/usr/bin:/bin'},
                                  capture_output=True, text=True, check=True, timeout=60).stdout
        french = told()
        english = subprocess.run([client, 'grant', '-h'], env={'LC_ALL': 'C'}, capture_output=True, text=True).stdout
        self.assertNotEqual(french, english)
        kept = catalogue.read_bytes()
        try:
            catalogue.write_bytes(b'')
            self.assertEqual(told(), english, 'it read another catalogue')
        finally:
            catalogue.write_bytes(kept)

    def test_completions_complete_as_they_are_installed(self):
        share = self.root / 'usr/share'
        bash = f'source {share}/bash-completion/completions/mesolys; COMP_WORDS=(mesolys gra) COMP_CWORD=1; _mesolys; ' \
               'echo "${COMPREPLY[@]}"'
        self.assertEqual(self.shell(bash).stdout.split(), ['grant'])
        if shutil.which('zsh'):
            # The first call of a function that zsh loads by itself completes, too.
            zsh = 'compdef() { :; }; _describe() { echo "${candidates[1]%%:*}"; }; autoload -Uz _mesolys; ' \
                  'words=(mesolys gra); CURRENT=2; _mesolys'
            answer = subprocess.run(['zsh', '-fc', zsh], env={**self.environment, 'FPATH': f'{share}/zsh/site-functions'},
                                    capture_output=True, text=True, timeout=60)
            self.assertEqual(answer.stdout.split(), ['grant'], answer.stderr)

    def test_certificates_of_the_recipe_carry_what_the_programs_ask_for(self):
        for name, purpose, usage, names in [
                ('scheduler', 'sslserver', 'TLS Web Server Authentication',
                 'URI:spiffe://mesolys/service/scheduler, DNS:mesolys.example.org, IP Address:127.0.0.1'),
                ('psmn', 'sslclient', 'TLS Web Client Authentication', 'URI:spiffe://mesolys/site/psmn'),
                ('alice', 'sslclient', 'TLS Web Client Authentication', 'URI:spiffe://mesolys/user/alice')]:
            self.openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', f'{name}.pem')
            text = self.openssl('x509', '-in', f'{name}.pem', '-noout', '-ext',
                                'extendedKeyUsage,subjectAltName,basicConstraints,keyUsage')
            for wanted in (usage, names, 'CA:FALSE', 'Digital Signature'):
                self.assertIn(wanted, text)
            self.openssl('x509', '-in', f'{name}.pem', '-noout', '-checkend', str(89 * 86400))
            self.assertEqual((self.work / f'{name}.key').stat().st_mode & 0o77, 0)
        self.assertIn('does match', self.openssl('x509', '-in', 'scheduler.pem', '-noout', '-checkhost', 'mesolys.example.org'))

    def serial_served(self):
        answer = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{self.port}', '-alpn', 'h2'], cwd=self.work,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return self.serial('-', answer.stdout)

    def serial(self, path, text=None):
        words = ['openssl', 'x509', '-noout', '-serial'] + ([] if text else ['-in', path])
        return subprocess.run(words, cwd=self.work, input=text, capture_output=True, text=True, timeout=60).stdout.strip()

    def until(self, what):
        end = time.monotonic() + DEADLINE_SECONDS
        while not what():
            self.assertLess(time.monotonic(), end, 'not in time')
            time.sleep(0.1)

    def test_the_scheduler_serves_alice_and_a_renewed_certificate_without_a_restart(self):
        etc = self.root / 'etc/mesolys'
        (self.root / 'var/lib/mesolys').mkdir(parents=True)
        log = self.folder / 'log'
        with open(log, 'w') as to:
            scheduler = subprocess.Popen([self.root / 'usr/sbin/mesolys-scheduler', 'serve', '--config', etc / 'scheduler.toml'],
                                         stdin=subprocess.DEVNULL, stdout=to, stderr=to)
        self.addCleanup(scheduler.wait)
        self.addCleanup(scheduler.kill)
        self.until(lambda: 'listen' in log.read_text() or 'serv' in log.read_text() or scheduler.poll() is not None)
        self.until(self.serial_served)
        answer = self.shell('\n'.join(map(self.changed, self.last)))
        self.assertEqual((answer.returncode, answer.stderr), (0, ''), log.read_text())
        self.assertIn('alice', answer.stdout)
        before = self.serial_served()
        self.assertEqual(before, self.serial('scheduler.pem'))
        was = os.readlink(etc / 'scheduler/current')
        self.until(lambda: time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()) != was)
        answer = self.shell(f'umask 077\n{self.functions}\n{self.renewal}')
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertNotEqual(os.readlink(etc / 'scheduler/current'), was)
        self.assertNotEqual(self.serial('scheduler.pem'), before)
        self.until(lambda: self.serial_served() == self.serial('scheduler.pem'))
        self.assertIsNone(scheduler.poll())
        self.assertIn('alice', self.shell('mesolys whoami').stdout)


if __name__ == '__main__':
    unittest.main()
