// Every noun in every format, word for word. MESOLYS_UPDATE_GOLDEN=1 writes the files anew: read
// the difference before you keep it.

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"
#include "tests/fakes/source_tree.h"

namespace mesolys::client {
namespace {

struct Case {
  std::string name;
  std::vector<std::string> arguments;
};

void PrintTo(const Case& test_case, std::ostream* out) { *out << test_case.name; }

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class GoldenTest : public ClientTest, public ::testing::WithParamInterface<Case> {
 protected:
  // What the later commands look at, beside the world: one request that is granted in part.
  void SetUp() override {
    ASSERT_EQ(Run({"request",
                   "create",
                   "proj_a",
                   "--cpu",
                   "60000h",
                   "--gpu",
                   "a100=100h",
                   "--storage",
                   "scratch=2TB",
                   "--support",
                   "3d",
                   "--minimum",
                   "cpu=10000h",
                   "--site",
                   "psmn",
                   "--from",
                   "2026-12-01",
                   "--to",
                   "2027-06-01",
                   "--justification",
                   "Sparse models, \"small\"",
                   "--energy-median",
                   "1200kWh",
                   "--energy-p90",
                   "2000kWh"})
                  .exit,
              ExitCode::kDone);
    scheduler_.AwaitSettled();
  }

  // In all formats; the file of the tables ends with `tables`.
  void ExpectFiles(const std::string& tables) {
    for (const std::string format : {"table", "json", "csv"}) {
      SCOPED_TRACE(format);
      std::vector<std::string> arguments = GetParam().arguments;
      arguments.insert(arguments.end(), {"--format", format});
      const Outcome outcome = Run(arguments);
      EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
      const std::string path = absl::StrCat(SourcePath("tests/client/golden/"), GetParam().name,
                                            ".", format == "table" ? tables : format);
      if (std::getenv("MESOLYS_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << outcome.out;
      }
      EXPECT_EQ(outcome.out, Contents(path));
    }
  }
};

TEST_P(GoldenTest, PrintsThisInEveryFormat) { ExpectFiles("table"); }

TEST_P(GoldenTest, IsForPeopleInTheirLanguageAndForProgramsTheSame) {
  environment_["LC_ALL"] = "fr_FR.UTF-8";
  ExpectFiles("fr");
}

INSTANTIATE_TEST_SUITE_P(
    EveryNoun, GoldenTest,
    ::testing::Values(
        Case{"whoami", {"whoami"}}, Case{"site_list", {"site", "list"}},
        Case{"site_show", {"site", "show", "psmn"}}, Case{"project_list", {"project", "list"}},
        Case{"project_show", {"project", "show", "proj_a"}},
        Case{"project_create",
             {"project",       "create", "proj_c",      "--title",     "Third",
              "--institution", "cnrs",   "--programme", "springboard", "--pi",
              "bob",           "--from", "2026-12-01",  "--for",       "2y",
              "--data-class",  "open",   "--parent",    "proj_a",      "--dry-run"}},
        Case{"project_link", {"project", "link", "proj_a", "psmn:Old.Account", "--dry-run"}},
        Case{"project_unlink",
             {"project", "unlink", "proj_a", "psmn:vert2025", "--reason", "theirs", "--yes",
              "--dry-run"}},
        Case{"member_list", {"member", "list", "proj_a"}},
        Case{"member_add",
             {"member", "add", "proj_a", "bob", "--role", "researcher", "--login", "psmn=bmartin",
              "--login", "p2chpd=bob", "--dry-run"}},
        Case{"member_limit",
             {"member", "limit", "proj_a", "alice", "--site", "psmn", "cpu=600h", "--dry-run"}},
        Case{"member_no_limit",
             {"member", "limit", "proj_a", "alice", "--site", "psmn", "cpu=none", "--dry-run"}},
        Case{"request_list", {"request", "list", "proj_a"}},
        Case{"request_show", {"request", "show", "proj_a/r3"}},
        Case{"request_create",
             {"request", "create", "proj_a", "--storage", "scratch=500GB", "--from", "2026-12-01",
              "--for", "90d", "--justification", "Checkpoints", "--dry-run"}},
        Case{"request_call",
             {"request", "create", "proj_a", "--call", "--cpu", "900000h", "--from", "2027-01-01",
              "--for", "1y", "--usage", "2027-03-01=10%", "--justification", "Renewal",
              "--dry-run"}},
        Case{"request_split",
             {"request", "create", "proj_b", "--cpu", "1000h", "--site", "psmn=600h", "--site",
              "p2chpd=400h", "--from", "2026-12-01", "--for", "90d", "--justification", "Two codes",
              "--dry-run"}},
        Case{"quote_split",
             {"quote", "proj_b", "--cpu", "1000h", "--site", "psmn=600h", "--site", "p2chpd=400h",
              "--from", "2026-12-01", "--for", "30d"}},
        Case{"quote",
             {"quote", "proj_b", "--gpu", "a100=100h", "--from", "2026-12-01", "--for", "90d"}},
        Case{"can_i", {"can-i", "request", "create", "proj_a"}},
        Case{"member_deputy",
             {"member", "add", "proj_a", "carol", "--role", "deputy", "--to", "2027-09-01",
              "--dry-run"}},
        Case{"grant_list", {"grant", "list", "proj_a"}},
        Case{"grant_show", {"grant", "show", "proj_a/g3"}},
        Case{"grant_life", {"grant", "show", "proj_a/g2"}},
        Case{"grant_supplement",
             {"grant", "supplement", "proj_a/g2", "--amount", "500h", "--reason", "Review",
              "--dry-run"}},
        Case{"grant_transfer",
             {"grant", "transfer", "proj_a/g3", "--amount", "10h", "--to", "proj_b", "--reason",
              "For the partner", "--dry-run"}},
        Case{"grant_move",
             {"grant", "move", "proj_a/g4", "--from", "psmn", "--to", "p2chpd", "100h", "--reason",
              "The queue is long", "--dry-run"}},
        Case{"grant_release",
             {"grant", "release", "proj_a/g2", "--amount", "100h", "--reason", "Finished early",
              "--dry-run"}},
        Case{"site_incident",
             {"site", "incident", "psmn", "--from", "2026-11-20T14:00", "--to", "2026-11-20T18:30",
              "--title", "The cooling failed", "--dry-run"}},
        Case{"site_write_off", {"site", "write-off", "psmn", "--reason", "Flooded", "--dry-run"}},
        Case{"balance", {"balance", "proj_a"}}, Case{"usage_show", {"usage", "show", "psmn:4002"}},
        Case{"usage_refund",
             {"usage", "refund", "psmn:4001", "--reason", "Full disk", "--dry-run"}},
        Case{"usage_dismiss",
             {"usage", "dismiss", "psmn", "17-19", "--reason", "Never began", "--dry-run"}},
        Case{"usage_list", {"usage", "list", "proj_a"}},
        Case{"usage_uncovered", {"usage", "list", "proj_a", "--uncovered"}},
        Case{"usage_unassigned", {"usage", "list", "--unassigned"}},
        Case{"usage_unassigned_jobs",
             {"usage", "list", "--unassigned", "--jobs", "psmn:Old.Account"}},
        Case{"audit_project", {"audit", "show", "2"}}, Case{"audit_show", {"audit", "show", "10"}},
        Case{"audit_extension", {"audit", "show", "11"}}),
    [](const ::testing::TestParamInfo<Case>& param) { return param.param.name; });

}  // namespace
}  // namespace mesolys::client
