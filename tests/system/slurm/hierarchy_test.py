#!/usr/bin/env python3
"""Where Slurm looks for a limit before it comes to a project's account, on a real cluster: limits of the job's QOS and
of a partition's, jobs of a QOS that open who is closed, a user's own QOS, associations for one partition. While one of
them lets more begin than is left, the grant is DRIFTED and names it, `check` fails with the line to type, and once it is
typed the grant is ENFORCED again; what the agent may repair it repairs.

  hierarchy_test.py BUILD_DIR"""
import datetime
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clusters  # noqa: E402
import one_site  # noqa: E402
from one_site import SITE  # noqa: E402

PROJECT = 'vision'
HOURS = 10
HELD = 'PENDING AssocGrpCPUMinutesLimit'
LOOK_SECONDS = 15


class Hierarchy:
    def __init__(self, world, slurm):
        self.world, self.slurm, self.seen = world, slurm, frozenset()

    def manage(self, *words, check=True):
        return self.slurm.command(SITE, 'sacctmgr', '-i', *words, check=check)

    def modify_qos(self, name, *words):
        self.manage('modify', 'qos', 'where', f'name={name}', 'set', *words)

    def until(self, true, what):
        try:
            self.slurm.until(true, LOOK_SECONDS, what)
        except SystemExit as error:
            raise SystemExit(f'{error}\n{self.grant()}\n{self.associations()}') from None

    def set_up(self):
        world = self.world
        world.start('scheduler')
        world.wait_until_serving()
        begin = datetime.date.today() - datetime.timedelta(days=1)
        world.done('project', 'create', PROJECT, '--title', 'Vision', '--institution', 'cnrs', '--programme', 'chair', '--pi',
                   'pi-vision', '--from', str(begin), '--for', '6m')
        self.member('add', 'alice')
        answer = json.loads(world.done('--format', 'json', 'request', 'create', PROJECT, '--cpu', f'{HOURS}h', '--site', SITE,
                                       '--for', '3m', '--justification', 'x'))
        self.name = answer['grants'][0]['name']
        world.start('agent')
        self.until(lambda: self.grant()[0] == 'ENFORCED', 'the grant is in force')

    def member(self, verb, user):
        more = ('--role', 'researcher', '--login', f'{SITE}={user}') if verb == 'add' else ()
        self.world.done('member', verb, PROJECT, user, *more)

    def grant(self):
        """(state, text) of the grant at the site."""
        row, = json.loads(self.world.done('--format', 'json', 'grant', 'show', self.name))['ceilings']
        return row['state'], row['text']

    def associations(self):
        """{(user, partition): (GrpTRESMins, GrpJobs)} of the project's account."""
        rows = self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'account={PROJECT}', f'cluster={SITE}',
                                  'format=User,Partition,GrpTRESMins,GrpJobs').splitlines()
        return {(user, partition): (minutes, jobs) for user, partition, minutes, jobs in (row.split('|') for row in rows)}

    def stands(self, job, *wanted):
        return self.slurm.command(SITE, 'squeue', '-hj', job, '-o', '%T %r', check=False).strip() in wanted

    def submit(self, user, *options):
        return self.slurm.submit(SITE, user, PROJECT, 'sleep 600', *options)

    def too_much(self, *options):
        """A job of twice the hours that are left."""
        return self.submit('alice', '-n1', f'--time={2 * HOURS * 60}', *options)

    def cancel(self, *jobs):
        self.slurm.command(SITE, 'scancel', *jobs)
        for job in jobs:
            self.slurm.until(lambda job=job: self.stands(job, ''), 60, f'job {job} is gone')

    def drifts(self, *said):
        def is_said():
            state, text = self.grant()
            return state == 'DRIFTED' and all(part in text for part in said)

        self.until(is_said, f'the grant has drifted: {said}')
        state, text = self.grant()
        print(f'{state}: {text}', flush=True)
        return text

    def mend(self, text, qos):
        """`check` fails with a line for the QOS; the grant's own line mends it."""
        answer = self.world.agent('check')
        if answer.returncode != 1 or not re.search(f'FAIL  {SITE}: QOS {qos}[^\n]*\n *-> sacctmgr', answer.stdout):
            raise SystemExit(f'check: {answer.returncode}\n{answer.stdout}{answer.stderr}')
        self.type(text)
        self.until(lambda: self.grant()[0] == 'ENFORCED', f'{text} mends it')

    def type(self, text):
        line = re.search(r'sacctmgr -i (modify qos .*)', text)[1]
        self.manage(*line.split())

    def minutes_of_the_jobs_qos(self):
        job = self.too_much()
        self.slurm.until(lambda: self.stands(job, HELD), 60, 'the account holds what exceeds it')
        self.modify_qos('normal', 'GrpTRESMins=cpu=100000000')
        text = self.drifts('QOS normal has GrpTRESMins=cpu=100000000')
        self.slurm.until(lambda: self.stands(job, 'RUNNING None'), 60, 'so Slurm does begin it')
        self.cancel(job)
        self.mend(text, 'normal')

    def minutes_of_a_partitions_qos(self):
        self.manage('add', 'qos', 'part_low')
        self.slurm.command(SITE, 'scontrol', 'update', 'PartitionName=low', 'QOS=part_low')
        job = self.too_much('--partition=low')
        self.slurm.until(lambda: self.stands(job, HELD), 60, 'the account holds it there, too')
        if self.grant()[0] != 'ENFORCED':
            raise SystemExit(f'a QOS without limits: {self.grant()}')
        self.modify_qos('part_low', 'GrpTRESMins=cpu=100000000')
        text = self.drifts('QOS part_low (partition low) has GrpTRESMins=cpu=100000000')
        self.slurm.until(lambda: self.stands(job, 'RUNNING None'), 60, 'so Slurm does begin it')
        self.cancel(job)
        # That of the job may come first.
        self.modify_qos('normal', 'Flags=OverPartQOS', 'GrpTRESMins=cpu=60')
        self.until(lambda: self.grant()[0] == 'TIGHTER', 'a QOS that comes first lets less begin')
        job = self.too_much('--partition=low')
        self.slurm.until(lambda: self.stands(job, 'PENDING QOSGrpCPUMinutesLimit'), 60, 'and holds it')
        self.cancel(job)
        self.modify_qos('normal', 'Flags-=OverPartQOS', 'GrpTRESMins=cpu=-1')
        self.drifts('QOS part_low (partition low)')
        self.mend(text, 'part_low')

    def jobs_that_open_who_is_closed(self):
        self.modify_qos('normal', 'GrpJobs=500', 'GrpSubmitJobs=5000')
        self.member('add', 'bruno')
        self.until(lambda: ('bruno', '') in self.associations(), 'bruno is there')
        job = self.submit('bruno', '-n1', '--time=30')
        self.slurm.until(lambda: self.stands(job, 'RUNNING None'), 60, 'his job runs')
        if self.grant()[0] != 'ENFORCED':
            raise SystemExit(f'a cap on jobs opens nothing while nobody is closed: {self.grant()}')
        self.member('remove', 'bruno')
        text = self.drifts('GrpJobs=500', f'jobs of bruno in account {PROJECT}')
        more = self.submit('bruno', '-n1', '--time=30')
        self.slurm.until(lambda: self.stands(more, 'RUNNING None'), 60, 'so Slurm does begin his next')
        self.mend(text, 'normal')
        refused = self.slurm.command(SITE, 'sbatch', '--uid=bruno', f'--account={PROJECT}', '-n1', '--time=30', '--mem=10',
                                     f'--chdir={self.slurm.folder}/{SITE}/jobs', '--wrap', 'true', check=False)
        if refused:
            raise SystemExit(f'a job of somebody who has left was taken: {refused}')
        self.cancel(job, more)
        self.until(lambda: ('bruno', '') not in self.associations(), 'he goes after his last job')

    def a_users_own_qos(self):
        self.manage('add', 'qos', 'high')
        self.modify_qos('high', 'GrpTRESMins=cpu=100000000')
        self.manage('modify', 'user', 'where', 'name=alice', f'account={PROJECT}', f'cluster={SITE}', 'set', 'QOS=normal,high')

        def own():
            return self.slurm.command(SITE, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'account={PROJECT}', 'user=alice',
                                      f'cluster={SITE}', 'WOPInfo', 'format=QOS').strip()

        self.until(lambda: not own() and self.grant()[0] == 'ENFORCED', 'the QOS of the user are those of the account')
        print('a user\'s own QOS were taken back', flush=True)

    def a_login_in_capitals(self):
        """Slurm keeps it in lower case: it is made once, and nothing changes any more."""
        log = self.world.folder / 'agent/slurm_changes.log'
        self.member('add', 'LabGuest')
        self.until(lambda: ('labguest', '') in self.associations(), 'it is there')
        self.until(lambda: self.grant()[0] == 'ENFORCED' and 'login LabGuest is labguest at psmn' in self.grant()[1],
                   'it is told')
        lines, looks = log.read_text(), self.looks()
        self.until(lambda: self.looks() >= looks + 3, 'the agent has looked again')
        if log.read_text() != lines:
            raise SystemExit(f'changes without end:\n{log.read_text()[len(lines):]}')
        self.member('remove', 'LabGuest')
        self.until(lambda: ('labguest', '') not in self.associations(), 'it goes')
        print('a login in capitals was made once, told, and removed', flush=True)

    def looks(self):
        """How often the agent has told the scheduler what it read back: each poll is a look."""
        seen = json.loads(self.world.done('--format', 'json', 'site', 'show', SITE))['site']['agent_last_seen_time']
        self.seen = self.seen | {seen}
        return len(self.seen)

    def associations_of_one_partition(self):
        # Of somebody who is no member.
        self.manage('add', 'user', 'bruno', f'account={PROJECT}', f'cluster={SITE}', 'partition=main')
        self.until(lambda: not any(user == 'bruno' for user, _ in self.associations()), 'bruno\'s is gone')
        if 'user bruno (partition main) is new' not in (self.world.folder / 'agent.log').read_text():
            raise SystemExit('it was not told as changed by somebody else')
        # Of a member with a limit of their own.
        self.world.done('member', 'limit', PROJECT, 'alice', '--site', SITE, 'cpu=1h')
        self.until(lambda: self.associations()['alice', ''][0] == 'cpu=60', 'alice has a limit of her own')
        self.manage('add', 'user', 'alice', f'account={PROJECT}', f'cluster={SITE}', 'partition=main')
        self.until(lambda: self.associations()['alice', 'main'][0] == 'cpu=60', 'her association for main has it, too')
        job = self.submit('alice', '-n4', '--time=60', '--partition=main')
        self.slurm.until(lambda: self.stands(job, HELD), 60, 'a job of four core-hours is held by it')
        self.cancel(job)
        # Of one who leaves, whose default account it is.
        self.member('add', 'chloe')
        self.until(lambda: ('chloe', '') in self.associations(), 'chloe is there')
        self.manage('add', 'user', 'chloe', f'account={PROJECT}', f'cluster={SITE}', 'partition=main')
        job = self.submit('chloe', '-n1', '--time=30')
        self.slurm.until(lambda: self.stands(job, 'RUNNING None'), 60, 'her job runs')
        self.member('remove', 'chloe')
        self.until(lambda: all(self.associations()['chloe', partition][1] == '0' for partition in ('', 'main')),
                   'both of hers are closed')
        self.cancel(job)
        self.until(lambda: not any(user == 'chloe' for user, _ in self.associations()) and self.grant()[0] == 'ENFORCED',
                   'both are gone after her last job')
        print('associations for one partition are held and removed as others are', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='mesolys-hierarchy-') as folder, \
            clusters.Clusters(sites=(SITE,), users=('alice', 'bruno', 'chloe', 'LabGuest')) as slurm:
        world = one_site.OneSite(build, folder, slurm, enforcer='type = "slurm"\ninterval = "1s"\nqos = ["normal"]')
        hierarchy = Hierarchy(world, slurm)
        try:
            hierarchy.set_up()
            hierarchy.minutes_of_the_jobs_qos()
            hierarchy.minutes_of_a_partitions_qos()
            hierarchy.jobs_that_open_who_is_closed()
            hierarchy.a_users_own_qos()
            hierarchy.a_login_in_capitals()
            hierarchy.associations_of_one_partition()
            world.verify()
        except BaseException:
            print(world.logs())
            raise
        finally:
            world.kill_all()


if __name__ == '__main__':
    main()
