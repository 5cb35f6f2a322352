#!/usr/bin/env python3
"""What it costs that jobs are judged as they are submitted, by a file of 1,000 projects: calls of the plug-in alone,
with the file as it was and with a new one each time; and sbatch of two clusters in turn, one with it and one without,
which then change places. Medians, in milliseconds. As root, as deploy/slurm/up; `--lua` for the calls alone.

  submission.py [--lua] [JOBS]"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests/system/slurm'))
import clusters  # noqa: E402

SITES = ('psmn', 'p2chpd')
PROJECTS, MEMBERS, CALLS = 1000, 5, 1000
FOLDER = 'local FOLDER = "/run/mesolys-agent"'
JOB = '{account="p500", user_id=1001, user_name="alice", script="#!/bin/sh", environment={LANG="fr_FR"}, time_limit=600,' \
      ' min_nodes=2, num_tasks=8, tres_per_node="gres:gpu:1"}'
CALLS_IN_LUA = '''
local parts = { main = { flag_default = 1, default_time = 60, max_time = 10080 } }
local seconds = {}
print = function() end
for call = 1, tonumber(arg[2]) do
  if arg[3] then
    local file = io.open(arg[3], "rb")
    local text = file:read("*a"):gsub("^(%S+ %S+ %S+) %x+", "%1 " .. string.format("%016x", call))
    file:close()
    file = io.open(arg[3], "wb")
    file:write(text)
    file:close()
  end
  local begun = os.clock()
  slurm_job_submit(JOB, parts, 1001)
  table.insert(seconds, os.clock() - begun)
end
table.sort(seconds)
io.write(string.format("%.9f %.9f\\n", seconds[math.ceil(#seconds / 2)], seconds[math.ceil(#seconds * 0.99)]))
'''


def text_of_file(site):
    lines = [f'site {site}', 'mode tell', 'language en', 'gpu_model a100', 'partition main a100,v100']
    for number in range(PROJECTS):
        project = f'p{number}'
        lines += [f'project {project} open', *(f'member {project} user{each}' for each in range(MEMBERS - 1)),
                  f'member {project} alice', f'left {project} cpu 3600000', f'left {project} gpu-a100 3600',
                  f'left {project} gpu-v100 3600']
    body = ''.join(f'{line}\n' for line in lines)
    return f'mesolys-submission 1 {int(time.time())} 0\n{body}end {len(body)}\n'


def call_in_lua(count, is_new_each_time):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        plugin = (ROOT / 'deploy/slurm/job_submit.lua').read_text(encoding='utf-8')
        (folder / 'plugin.lua').write_text(plugin.replace(FOLDER, f'local FOLDER = "{folder}"'), encoding='utf-8')
        (folder / 'psmn.txt').write_text(text_of_file('psmn'))
        (folder / 'calls.lua').write_text((ROOT / 'tests/deploy/job_submit.lua').read_text(encoding='utf-8') +
                                          CALLS_IN_LUA.replace('JOB', JOB), encoding='utf-8')
        new = [folder / 'psmn.txt'] if is_new_each_time else []
        told = subprocess.run(['lua5.1', folder / 'calls.lua', folder / 'plugin.lua', str(count), *new], check=True,
                              capture_output=True, text=True).stdout.splitlines()[-1]
        return [1000 * float(word) for word in told.split()]


def put_in(slurm, site, is_judged):
    """Restarts its slurmctld with the plug-in or without."""
    conf = slurm.conf(site)
    lines = [line for line in conf.read_text().splitlines() if line != 'JobSubmitPlugins=lua']
    conf.write_text('\n'.join(lines + ['JobSubmitPlugins=lua'] * is_judged) + '\n')
    slurm.end(f'{site}.slurmctld', 15)
    slurm.up()


def sbatch(slurm, site):
    """Milliseconds. It is held, so that nothing runs beside the next."""
    begun = time.monotonic()
    slurm.command(site, 'sbatch', '--uid=alice', '--account=p500', '--hold', '--mem=10', '--time=5', '--gpus=a100:1',
                  f'--chdir={slurm.folder}/{site}/jobs', '--output=/dev/null', '--wrap=true')
    return 1000 * (time.monotonic() - begun)


def alternate(slurm, count):
    """Half of them with the plug-in at one cluster, half with it at the other."""
    times = {True: [], False: []}
    for judged in SITES:
        for site in SITES:
            put_in(slurm, site, site == judged)
            slurm.command(site, 'scancel', '--user=alice')
        for site in SITES:
            (slurm.folder / f'submission/{site}.txt').write_text(text_of_file(site))
            sbatch(slurm, site)
        for _ in range(count // 2):
            for site in SITES:
                times[site == judged].append(sbatch(slurm, site))
    return times


def main():
    count = int(sys.argv[-1]) if sys.argv[-1].isdigit() else 200
    for is_new, what in ((False, 'the file as it was'), (True, 'a new file each time')):
        median, most = call_in_lua(CALLS, is_new)
        print(f'{CALLS} calls in Lua, {PROJECTS} projects, {what}: median {median:.3f} ms, 99 of 100 within {most:.3f} ms',
              flush=True)
    if '--lua' in sys.argv:
        return
    clusters.skip_unless_possible()
    with clusters.Clusters(sites=SITES, users=('alice',)) as slurm:
        for site in SITES:
            slurm.add_account(site, 'p500', 'alice')
        times = alternate(slurm, count)
    medians = {is_judged: statistics.median(each) for is_judged, each in times.items()}
    print(f'{count} sbatch each in turn: median {medians[True]:.2f} ms with the plug-in, {medians[False]:.2f} ms without: '
          f'{medians[True] - medians[False]:+.2f} ms', flush=True)


if __name__ == '__main__':
    main()
