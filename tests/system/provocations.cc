#include "tests/system/provocations.h"

#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/session/kept_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/agent.grpc.pb.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/project.grpc.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/runtime/server.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"
#include "tests/fakes/source_tree.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

// "user words of the command line"; "_" stands for a space within a word.
std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(line, ' '))) {
    words.push_back(absl::StrReplaceAll(word, {{"_", " "}}));
  }
  return words;
}

// `timeout` is how long the client tries again what may pass.
Told Tell(CliWorld& world, const std::string& user, std::vector<std::string> words,
          const std::string& target = "", const std::string& timeout = "1m") {
  words.insert(words.end(), {"--format", "json", "--timeout", timeout});
  const Ended ended = world.Cli(user, words, target);
  const auto json = nlohmann::json::parse(ended.out, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {"", absl::StrCat("exit ", ended.exit, ": ", ended.err)};
  if (json.contains("error")) return {json["error"]["reason"], json["error"]["message"]};
  // A request that is cut is granted in part and says why.
  if (json.contains("refusals") && !json["refusals"].empty()) {
    return {json["refusals"][0]["reason"], json["refusals"][0]["message"]};
  }
  return {"", "it was not refused: " + ended.out};
}

// Stands between a client and the scheduler, and spoils what no honest program would send.
class ListRelay final : public v1::ProjectService::Service {
 public:
  explicit ListRelay(Caller& scheduler) : scheduler_(scheduler) {}

  // The mark of the next page is not one of the scheduler's.
  grpc::Status List(grpc::ServerContext*, const v1::ListProjectsRequest* in,
                    v1::ListProjectsResponse* out) override {
    const auto answer = scheduler_.Call(*in);
    if (!answer.ok()) return ToGrpcStatus(answer.status());
    *out = *answer;
    out->set_next_page_token("spoilt");
    return grpc::Status::OK;
  }

 private:
  Caller& scheduler_;
};

class ReportRelay final : public v1::AgentService::Service {
 public:
  using Spoil = std::function<void(v1::ReportUsageRequest&)>;
  ReportRelay(Caller& scheduler, Spoil spoil) : scheduler_(scheduler), spoil_(std::move(spoil)) {}

  grpc::Status ReportUsage(grpc::ServerContext*, const v1::ReportUsageRequest* in,
                           v1::ReportUsageResponse* out) override {
    v1::ReportUsageRequest spoilt = *in;
    spoil_(spoilt);
    const auto answer = scheduler_.Call(spoilt);
    const std::optional<Refusal> refusal = RefusalOf(answer.status());
    if (refusal.has_value()) reason = std::string(ReasonName(refusal->reason));
    if (!answer.ok()) return ToGrpcStatus(answer.status());
    *out = *answer;
    return grpc::Status::OK;
  }

  grpc::Status Synchronize(grpc::ServerContext*, const v1::SynchronizeRequest* in,
                           v1::SynchronizeResponse* out) override {
    const auto answer = scheduler_.Call(*in);
    if (answer.ok()) *out = *answer;
    return ToGrpcStatus(answer.status());
  }

  std::string reason;  // of the scheduler's last refusal

 private:
  Caller& scheduler_;
  Spoil spoil_;
};

constexpr char kHeader[] = "JobIDRaw|Cluster|Account|User|Submit|Start|End|State|AllocTRES\n";

// The line of quarantine.txt that came from the scheduler; and `site show` must count it.
Told ToldOfQuarantine(CliWorld& world, const std::string& site) {
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(world.Quarantine(), '\n'))) {
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    if (fields.size() < 3 || fields[0] != "scheduler") continue;
    const std::pair<std::string, std::string> said =
        absl::StrSplit(fields[1], absl::MaxSplits(": ", 1));
    const Ended shown = world.Cli("olga", {"site", "show", site});
    EXPECT_THAT(shown.out, HasSubstr("QUARANTINED"));
    return {said.first, said.second};
  }
  return {"", "nothing of the scheduler in: " + world.Quarantine()};
}

}  // namespace

void Populate(CliWorld& world) {
  const auto project = [&world](const std::string& id, const std::string& pi,
                                const std::string& programme, const std::string& more) {
    std::vector<std::string> words =
        WordsOf(absl::StrCat("project create ", id, " --title T --institution ens --programme ",
                             programme, " --pi ", pi, " --from 2026-01-01 ", more));
    world.Must("olga", words);
  };
  project("lab", "paul", "chair", "--to 2028-01-01");
  project("zeta", "zoe", "chair", "--to 2028-01-01");
  project("ends", "paul", "chair", "--to 2026-07-01");
  project("over", "paul", "chair", "--to 2028-01-01");
  project("health", "hana", "chair", "--to 2028-01-01 --data-class health");
  project("phd", "phil", "phd-track", "--to 2028-01-01");
  project("team", "gina", "greenhouse", "--to 2028-01-01");
  project("alone", "gina", "greenhouse", "--to 2028-01-01");
  project("called", "carl", "targeted-call", "--to 2028-01-01");
  world.Must("olga", WordsOf("member add alone sam --role supervisor --login south=sam1"));
  for (const char* user : {"ada", "bob"}) {
    world.Must("olga", {"member", "add", "team", user, "--role", "researcher"});
  }
  const auto request = [&world](const std::string& words) {
    world.Must("olga", WordsOf("request create lab --site north --justification x " + words));
  };
  request("--cpu 100h --from 2026-06-15 --to 2026-12-15");                   // g1
  request("--line gpu-a100=1h --cpu 8h --from 2026-06-15 --to 2026-12-15");  // g2 and g3
  request("--cpu 10h --from 2026-06-15 --to 2026-06-16");                    // g4, over soon
  request("--cpu 10h --from 2026-06-15 --to 2026-12-16");                    // g5
  world.Must("olga", {"grant", "revoke", "lab/g5", "--reason", "x", "--yes"});
  world.Must("olga", {"project", "archive", "over", "--reason", "x", "--yes"});
  world.clock.Set(TestTime() + absl::Hours(72));
  v1::ReportUsageRequest report;
  report.set_site("sites/north");
  report.set_request_id("jobs");
  for (const int64_t id : {1, 2}) {
    UsageRecord record;
    record.key = {"n1", id, TestTime()};
    record.account = "lab";
    record.user = "ada";
    record.state = id == 1 ? JobState::kRunning : JobState::kCompleted;
    record.start_time = TestTime();
    record.end_time = TestTime() + absl::Hours(1);
    record.observe_time = record.end_time;
    record.core_count = 1;
    record.node_count = 1;
    record.time_limit_seconds = 7200;
    *report.add_records() = ToProto(record);
  }
  ASSERT_TRUE(world.As("site/north").Call(report).ok());
  world.Must("olga", {"usage", "refund", "n1:2", "--reason", "x"});
  world.Must("olga",
             WordsOf("site incident south --from 2026-06-01 --to 2026-06-03 --title Storm"));
}

// `mesolys WORDS` as that user.
Provoke Cli(const std::string& user, const std::string& words) {
  return [user, words](CliWorld& world) { return Tell(world, user, WordsOf(words)); };
}

Provoke Ask(const std::string& words) {
  return Cli("olga", absl::StrCat("request create ", words, " --justification x --dry-run"));
}

// The client sends what it kept of an earlier attempt at the same command.
Provoke Kept(const std::string& request_id, const std::string& etag) {
  return [request_id, etag](CliWorld& world) {
    v1::LinkAccountRequest kept;
    kept.set_project("projects/lab");
    kept.mutable_link()->set_cluster("n1");
    kept.mutable_link()->set_account("first");
    kept.set_request_id("used");
    EXPECT_TRUE(world.As("user/olga").Call(kept).ok());  // once, whichever row comes first
    kept.mutable_link()->set_account("second");
    kept.set_request_id(request_id);
    kept.set_etag(etag);
    const std::string name =
        client::KeptKeys::NameOf({world.target(), world.ca.Files("user/olga").certificate,
                                  "project", "link", "PROJECT", "lab", "ACCOUNT", "n1:second"});
    const auto stored =
        client::KeptKeys(world.StateOf("olga")).Keep(name, kept.SerializeAsString());
    EXPECT_TRUE(stored.ok()) << stored.status();
    return Tell(world, "olga", {"project", "link", "lab", "n1:second"});
  };
}

// An agent of north whose report is spoilt on its way.
Provoke SpoiltReport(const std::function<void(v1::ReportUsageRequest&)>& spoil) {
  return [spoil](CliWorld& world) -> Told {
    ReportRelay relay(world.As("site/north"), spoil);
    const auto running = StartServer("127.0.0.1:0", world.ca.Files("service/scheduler"), {&relay});
    if (!running.ok()) return {"", std::string(running.status().message())};
    const Ended agent = world.Agent(
        "north",
        absl::StrCat(kHeader,
                     "7|n1|lab|ada|2020-01-01T00:00:00|2020-01-01T00:00:00|2020-01-01T01:00:00|"
                     "COMPLETED|cpu=1\n"),
        absl::StrCat("127.0.0.1:", running->port));
    running->server->Shutdown();
    running->server->Wait();
    if (!relay.reason.empty()) return {relay.reason, agent.err};  // of the whole report
    return ToldOfQuarantine(world, "north");
  };
}

// An agent of north that replays these lines.
Provoke Records(const std::string& lines) {
  return [lines](CliWorld& world) {
    world.Agent("north", kHeader + lines);
    return ToldOfQuarantine(world, "north");
  };
}

Told PageTokenSpoilt(CliWorld& world) {
  ListRelay relay(world.As("user/olga"));
  const auto running = StartServer("127.0.0.1:0", world.ca.Files("service/scheduler"), {&relay});
  if (!running.ok()) return {"", std::string(running.status().message())};
  Told told = Tell(world, "olga", {"project", "list"}, absl::StrCat("127.0.0.1:", running->port));
  running->server->Shutdown();
  running->server->Wait();
  return told;
}

Told ComparisonForgotten(CliWorld& world) {
  v1::GetUsageComparisonRequest request;
  request.set_site("sites/north");
  request.set_number(1);
  const absl::Status status = world.As("user/olga").Call(request).status();
  const std::optional<Refusal> refusal = RefusalOf(status);
  return {refusal.has_value() ? std::string(ReasonName(refusal->reason)) : "",
          std::string(status.message())};
}

Told WithoutAnIdentity(CliWorld& world) {
  const TlsFiles files = world.ca.FilesNaming("URI:spiffe://elsewhere/user/olga", "clientAuth");
  const std::string config = world.WriteConfig("foreign", files);
  const Ended ended =
      RunProgram(MESOLYS_CLIENT_PROGRAM, {"--config", config, "--format", "json", "whoami"},
                 world.ca.directory());
  const auto json = nlohmann::json::parse(ended.out, nullptr, /*allow_exceptions=*/false);
  if (!json.contains("error")) return {"", ended.err};
  return {json["error"]["reason"], json["error"]["message"]};
}

Told ReadOnly(CliWorld& world) {
  world.Must("olga", {"config", "read-only", "on", "--reason", "Moving house"});
  Told told = Tell(world, "olga", WordsOf("member add lab eve --role researcher"));
  world.Must("olga", {"config", "read-only", "off", "--reason", "Moved"});
  return told;
}

// Another scheduler, whose store cannot write.
Provoke OnStore(FaultyEventStore::Fault fault) {
  return [fault](CliWorld&) {
    auto store = std::make_unique<FaultyEventStore>();
    FaultyEventStore& faulty = *store;
    CliWorld world(std::move(store));
    faulty.Next(std::vector<FaultyEventStore::Fault>(1000, fault));
    Told told = Tell(world, "olga",
                     WordsOf("project create new --title T --institution ens --programme chair "
                             "--pi paul --from 2026-07-01 --to 2027-07-01"),
                     /*target=*/"", /*timeout=*/"5s");
    faulty.Next({});
    return told;
  };
}

// `mesolys-scheduler serve` with a catalogue that lacks what the ledger's projects are of.
Told CatalogueOfAnotherPlace(CliWorld&) {
  TestCa place;
  const std::string ledger = place.directory() + "/ledger.db";
  CliWorld world(nullptr, ledger);
  world.Must("olga", WordsOf("project create lab --title T --institution lyon1 --programme chair "
                             "--pi paul --from 2026-01-01 --to 2028-01-01"));
  world.Stop();
  const TlsFiles files = world.ca.Files("service/scheduler");
  const std::string config = world.ca.directory() + "/scheduler.toml";
  std::ofstream(config) << "listen = \"127.0.0.1:0\"\ndatabase = \"" << ledger
                        << "\"\ncatalogue = \"" << SourcePath("deploy/examples/grand-est.toml")
                        << "\"\n[tls]\nca = \"" << files.ca << "\"\ncertificate = \""
                        << files.certificate << "\"\nkey = \"" << files.key << "\"\n";
  const Ended ended =
      RunProgram(MESOLYS_SCHEDULER_PROGRAM, {"serve", "--config", config}, world.ca.directory());
  EXPECT_NE(ended.exit, 0);
  // The program names no reason: the core tests do, for this sentence.
  return {"CATALOGUE_CONFLICT", ended.err};
}

Told EndsInFuture(CliWorld&) {
  CliWorld early(nullptr, "", Day(2020, 1, 1));
  early.Agent("north", absl::StrCat(kHeader,
                                    "7|n1|lab|ada|2020-02-01T00:00:00|2020-02-01T00:00:00|"
                                    "2020-02-01T01:00:00|COMPLETED|cpu=1\n"));
  return ToldOfQuarantine(early, "north");
}

Told PassesTheTotal(CliWorld& world) {
  // A site that has as much as a record may tell.
  Catalogue vast = TestCatalogue();
  vast.sites.at("north").capacities.front().units = 16'777'216;
  world.scheduler->Adopt(vast);
  std::string lines;
  for (int id = 100; id < 140; ++id) {
    absl::StrAppend(&lines, id,
                    "|n1|lab|ada|2010-01-01T00:00:00|2010-01-01T00:00:00|2019-01-01T00:00:00|"
                    "COMPLETED|cpu=16777216\n");
  }
  Told told = Records(lines)(world);
  world.scheduler->Adopt(TestCatalogue());
  return told;
}

}  // namespace mesolys
