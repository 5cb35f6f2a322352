"""What there is to ask for: the series that scheduler and agents serve, those that Prometheus makes itself, and those
of the recording rules. Dashboards and rules may name nothing else, and dashboards_test.py compares this list with what
the programs serve."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / 'deploy/prometheus/rules.yml'

# Each entry: names, kind, labels besides those that Prometheus adds.
POOL = ('site', 'resource')
SCHEDULER = [
    ('mesolys_build_info', 'gauge', ('version',)),
    ('mesolys_ledger_revision mesolys_ledger_head_timestamp_seconds mesolys_ledger_invariant_violations', 'gauge', ()),
    ('mesolys_capacity_seconds mesolys_capacity_bytes mesolys_granted_seconds mesolys_granted_bytes '
     'mesolys_free_seconds mesolys_free_bytes mesolys_leased_seconds mesolys_leased_bytes '
     'mesolys_overbooked_seconds mesolys_overbooked_bytes mesolys_used_seconds mesolys_used_bytes '
     'mesolys_reserve_seconds mesolys_reserve_drawn_seconds', 'gauge', POOL),
    ('mesolys_projects', 'gauge', ('programme',)),
    ('mesolys_requests', 'gauge', ('programme', 'state')),
    ('mesolys_grants', 'gauge', ('resource', 'state')),
    ('mesolys_site_last_seen_timestamp_seconds mesolys_site_spool_records mesolys_site_spool_age_seconds '
     'mesolys_site_clock_skew_seconds mesolys_site_runaway_jobs mesolys_site_jobs_beyond_limit '
     'mesolys_site_problem', 'gauge', ('site',)),
    ('mesolys_site_quarantined_total mesolys_site_drift_total', 'counter', ('site',)),
    ('mesolys_certificate_expiry_timestamp_seconds mesolys_disk_free_bytes mesolys_disk_size_bytes', 'gauge', ()),
    ('mesolys_rpc_requests_total', 'counter', ('method', 'code')),
    ('mesolys_rpc_duration_seconds', 'histogram', ('method',)),
    ('mesolys_store_commit_duration_seconds mesolys_store_commit_commands', 'histogram', ()),
]
# Only where an agent reads a real Slurm site.
SCHEDULER_OF_SLURM = [
    ('mesolys_site_capacity_units mesolys_site_capacity_nodes', 'gauge', POOL + ('state',)),
    ('mesolys_site_capacity_promised_units mesolys_site_capacity_shortfall_units', 'gauge', POOL),
    ('mesolys_site_capacity_read_timestamp_seconds', 'gauge', ('site',)),
]
PROJECTS = [
    ('mesolys_project_info', 'gauge', ('project', 'programme', 'institution')),
    ('mesolys_project_granted_seconds mesolys_project_granted_bytes mesolys_project_used_seconds '
     'mesolys_project_used_bytes mesolys_project_committed_seconds mesolys_project_committed_bytes '
     'mesolys_project_left_seconds mesolys_project_left_bytes mesolys_project_uncovered_seconds '
     'mesolys_project_uncovered_bytes', 'gauge',
     ('project', 'resource')),
]
AGENT = [
    ('mesolys_agent_build_info', 'gauge', ('site', 'version')),
    ('mesolys_agent_collected_timestamp_seconds mesolys_agent_reported_timestamp_seconds '
     'mesolys_agent_synchronized_timestamp_seconds mesolys_agent_spool_records mesolys_agent_spool_age_seconds '
     'mesolys_agent_spool_fill_ratio mesolys_agent_generation_wanted mesolys_agent_generation_in_force '
     'mesolys_agent_certificate_expiry_timestamp_seconds mesolys_agent_disk_free_bytes '
     'mesolys_agent_disk_size_bytes', 'gauge', ('site',)),
    ('mesolys_agent_collected_records_total mesolys_agent_sent_records_total mesolys_agent_rejected_records_total '
     'mesolys_agent_report_failures_total mesolys_agent_synchronize_failures_total mesolys_agent_quarantined_total '
     'mesolys_agent_changes_total', 'counter', ('site',)),
    ('mesolys_agent_ceilings', 'gauge', ('site', 'state')),
]
# Only where an agent keeps by what jobs are judged at submission.
AGENT_OF_SUBMISSION = [
    ('mesolys_agent_submission_written_timestamp_seconds', 'gauge', ('site',)),
    ('mesolys_agent_submission_failures_total', 'counter', ('site',)),
]
PROMETHEUS = [
    ('up scrape_duration_seconds scrape_samples_scraped', 'gauge', ()),
    ('ALERTS', 'alert', ('alertname', 'alertstate', 'severity')),
]


class Series:
    """What is known of the series of one name."""

    def __init__(self, kind, labels):
        self.kind, self.labels = kind, frozenset(labels)


def served(*tables):
    """The series by name; a histogram has three."""
    found = {}
    for names, kind, labels in (entry for table in tables for entry in table):
        for name in names.split():
            own = ('job', 'instance', *labels)
            if kind == 'histogram':
                found[f'{name}_bucket'] = Series('counter', (*own, 'le'))
                found[f'{name}_sum'] = found[f'{name}_count'] = Series('counter', own)
            else:
                found[name] = Series(kind, labels if kind == 'alert' else own)
    return found


def recorded(path=RULES):
    """Those of the recording rules: level:metric:operation, and the level names the labels."""
    names = re.findall(r'^ *- record: (\S+)$', path.read_text(encoding='utf-8'), re.MULTILINE)
    return {name: Series('gauge', name.split(':')[0].split('_')) for name in names}


def all_series():
    return {**served(SCHEDULER, SCHEDULER_OF_SLURM, PROJECTS, AGENT, AGENT_OF_SUBMISSION, PROMETHEUS), **recorded()}
