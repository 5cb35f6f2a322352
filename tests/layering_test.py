#!/usr/bin/env python3
"""The tree against the laws of tests/laws.py, and violations of each law, planted, against the law."""
import pathlib
import subprocess
import sys
import unittest

import laws

ROOT = pathlib.Path(__file__).resolve().parent.parent

VERB_FILES_MAX = 8
# What an agent says, or is asked, stands in two programs.
WIDER_VERBS = (('ReportUsage', 15), ('Synchronize', 14), ('TellUsage', 10))


def our_tree():
    names = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
                           cwd=ROOT, check=True, capture_output=True, text=True).stdout.split('\0')
    tree = {}
    for name in names:
        if (ROOT / name).is_file():
            tree[name] = (ROOT / name).read_text(encoding='utf-8', errors='replace')
    return tree


class LayeringTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = our_tree()

    def holds(self, violations):
        self.assertEqual(list(violations), [])

    def test_the_tree_was_found(self):
        self.assertGreater(len(laws.sources(self.tree)), 300)

    def test_every_arrow_is_in_the_table(self):
        self.holds(laws.unwanted_arrows(self.tree))

    def test_no_two_rooms_include_each_other(self):
        self.holds(laws.mutual_rooms(self.tree))

    def test_no_room_is_overfull(self):
        self.holds(laws.full_rooms(self.tree))

    def test_pure_rooms_touch_nothing_of_the_world(self):
        self.holds(laws.impure_includes(self.tree))

    def test_pure_rooms_keep_no_order_that_comes_from_a_hash(self):
        self.holds(laws.walked_hashes(self.tree))

    def test_headers_never_include_grpc_services(self):
        self.holds(laws.services_in_headers(self.tree))

    def test_string_views_are_those_of_abseil(self):
        self.holds(laws.foreign_string_views(self.tree))

    def test_the_time_of_day_is_asked_in_one_place(self):
        self.holds(laws.clocks_asked(self.tree))

    def test_threads_and_waits_are_those_of_the_runtime(self):
        self.holds(laws.stray_threads(self.tree))

    def test_guards_name_their_file(self):
        self.holds(laws.wrong_guards(self.tree))

    def test_the_top_level_is_fixed(self):
        self.holds(laws.stray_top_level(self.tree))

    def test_a_name_of_a_type_stands_once_in_its_namespace(self):
        self.holds(laws.doubled_types(self.tree))

    def test_agent_and_client_have_namespaces_of_their_own(self):
        self.holds(laws.wrong_namespaces(self.tree))

    def test_functions_are_short(self):
        self.holds(laws.long_functions(self.tree))

    def test_what_is_spoken_of_is_there(self):
        self.holds(laws.dead_references(self.tree))

    def test_what_is_refused_is_said_for_translators(self):
        self.holds(laws.unsaid_sentences(self.tree))

    def test_a_verb_is_written_in_few_files(self):
        verbs = laws.verbs_of(self.tree)
        self.assertGreater(len(verbs), 40)
        self.holds(laws.wide_verbs(self.tree, verbs, VERB_FILES_MAX, WIDER_VERBS))


class PlantedViolationsTest(unittest.TestCase):
    """Each law finds what breaks it, and lets pass what stands beside it and does not."""

    def breaks(self, law, tree, *words):
        found = list(law(tree))
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_an_arrow_that_is_not_in_the_table(self):
        tree = {'scheduler/core/facts/job.h': '#include "scheduler/core/ledger/ledger.h"\n',
                'scheduler/core/ledger/ledger.h': '#include "proto/values/period.h"\n', 'proto/values/period.h': ''}
        self.breaks(laws.unwanted_arrows, tree, 'facts/job.h', 'ledger/ledger.h')

    def test_generated_code_where_the_table_does_not_have_it(self):
        self.breaks(laws.unwanted_arrows, {'agent/reconcile/access.cc': '#include "mesolys/v1/grant.pb.h"\n'},
                    'mesolys/v1/grant.pb.h')

    def test_a_room_that_the_table_does_not_know(self):
        self.breaks(laws.unwanted_arrows, {'scheduler/attic/old.cc': ''}, 'scheduler/attic')

    def test_rooms_that_include_each_other(self):
        tree = {'client/show/table.cc': '#include "client/session/session.h"\n', 'client/show/table.h': '',
                'client/session/session.cc': '#include "client/show/table.h"\n', 'client/session/session.h': ''}
        self.breaks(laws.mutual_rooms, tree, 'client/session and client/show')

    def test_a_full_room(self):
        tree = {f'agent/slurm/file{number}.cc': '' for number in range(laws.FOLDER_FILES_MAX + 1)}
        self.breaks(laws.full_rooms, tree, 'agent/slurm', '41')
        del tree['agent/slurm/file0.cc']
        self.assertEqual(list(laws.full_rooms(tree)), [])

    def test_the_world_in_a_pure_room(self):
        self.breaks(laws.impure_includes, {'scheduler/core/rules/rule.cc': '#include <thread>\n#include <map>\n'},
                    '<thread>')

    def test_an_order_that_comes_from_a_hash(self):
        tree = {'proto/values/sums.cc': 'absl::flat_hash_map<int, int> sums;\nfor (const auto& one : sums) Add(one);\n'}
        self.breaks(laws.walked_hashes, tree, 'sums')

    def test_a_service_in_a_header(self):
        include = '#include "mesolys/v1/site.grpc.pb.h"\n'
        self.breaks(laws.services_in_headers, {'scheduler/service/a.h': include, 'scheduler/service/a.cc': include},
                    'a.h')

    def test_a_foreign_string_view(self):
        self.breaks(laws.foreign_string_views, {'client/show/a.h': 'void Show(std::' + 'string_view text);\n'}, 'a.h')

    def test_somebody_who_asks_for_the_time(self):
        asks = 'return absl::Now();\n'
        self.breaks(laws.clocks_asked, {'agent/loop/a.cc': asks, 'proto/runtime/clock.cc': asks}, 'agent/loop/a.cc')

    def test_somebody_who_begins_a_thread_or_sleeps(self):
        for waits in ('std::thread thread;', 'std::condition_variable_any come;', 'std::async(Run);',
                      'std::this_thread::sleep_for(pause);', 'absl::SleepFor(pause);', '::poll(nullptr, 0, 5);'):
            tree = {'agent/loop/a.cc': waits, 'proto/runtime/thread_runtime.cc': waits, 'tests/agent/a_test.cc': waits,
                    'agent/loop/b.cc': '::poll(files.data(), files.size(), 5); Asleep(pause);'}
            self.breaks(laws.stray_threads, tree, 'agent/loop/a.cc', 'proto/runtime')

    def test_a_guard_of_another_file(self):
        self.breaks(laws.wrong_guards, {'agent/loop/a.h': '#ifndef MESOLYS_AGENT_A_H_\n'}, 'MESOLYS_AGENT_LOOP_A_H_')

    def test_a_stray_folder(self):
        self.breaks(laws.stray_top_level, {'util/a.cc': '', 'agent/main.cc': '', '.ci/run': ''}, 'util')

    def test_a_type_that_is_there_twice(self):
        verdict = 'namespace mesolys {\nstruct Verdict {\n};\n}  // namespace mesolys\n'
        tree = {'scheduler/core/rules/verdict.h': verdict, 'scheduler/store/a.h': verdict,
                'agent/checks/finding.h': verdict.replace('mesolys {', 'mesolys::agent {'),
                'scheduler/store/b.h': 'namespace mesolys {\nstruct Verdict;\n}  // namespace mesolys\n'}
        self.breaks(laws.doubled_types, tree, 'mesolys::Verdict', 'store/a.h')

    def test_the_namespace_of_somebody_else(self):
        tree = {'agent/loop/a.cc': 'namespace mesolys {\n', 'client/show/b.cc': 'namespace mesolys::client {\n',
                'scheduler/serve.cc': 'namespace mesolys {\n'}
        self.breaks(laws.wrong_namespaces, tree, 'agent/loop/a.cc', 'mesolys::agent')

    def test_a_long_function(self):
        def function(lines):
            return 'int Sum() {\n' + '  Add();\n' * (lines - 2) + '}\n'
        self.breaks(laws.long_functions, {'agent/loop/a.cc': function(71), 'agent/loop/b.cc': function(70)}, 'a.cc:1')

    def test_a_file_that_is_spoken_of_and_not_there(self):
        tree = {'agent/loop/a.cc': '// See agent/loop/gone.h and agent/loop/b.h.\n', 'agent/loop/b.h': ''}
        self.breaks(laws.dead_references, tree, 'agent/loop/gone.h')

    def test_a_refusal_with_a_computed_text(self):
        right = 'return Refuse(Reason::kUnknownSite, Say("there is no site $0", id));\n'
        for wrong in ('Refuse(Reason::kUnknownSite, absl::StrCat("no ", id))', 'Refuse(reason, "no site")',
                      'Refuse(Refusal{Reason::kUnknownSite, text, {}})', 'Refusal{Reason::kUnknownSite, "no", {}}',
                      'Say(kNoSite, id)', 'SayLater(text)',
                      'absl::NotFoundError(absl::StrCat("no ", id))', 'absl::UnavailableError("later")'):
            self.breaks(laws.unsaid_sentences, {'scheduler/core/rules/a.cc': f'{right}return {wrong};\n',
                                                'client/show/b.cc': f'{wrong};\n'}, 'rules/a.cc:2')

    def test_a_wide_verb(self):
        tree = {f'scheduler/service/file{number}.cc': 'RevokeGrant(in);' for number in range(9)}
        tree['proto/mesolys/v1/grant.proto'] = 'service GrantService {\n  rpc Revoke(RevokeGrantRequest) returns (B);\n}\n'
        tree['scheduler/service/told.cc'] = '// RevokeGrant\nTell("RevokeGrant");'
        tree['tests/a_test.cc'] = 'RevokeGrant'
        self.assertEqual(laws.verbs_of(tree), ['RevokeGrant'])
        self.breaks(lambda tree: laws.wide_verbs(tree, ['RevokeGrant'], 9), tree, '10 files')
        self.assertEqual(list(laws.wide_verbs(tree, ['RevokeGrant'], 10)), [])
        self.assertEqual(list(laws.wide_verbs(tree, ['RevokeGrant'], 9, [('RevokeGrant', 10)])), [])
        self.breaks(lambda tree: laws.wide_verbs(tree, ['RevokeGrant'], 9, [('RevokeGrant', 11)]), tree, 'is to say so')


if __name__ == '__main__':
    sys.exit(unittest.main())
