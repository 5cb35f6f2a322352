#include "scheduler/core/rules/canonical_text.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

const Period kRest{Day(2026, 7), Day(2027, 1)};

LinkAccount Link() { return {"alpha", "n1", "old", "r1"}; }

AddMember Add() { return {"alpha", {"rosa", ProjectRole::kResearcher, {{"north", "rosa1"}}}}; }

SubmitRequest Submit() {
  SubmitRequest command;
  command.request.project = "alpha";
  command.request.lines = {{"cpu", Amount(10), Amount(5), {"north"}, false},
                           {"support", Amount(7), {}, {}, false}};
  command.request.period = kRest;
  command.request.justification = "why";
  command.request.necessity = "need";
  command.request.energy_median_watt_hours = 3;
  command.request.energy_p90_watt_hours = 9;
  return command;
}

ReportUsage Report() {
  UsageRecord record = FinishedJob(1, "n1", "alpha", TestTime(), absl::Hours(1));
  record.gpu_counts = {{"a100", 2}};
  record.qos = "normal";
  return {"north", {record}, {{1, {Reason::kRecordInvalid, "no end", {}}}}, {0}};
}

ResettleJobs Resettle() {
  return {"n1", "old", {{"n1", 1, TestTime()}, {"n1", 2, TestTime()}}, 40};
}

template <typename T>
std::vector<Command> Changed(const T& command, std::vector<std::function<void(T&)>> changes) {
  std::vector<Command> commands = {command};
  for (const auto& change : changes) {
    T changed = command;
    change(changed);
    commands.push_back(changed);
  }
  return commands;
}

void Append(std::vector<Command> more, std::vector<Command>& commands) {
  commands.insert(commands.end(), more.begin(), more.end());
}

std::vector<Command> ChangedProjects() {
  return Changed<CreateProject>({TestProject("alpha")},
                                {
                                    [](auto& c) { c.project.id = "beta"; },
                                    [](auto& c) { c.project.title = "T"; },
                                    [](auto& c) { c.project.institution = "lyon1"; },
                                    [](auto& c) { c.project.programme = "phd-track"; },
                                    [](auto& c) { c.project.data_class = "health"; },
                                    [](auto& c) { c.project.data_class = ""; },
                                    [](auto& c) { c.project.parent = "beta"; },
                                    [](auto& c) { c.project.pi = "rosa"; },
                                    [](auto& c) { c.project.period.start = Day(2026, 2); },
                                    [](auto& c) { c.project.period.end = Day(2026, 2); },
                                    // The same letters at another place.
                                    [](auto& c) {
                                      c.project.parent = "op";
                                      c.project.data_class = "en";
                                    },
                                });
}

std::vector<Command> ChangedRequests() {
  return Changed<SubmitRequest>(
      Submit(), {
                    [](auto& c) { c.request.project = "beta"; },
                    [](auto& c) { c.request.lines.pop_back(); },
                    [](auto& c) { std::swap(c.request.lines[0], c.request.lines[1]); },
                    [](auto& c) { c.request.lines[0].resource = "gpu-a100"; },
                    [](auto& c) { c.request.lines[0].amount = Amount(11); },
                    [](auto& c) { c.request.lines[0].minimum = Amount(6); },
                    [](auto& c) { c.request.lines[0].sites = {}; },
                    [](auto& c) {
                      c.request.lines[0].sites = {"north", "south"};
                    },
                    [](auto& c) { c.request.lines[0].sites = {"northsouth"}; },
                    [](auto& c) { c.request.period.start = Day(2026, 8); },
                    [](auto& c) { c.request.period.end = Day(2026, 8); },
                    [](auto& c) { c.request.justification = "whyneed"; },
                    [](auto& c) { c.request.necessity = ""; },
                    [](auto& c) { c.request.energy_median_watt_hours = 4; },
                    [](auto& c) { c.request.energy_p90_watt_hours = 4; },
                });
}

std::vector<Command> ChangedReports() {
  return Changed<ReportUsage>(
      Report(), {
                    [](auto& c) { c.site = "south"; },
                    [](auto& c) { c.records.push_back(c.records[0]), c.indexes.push_back(2); },
                    [](auto& c) { c.indexes[0] = 3; },
                    [](auto& c) { c.malformed.clear(); },
                    [](auto& c) { c.malformed[0].index = 2; },
                    [](auto& c) { c.malformed[0].refusal.message = "no start"; },
                    [](auto& c) { c.records[0].key.cluster = "n2"; },
                    [](auto& c) { c.records[0].key.job_id = 2; },
                    [](auto& c) { c.records[0].key.submit_time += absl::Seconds(1); },
                    [](auto& c) { c.records[0].account = "beta"; },
                    [](auto& c) { c.records[0].user = "u2"; },
                    [](auto& c) { c.records[0].partition = "gpu"; },
                    [](auto& c) { c.records[0].qos = "high"; },
                    [](auto& c) { c.records[0].state = JobState::kFailed; },
                    [](auto& c) { c.records[0].cancelled_by_uid = 0; },
                    [](auto& c) { c.records[0].start_time += absl::Seconds(1); },
                    [](auto& c) { c.records[0].end_time += absl::Seconds(1); },
                    [](auto& c) { c.records[0].suspended_seconds = 1; },
                    [](auto& c) { c.records[0].time_limit_seconds = 1; },
                    [](auto& c) { c.records[0].core_count = 1; },
                    [](auto& c) { c.records[0].gpu_counts = {}; },
                    [](auto& c) {
                      c.records[0].parts_per_gpu = {{"shard", 4}};
                    },
                    [](auto& c) {
                      c.records[0].gpu_counts = {{"", 2}};
                    },
                    [](auto& c) {
                      c.records[0].gpu_counts = {{"a100", 3}};
                    },
                    [](auto& c) { c.records[0].memory_bytes = 1; },
                    [](auto& c) { c.records[0].node_count = 2; },
                    [](auto& c) { c.records[0].observe_time += absl::Seconds(1); },
                    [](auto& c) { c.records[0].is_runaway = true; },
                });
}

std::vector<Command> DifferentCommands() {
  std::vector<Command> commands;
  Append(Changed<AdoptCatalogue>(AdoptTestCatalogue(), {[](auto& c) { c.digest = "other"; }}),
         commands);
  Append(ChangedProjects(), commands);
  Append(Changed<LinkAccount>(Link(), {
                                          [](auto& c) { c.project = "beta"; },
                                          [](auto& c) { c.cluster = "n2"; },
                                          [](auto& c) { c.account = "older"; },
                                          [](auto& c) { c.etag = ""; },
                                          [](auto& c) { c.cluster = "n", c.account = "1old"; },
                                      }),
         commands);
  Append(Changed<UnlinkAccount>({"alpha", "n1", "old", "r1", "theirs"},
                                {
                                    [](auto& c) { c.project = "beta"; },
                                    [](auto& c) { c.cluster = "n2"; },
                                    [](auto& c) { c.account = "older"; },
                                    [](auto& c) { c.etag = ""; },
                                    [](auto& c) { c.reason = "ours"; },
                                }),
         commands);
  Append(Changed<AddMember>(Add(), {
                                       [](auto& c) { c.project = "beta"; },
                                       [](auto& c) { c.member.user = "rita"; },
                                       [](auto& c) { c.member.role = ProjectRole::kPi; },
                                       [](auto& c) { c.member.logins = {}; },
                                       [](auto& c) {
                                         c.member.logins = {{"south", "rosa1"}};
                                       },
                                       [](auto& c) {
                                         c.member.logins = {{"north", "rosa2"}};
                                       },
                                       [](auto& c) { c.member.logins["south"] = "rosa1"; },
                                   }),
         commands);
  Append(ChangedRequests(), commands);
  Append(ChangedReports(), commands);
  Append(Changed<ResettleJobs>(Resettle(), {
                                               [](auto& c) { c.cluster = "n2"; },
                                               [](auto& c) { c.account = "older"; },
                                               [](auto& c) { c.page.pop_back(); },
                                               [](auto& c) { c.page[0].job_id = 3; },
                                               [](auto& c) { c.ledger_revision = 41; },
                                           }),
         commands);
  Append(Changed<SetMemberCeiling>({"alpha", "rita", "north", "cpu", Amount(0)},
                                   {
                                       [](auto& c) { c.project = "beta"; },
                                       [](auto& c) { c.user = "rosa"; },
                                       [](auto& c) { c.site = "south"; },
                                       [](auto& c) { c.resource = "gpu-a100"; },
                                       [](auto& c) { c.amount = Amount(1); },
                                       [](auto& c) { c.amount.reset(); },
                                   }),
         commands);
  return commands;
}

TEST(CommandTest, DifferentCommandsHaveDifferentTexts) {
  const std::vector<Command> commands = DifferentCommands();
  std::map<std::string, size_t> texts;
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto [it, inserted] = texts.try_emplace(CanonicalText(commands[i]), i);
    EXPECT_TRUE(inserted) << "commands " << it->second << " and " << i << ": " << it->first;
  }
}

TEST(CommandTest, EqualCommandsHaveTheSameText) {
  const std::vector<Command> once = DifferentCommands();
  const std::vector<Command> again = DifferentCommands();
  for (size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(CanonicalText(once[i]), CanonicalText(again[i])) << i;
  }
}

TEST(CommandTest, WhatThePolicySetsIsNoPartOfTheText) {
  SubmitRequest numbered = Submit();
  numbered.request.number = 7;
  numbered.request.requester = kOlga;
  EXPECT_EQ(CanonicalText(numbered), CanonicalText(Submit()));
}

}  // namespace
}  // namespace mesolys
