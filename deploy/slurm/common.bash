# shellcheck shell=bash
# What `up` and `down` share. $dir is the folder of the clusters, absolute.
#
#   $dir/run/NAME.pid   of every daemon, written by whoever started it: mariadbd, and for each site
#                       SITE.munged, SITE.slurmdbd, SITE.slurmctld, SITE.slurmd.NODE
#   $dir/SITE/          slurm.conf, slurmdbd.conf, gres.conf, the state and the logs of one cluster

# The state of a process: nothing once it is gone. Its name may hold blanks and brackets.
state_of() { sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null || true; }

# Whether process $1 is a daemon of $dir: each is given this mark, so a pid that was given to somebody
# else meanwhile is left alone.
mark=MESOLYS_SLURM_DIR=${dir:?is set by whoever reads this file}
is_ours() { tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | grep -qxF "$mark"; }

# Whether the daemon whose pid was kept in file $1 runs. A dead one that nobody has collected yet
# does not.
runs() {
  local pid state
  [ -s "$1" ] || return 1
  pid=$(<"$1")
  state=$(state_of "$pid")
  [ -n "$state" ] && [ "$state" != Z ] && is_ours "$pid"
}

# until_true SECONDS COMMAND...: 1 when the command has not succeeded by then.
until_true() {
  local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
    sleep 0.05
  done
}
