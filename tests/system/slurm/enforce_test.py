#!/usr/bin/env python3
"""Grants become limits of real Slurm clusters: accounts, limits and members appear within one tick at two sites,
jobs run and settle, shares follow weights and the eco QOS is for those who may, the job that would exceed is held
with Slurm's reason, a supplement starts it, a revocation closes, an end closes with the scheduler switched off; a refund
and an opening balance are in force within 2 s; what is changed by hand, lost or forgotten is right again after one tick,
and so it is wherever the agent is killed.

  enforce_test.py BUILD_DIR [SEED]"""
import datetime
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import clusters  # noqa: E402
import mesocentre  # noqa: E402

SITES = ('psmn', 'p2chpd')
HOUR = 60  # Slurm counts minutes


class Enforced(mesocentre.Mesocentre):
    """A scheduler and the agents of two sites that set limits in their Slurm."""

    def __init__(self, build, folder, slurm):
        self.slurm = slurm
        super().__init__(build, folder, None)

    def write_files(self, records, replay):
        self.certify('user/olga', *(f'site/{site}' for site in SITES))
        title = 'title = "Graduate School PhD track"\n'
        before, after = (mesocentre.ROOT / 'deploy/examples/lyon.toml').read_text().split(title)
        (self.folder / 'catalogue.toml').write_text(f'{before}{title}weight = 0.25\neco = true\n{after}')
        self.write_scheduler('catalogue.toml')
        self.write_client('olga')
        for site in SITES:
            self.slurm.command(site, 'sacctmgr', '-iQ', 'add', 'qos', 'eco')
            self.write_agent(f'agent-{site}', site,
                             f'type = "slurm"\nclusters = ["{site}"]\nslurm_conf = "{self.slurm.conf(site)}"\n'
                             f'in_flight_interval = "1s"', 'type = "slurm"\ninterval = "1s"\nqos = ["normal"]\neco_qos = "eco"')

    def accounts(self, site):
        """(parent, GrpTRESMins, GrpJobs, GrpSubmitJobs, members) by account, as slurmdbd keeps them."""
        found = {}
        for row in self.slurm.command(site, 'sacctmgr', '-nP', 'show', 'assoc', 'where', f'cluster={site}',
                                      'format=Account,ParentName,User,GrpTRESMins,GrpJobs,GrpSubmitJobs').splitlines():
            account, parent, user, minutes, jobs, submits = row.split('|')
            if user:
                found[account][4].add(user)
            else:
                limits = dict(each.split('=') for each in minutes.split(',') if each)
                found[account] = (parent, {tres: int(count) for tres, count in limits.items()}, jobs, submits, set())
        return found

    def priority(self, account):
        """(shares, QOS) of an account at psmn."""
        row, = self.slurm.command('psmn', 'sacctmgr', '-nP', 'show', 'assoc', 'where', 'cluster=psmn', f'account={account}',
                                  'user=', 'format=Share,QOS,DefaultQOS').splitlines()
        shares, qos, default = row.split('|')
        return int(shares), set(qos.split(',')), default

    def counted(self, site, account, tres='cpu'):
        """Minutes that slurmctld has counted."""
        return (self.limit(site, account, tres) or (0, 0))[1]

    def left(self, site, account, tres='cpu'):
        """Minutes that slurmctld would still let begin in the account: its limit less what it has counted."""
        limit = self.limit(site, account, tres)
        return None if limit is None or limit[0] is None else limit[0] - limit[1]

    def limit(self, site, account, tres):
        """(limit, counted), as slurmctld goes by; no limit, or no such account: None."""
        text = self.slurm.command(site, 'scontrol', 'show', 'assoc_mgr', 'flags=assoc', f'accounts={account}')
        for record in text.split('ClusterName=')[1:]:
            if f'Account={account} UserName= ' not in record:
                continue
            line, = (line for line in record.splitlines() if line.strip().startswith('GrpTRESMins='))
            limit, _, counted = dict(each.split('=') for each in
                                     line.strip()[12:].split(','))[tres].rstrip(')').partition('(')
            return None if limit == 'N' else int(limit), int(counted)
        return None

    def is_closed(self, site, account):
        return self.accounts(site).get(account, ('', {}, '', '', set()))[2:4] == ('0', '0')

    def used(self):
        """Core-seconds of climat at psmn, as the ledger has settled them."""
        rows = json.loads(self.done('--format', 'json', 'usage', 'list', 'climat'))['jobs']
        return sum(charge['amount_base_units'] for job in rows for charge in job['charges']
                   if charge['kind'] == 'SETTLED' and charge['resource'] == 'cpu' and job['cluster'] == 'psmn')

    def agrees(self, grant):
        """Whether Slurm would let as much begin as the ledger says is left, to the minute."""
        shown = json.loads(self.done('--format', 'json', 'grant', 'show', grant))
        left = self.left('psmn', 'climat')
        return left is not None and abs(left - (shown['grant']['amount_base_units'] - self.used()) // 60) <= 1

    def stands(self, right):
        """Whether the accounts of psmn are these. Of what Slurm counts in whole minutes one may be more or less."""
        def with_cpu_apart(accounts):
            return {account: (parent, {tres: count for tres, count in limits.items() if tres != 'cpu'}, *others)
                    for account, (parent, limits, *others) in accounts.items()}

        found = self.accounts('psmn')
        return with_cpu_apart(found) == with_cpu_apart(right) and all(
            abs(found[account][1].get('cpu', -100) - right[account][1].get('cpu', -100)) <= 1 for account in right)

    def states(self, grant):
        """What the sites made of a grant: {site: (state, text)}."""
        shown = json.loads(self.done('--format', 'json', 'grant', 'show', grant))
        return {row['site']: (row['state'], row['text']) for row in shown['ceilings']}

    def logs(self):
        return ''.join(f'\n== {path.name}\n' + path.read_text()[-3000:] for path in self.folder.glob('*.log'))

    def until(self, true, seconds, what):
        try:
            self.slurm.until(true, seconds, what)
        except SystemExit as error:
            shown = {site: self.accounts(site) for site in SITES}
            raise SystemExit(f'{error}\n{shown}{self.logs()}') from None


def grant(world, project, *arguments):
    """The names of what a request was granted, by resource."""
    answer = json.loads(world.done('--format', 'json', 'request', 'create', project, '--justification', 'x', *arguments))
    return {row['resource']: row['name'] for row in answer['grants']}


def set_up(world):
    world.start('scheduler')
    world.wait_until_serving()
    begin = datetime.date.today() - datetime.timedelta(days=1)
    for project, more in (('chair_ia', ()), ('climat', ('--parent', 'chair_ia'))):
        world.done('project', 'create', project, '--title', project, '--institution', 'cnrs', '--programme', 'chair',
                   '--pi', f'pi-{project}', '--from', str(begin), '--for', '1y', *more)
    for user in ('alice', 'bruno'):
        world.done('member', 'add', 'climat', user, '--role', 'researcher', *(arg for site in SITES for arg in ('--login', f'{site}={user}')))
    world.done('member', 'add', 'climat', 'nobody-yet', '--role', 'researcher', '--login', 'psmn=nobody_yet')
    for site in SITES:
        world.start(f'agent-{site}')


def appear_within_a_tick(world):
    """10 core-hours and 2 GPU-hours, over two sites."""
    begun = time.monotonic()
    grants = {(site, resource): name for site, cpu, gpu in (('psmn', '6h', '1h'), ('p2chpd', '4h', '1h'))
              for resource, name in grant(world, 'climat', '--cpu', cpu, '--gpu', f'a100={gpu}', '--site', site,
                                          '--for', '3m').items()}
    wanted = {'psmn': {'cpu': 6 * HOUR, 'gres/gpu': HOUR, 'gres/gpu:a100': HOUR, 'gres/gpu:v100': 0},
              'p2chpd': {'cpu': 4 * HOUR, 'gres/gpu': HOUR, 'gres/gpu:a100': HOUR}}
    for site in SITES:
        world.until(lambda: world.accounts(site).get('climat', ('', {}))[1] == wanted[site] and
                    not world.is_closed(site, 'climat'), 30, f'{site} has the limits')
        accounts = world.accounts(site)
        if (accounts['climat'][0], accounts['_chair_ia'][0]) != ('_chair_ia', 'root') or \
                accounts['_chair_ia'][1] or accounts['climat'][4] != {'alice', 'bruno'}:
            raise SystemExit(f'{site}: {accounts}')
    print(f'limits of both sites stood {time.monotonic() - begun:.1f} s after the first request', flush=True)
    for name in grants.values():
        world.until(lambda: all(state == 'ENFORCED' for state, _ in world.states(name).values()), 30,
                    f'{name} is ENFORCED')
    return grants


def hold_what_exceeds(world, slurm):
    """6 core-hours at psmn: 32 cores for 5 minutes fit, for 15 they do not."""
    fits = slurm.submit('psmn', 'alice', 'climat', 'sleep 6', '-n32', '--time=5')
    slurm.until(lambda: slurm.command('psmn', 'squeue', '-hj', fits, '-o', '%T', check=False).strip() in ('', 'RUNNING'), 60,
                'what fits runs')
    exceeds = slurm.submit('psmn', 'bruno', 'climat', 'sleep 5', '-n32', '--time=15')

    def reason():
        return slurm.command('psmn', 'squeue', '-hj', exceeds, '-o', '%T %r', check=False).strip()

    slurm.until(lambda: reason() == 'PENDING AssocGrpCPUMinutesLimit', 60, 'what exceeds is held with the reason')
    print(f'held: {reason()}', flush=True)
    slurm.until(lambda: not slurm.command('psmn', 'squeue', '-hj', fits, check=False).strip(), 60, 'what fits has ended')
    return fits, exceeds, reason


def settle(world, grant):
    """Slurm's counter and the ledger agree to the minute, and together make the grant."""
    world.until(lambda: world.used() > 0, 60, 'the job is settled')
    world.until(lambda: world.agrees(grant), 60, f'what is left agrees: {world.left("psmn", "climat")} and {world.used()}')
    print(f'settled {world.used()} core-seconds, {world.left("psmn", "climat")} of {6 * HOUR} core-minutes left', flush=True)


def weigh(world, slurm):
    """A project of a programme with a quarter of the weight, whose jobs may run in the eco QOS."""
    world.done('project', 'create', 'these', '--title', 'These', '--institution', 'cnrs', '--programme', 'phd-track',
               '--pi', 'pi-these', '--from', str(datetime.date.today() - datetime.timedelta(days=1)), '--for', '11m')
    world.done('member', 'add', 'these', 'alice', '--role', 'researcher', '--login', 'psmn=alice')
    grant(world, 'these', '--cpu', '1h', '--site', 'psmn', '--for', '3m')
    world.until(lambda: 'these' in world.accounts('psmn') and not world.is_closed('psmn', 'these'), 30, 'it is open')
    found = {account: world.priority(account) for account in ('_chair_ia', 'climat', 'these')}
    if (found['_chair_ia'][0], found['climat'], found['these']) != \
            (10000, (10000, {'normal'}, 'normal'), (2500, {'normal', 'eco'}, 'normal')):
        raise SystemExit(f'shares and QOS: {found}')
    shown = json.loads(world.done('--format', 'json', 'project', 'show', 'these'))['project']
    if (shown['shares'], shown['eco']) != (2500, True):
        raise SystemExit(f'project show: {shown}')
    job = slurm.submit('psmn', 'alice', 'these', 'sleep 1', '--time=1', '--qos=eco')
    slurm.until(lambda: slurm.command('psmn', 'sacct', '-nXPj', job, '-o', 'QOS,State') == 'eco|COMPLETED\n', 60,
                'a job in the eco QOS ran')
    try:
        job = slurm.submit('psmn', 'alice', 'climat', 'true', '--qos=eco')
    except SystemExit as refusal:
        if 'Invalid qos' not in str(refusal):
            raise
    else:
        raise SystemExit(f'job {job} of climat was taken in the eco QOS')
    checked = subprocess.run([world.build / 'agent/mesolys-agent', 'check', '--config', world.folder / 'agent-psmn.toml'],
                             capture_output=True, text=True, timeout=60).stdout
    if not all(f'pass  QOS {qos}: is known\n' in checked for qos in ('normal', 'eco')):
        raise SystemExit(f'check: {checked}')
    print(f'shares and QOS: {found}', flush=True)


def react(world, grant, times=20):
    """How long after the answer to a supplement its limit stands in Slurm."""
    waited = []
    for _ in range(times):
        before = world.accounts('psmn')['climat'][1]['cpu']
        world.done('grant', 'supplement', grant, '--amount', '1h', '--reason', 'again')
        answered = time.monotonic()
        world.until(lambda: world.accounts('psmn')['climat'][1]['cpu'] >= before + HOUR - 1, 30, 'the limit is raised')
        waited.append(time.monotonic() - answered)
    waited.sort()
    print(f'from the answer to the limit in Slurm, {times} times: median {waited[times // 2]:.2f} s, longest '
          f'{waited[-1]:.2f} s', flush=True)


def correct(world, grant, *jobs):
    """How long after the answer to a refund, or an opening balance, Slurm lets as much more, or less, begin: whether
    polls are cut short or wait for news. One of `jobs` is refunded with each interval."""
    config = world.folder / 'agent-psmn.toml'
    text = config.read_text()
    for interval, job in zip(('1s', '30s'), jobs):
        config.write_text(text.replace('type = "slurm"\ninterval = "1s"', f'type = "slurm"\ninterval = "{interval}"'))
        world.stop('agent-psmn')
        world.start('agent-psmn')
        before = world.left('psmn', 'climat')
        world.done('grant', 'supplement', grant, '--amount', '1h', '--reason', 'the agent is back')
        world.until(lambda: world.left('psmn', 'climat') >= before + HOUR - 1, 60, 'the agent has begun')
        opening = ('grant', 'opening-balance', grant, '--site', 'psmn', '--amount', '1h', '--reason', 'from the old books')
        refund = ('usage', 'refund', f'psmn:{job}', '--reason', 'our fault')
        waited = []
        for words, minutes in ((opening, 1 - HOUR), (refund, 2), (opening, 1 - HOUR)):
            before = world.left('psmn', 'climat')
            world.done(*words)
            answered = time.monotonic()
            world.until(lambda: (world.left('psmn', 'climat') - before) / minutes >= 1, 40, f'{words} is in force')
            waited.append(time.monotonic() - answered)
        print(f'interval {interval}: from the answer to a correction to its limit in Slurm '
              f'{", ".join(f"{seconds:.2f} s" for seconds in waited)}', flush=True)
        if sorted(waited)[1] > 2:
            raise SystemExit(f'interval {interval}: a correction took {waited} s')


def explain(world, job, *said):
    answer = world.done('why', 'job', f'psmn:{job}')
    if not all(text in answer for text in said):
        raise SystemExit(f'why job: not {said}:\n{answer}')
    print(answer, flush=True)


def explain_others(world, slurm, ended):
    """A task of an array, whole nodes, what a partition lets no job have, and a job that is over."""
    def waits(job, *reasons):
        slurm.until(lambda: slurm.command('psmn', 'squeue', '-hj', job, '-o', '%T %r', check=False).split()[:2] in
                    [['PENDING', reason] for reason in reasons], 60, f'job {job} waits for {reasons}')

    array = slurm.submit('psmn', 'alice', 'climat', 'sleep 5', '-n32', '--time=15', '--array=3-4')
    waits(f'{array}_4', 'AssocGrpCPUMinutesLimit')
    explain(world, f'{array}_4', f'psmn:{array}_4', 'it asks more cpu', f'jobid={array}_4')
    # Two cores for an hour and a half fit into what is left of six hours; all 32 of a node do not.
    whole = slurm.submit('psmn', 'alice', 'climat', 'sleep 5', '-n2', '--time=90', '--exclusive')
    waits(whole, 'AssocGrpCPUMinutesLimit')
    explain(world, whole, 'it takes whole nodes (--exclusive)')
    slurm.command('psmn', 'scontrol', 'update', 'PartitionName=spare', 'MaxTime=2', 'MaxNodes=1')
    long = slurm.submit('psmn', 'alice', 'climat', 'sleep 5', '-n1', '--time=5', '--partition=spare')
    waits(long, 'PartitionTimeLimit')
    explain(world, long, 'partition spare lets a job run for 0:02:00 at most', 'ask -t 0:02:00 or less')
    wide = slurm.submit('psmn', 'alice', 'climat', 'sleep 5', '-N2', '--time=2', '--partition=spare')
    waits(wide, 'PartitionNodeLimit')
    explain(world, wide, 'partition spare gives a job 1 node at most')
    slurm.command('psmn', 'scancel', array, whole, long, wide)
    slurm.command('psmn', 'scontrol', 'update', 'PartitionName=spare', 'MaxTime=7-0', 'MaxNodes=UNLIMITED')
    answer = world.cli('why', 'job', f'psmn:{ended}')
    if answer.returncode != 4 or f'`mesolys usage show psmn:{ended}`' not in answer.stderr:
        raise SystemExit(f'why job of one that is over: {answer}')
    print(answer.stderr, flush=True)


def simulate(world):
    """What both sites could spend beyond their grants, were they cut off."""
    for site in SITES:
        answer = subprocess.run([world.build / 'agent/mesolys-agent', 'simulate-offline', '12h', '--config',
                                 world.folder / f'agent-{site}.toml'], capture_output=True, text=True, timeout=60)
        if answer.returncode != 0 or 'climat' not in answer.stdout or 'in all' not in answer.stdout:
            raise SystemExit(f'simulate-offline: {answer}')
        print(answer.stdout, flush=True)


def repair(world, slurm, rng):
    """What somebody changes by hand."""
    def manage(*words):
        slurm.command('psmn', 'sacctmgr', '-iQ', *words)

    def count():
        return json.loads(world.done('--format', 'json', 'site', 'show', 'psmn'))['site']['drift_count']

    right, before = world.accounts('psmn'), count()
    for words in (('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'GrpTRESMins=cpu=999999'),
                  ('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'GrpTRESMins=cpu=-1'),
                  ('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'GrpTRESMins=cpu=-5'),
                  ('delete', 'user', 'where', 'name=bruno', 'account=climat', 'cluster=psmn'),
                  ('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'parent=root'),
                  ('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'GrpJobs=0')):
        manage(*words)
        world.until(lambda: world.stands(right), 60, f'{words} is repaired')
    # One that was made while the agent was at it is repaired with the rest, and no drift.
    world.until(lambda: count() > before, 30, 'changes by hand are counted')
    print(f'six changes by hand were repaired, {count() - before} of them told as drift', flush=True)
    left = world.folder / 'agent-psmn/slurm_left.txt'
    world.until(lambda: 'row climat|' in left.read_text(), 30, 'the agent has seen that its last change stands')
    world.kill('agent-psmn')
    manage('modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set', 'GrpTRESMins=cpu=999999')
    world.start('agent-psmn')
    world.until(lambda: world.stands(right), 60, 'a change while the agent was away is repaired')
    world.until(lambda: count() == 1, 30, 'and counted')
    logged = (world.folder / 'agent-psmn/slurm_changes.log').read_text()
    if '# it was cpu=999999' not in logged or 'changed by somebody else at psmn: account climat' not in \
            (world.folder / 'agent-psmn.log').read_text():
        raise SystemExit('the change while the agent was away was not told')
    print('a change by hand while the agent was away was repaired and told', flush=True)


def lose_state(world, slurm, grant):
    """Its counters begin at 0 again: the whole limit would be free once more."""
    slurm.end('psmn.slurmctld')
    shutil.rmtree(slurm.folder / 'psmn' / 'state')
    slurm.up('psmn')
    world.until(lambda: world.agrees(grant), 90, 'as much is left again')
    print(f'slurmctld lost its state: still {world.left("psmn", "climat")} core-minutes left', flush=True)


def decay(world, slurm, grant):
    """A half-life takes from what Slurm has counted; the limit follows, and what is left stays."""
    conf = slurm.conf('psmn')
    text = conf.read_text()
    slurm.submit('psmn', 'alice', 'climat', 'sleep 20', '-n32', '--time=5')
    slurm.until(lambda: not slurm.command('psmn', 'squeue', '-h').strip() and world.counted('psmn', 'climat') >= 10, 90,
                'some minutes are counted')
    world.until(lambda: world.agrees(grant), 60, 'what is left agrees')
    counted = world.counted('psmn', 'climat')
    for half_life in ('00:00:30', '7-0'):
        conf.write_text(text.replace('PriorityDecayHalfLife=0\n', f'PriorityDecayHalfLife={half_life}\n'))
        slurm.end('psmn.slurmctld', signal.SIGTERM)
        slurm.up('psmn')
        if half_life != '7-0':
            world.until(lambda: world.counted('psmn', 'climat') <= counted - 3, 90, 'the half-life takes what was counted')
        world.until(lambda: world.agrees(grant), 60, 'what is left agrees with another half-life')
    print(f'with a half-life {world.counted("psmn", "climat")} of {counted} minutes counted, what is left agrees',
          flush=True)
    conf.write_text(text)
    slurm.end('psmn.slurmctld', signal.SIGTERM)
    slurm.up('psmn')


def bear_kills(world, slurm, rng, kills=50):
    """An agent that is killed while it repairs: one tick of the next is enough."""
    right = world.accounts('psmn')
    for kill in range(kills):
        slurm.command('psmn', 'sacctmgr', '-iQ', 'modify', 'account', 'where', 'name=climat', 'cluster=psmn', 'set',
                      'GrpTRESMins=cpu=999999', 'GrpJobs=0', 'parent=root', check=False)
        world.kill('agent-psmn')
        world.start('agent-psmn')
        time.sleep(rng.uniform(0, 0.8))
    world.until(lambda: world.stands(right), 60, f'limits are right after {kills} kills')
    print(f'limits are right after {kills} kills', flush=True)


def end(world, slurm):
    """A revocation closes; so does an end that nobody is there to tell of."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    short, = grant(world, 'chair_ia', '--cpu', '1h', '--site', 'p2chpd', '--from', now.isoformat(), '--to',
                   (now + datetime.timedelta(seconds=40)).isoformat()).values()
    world.until(lambda: world.accounts('p2chpd').get('chair_ia', ('', {}))[1].get('cpu') == HOUR, 30,
                f'{short} is in force')
    world.until(lambda: not world.is_closed('p2chpd', 'chair_ia'), 30, 'it is open')
    world.stop('scheduler')
    world.until(lambda: world.is_closed('p2chpd', 'chair_ia'), 90, 'it is closed at its end, without a scheduler')
    print('the end closed, with the scheduler switched off', flush=True)
    world.start('scheduler')
    world.wait_until_serving()


def revoke(world, grants):
    for name in grants.values():
        world.done('grant', 'revoke', name, '--reason', 'the test is over', '--yes')
    for site in SITES:
        world.until(lambda: world.is_closed(site, 'climat'), 60, f'{site} is closed')
    print('revoking closed both sites', flush=True)


def main():
    clusters.skip_unless_possible()
    build = pathlib.Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix='mesolys-enforce-') as folder, \
            clusters.Clusters(sites=SITES, users=('alice', 'bruno')) as slurm:
        world = Enforced(build, folder, slurm)
        try:
            set_up(world)
            grants = appear_within_a_tick(world)
            fits, exceeds, reason = hold_what_exceeds(world, slurm)
            explain(world, exceeds, 'climat', 'AssocGrpCPUMinutesLimit', 'ask -t 0:')
            explain_others(world, slurm, fits)
            settle(world, grants['psmn', 'cpu'])
            weigh(world, slurm)
            simulate(world)
            world.done('grant', 'supplement', grants['psmn', 'cpu'], '--amount', '10h', '--reason', 'more')
            slurm.until(lambda: not reason().startswith('PENDING'), 60, f'the supplement starts it: {reason()}')
            print('a supplement started what was held', flush=True)
            slurm.until(lambda: not reason(), 60, 'it has ended')
            react(world, grants['psmn', 'cpu'])
            repair(world, slurm, rng)
            decay(world, slurm, grants['psmn', 'cpu'])
            lose_state(world, slurm, grants['psmn', 'cpu'])
            bear_kills(world, slurm, rng)
            end(world, slurm)
            correct(world, grants['psmn', 'cpu'], fits, exceeds)
            revoke(world, grants)
            world.verify()
        except BaseException:
            print(world.logs())
            raise
        finally:
            world.kill_all()
    print('grants were limits, whatever happened')


if __name__ == '__main__':
    main()
