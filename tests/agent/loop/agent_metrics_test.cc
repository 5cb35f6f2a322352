#include "agent/loop/agent_metrics.h"

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/metric_family.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_enforcer.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::StartsWith;

class AgentMetricsTest : public testing::Test {
 protected:
  AgentMetricsTest() {
    AgentOptions options;
    options.site = "psmn";
    agent_ = std::make_unique<Agent>(
        *spool_, quarantine_, std::vector<Collector*>{&collector_}, /*reader=*/nullptr,
        /*job_reader=*/nullptr, /*means_collector=*/nullptr, enforcer_, link_, clock_, options);
    AgentMetricsOptions shown;
    shown.site = "psmn";
    shown.version = "1.2.3";
    shown.certificate = directory_.File("none.pem");
    shown.state_dir = directory_.path();
    shown.spool_records_max = 1000;
    metrics_ = std::make_unique<AgentMetrics>(shown, *agent_, *spool_, clock_);
  }

  // By name, and by state where there is one.
  std::map<std::string, double> Values() const {
    std::map<std::string, double> values;
    for (const prometheus::MetricFamily& family : metrics_->Collect()) {
      for (const prometheus::ClientMetric& metric : family.metric) {
        EXPECT_EQ(metric.label.front().name, "site") << family.name;
        EXPECT_EQ(metric.label.front().value, "psmn") << family.name;
        std::string name = family.name;
        if (metric.label.back().name == "state")
          absl::StrAppend(&name, " ", metric.label.back().value);
        values[name] = family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                                      : metric.gauge.value;
      }
    }
    return values;
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1800000000)};
  FakeCollector collector_;
  FakeEnforcer enforcer_;
  FakeSchedulerLink link_;
  Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<Spool> spool_ = *Spool::Open(directory_.path(), 1000);
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<AgentMetrics> metrics_;
};

TEST_F(AgentMetricsTest, SayThatNothingHasHappenedYet) {
  std::map<std::string, double> values = Values();
  EXPECT_EQ(values.at("mesolys_agent_build_info"), 1);
  EXPECT_EQ(values.at("mesolys_agent_collected_timestamp_seconds"), 0);
  EXPECT_EQ(values.at("mesolys_agent_reported_timestamp_seconds"), 0);
  EXPECT_EQ(values.at("mesolys_agent_synchronized_timestamp_seconds"), 0);
  EXPECT_EQ(values.at("mesolys_agent_spool_fill_ratio"), 0);
  EXPECT_GT(values.at("mesolys_agent_disk_size_bytes"), 0);
  // A certificate that cannot be read has no end.
  EXPECT_FALSE(values.contains("mesolys_agent_certificate_expiry_timestamp_seconds"));
  for (const auto& [name, value] : values) EXPECT_THAT(name, StartsWith("mesolys_agent_"));
}

TEST_F(AgentMetricsTest, SayWhenEachLoopLastCameToItsEndAndHowOftenItDidNot) {
  agent_->ReportOnce();
  clock_.Advance(absl::Seconds(5));
  agent_->SynchronizeOnce();
  std::map<std::string, double> values = Values();
  EXPECT_EQ(values.at("mesolys_agent_collected_timestamp_seconds"), 1800000000);
  EXPECT_EQ(values.at("mesolys_agent_reported_timestamp_seconds"), 1800000000);
  EXPECT_EQ(values.at("mesolys_agent_synchronized_timestamp_seconds"), 1800000005);
  EXPECT_EQ(values.at("mesolys_agent_report_failures_total"), 0);
  clock_.Advance(absl::Seconds(5));
  collector_.failure = absl::NotFoundError("jobs.txt: gone");
  link_.is_away = true;
  agent_->ReportOnce();
  agent_->SynchronizeOnce();
  values = Values();
  EXPECT_EQ(values.at("mesolys_agent_collected_timestamp_seconds"), 1800000000);
  EXPECT_EQ(values.at("mesolys_agent_reported_timestamp_seconds"), 1800000000);
  EXPECT_EQ(values.at("mesolys_agent_synchronized_timestamp_seconds"), 1800000005);
  EXPECT_EQ(values.at("mesolys_agent_report_failures_total"), 1);
  EXPECT_EQ(values.at("mesolys_agent_synchronize_failures_total"), 1);
}

TEST_F(AgentMetricsTest, CountRecordsAndSayWhatWaits) {
  collector_.AddJobs(1, 3);
  link_.reject = [](const v1::UsageRecord& record) {
    return record.job_id() == 2 ? "INVALID_ARGUMENT" : "";
  };
  agent_->ReportOnce();
  std::map<std::string, double> values = Values();
  EXPECT_EQ(values.at("mesolys_agent_collected_records_total"), 3);
  EXPECT_EQ(values.at("mesolys_agent_sent_records_total"), 3);
  EXPECT_EQ(values.at("mesolys_agent_rejected_records_total"), 1);
  EXPECT_EQ(values.at("mesolys_agent_quarantined_total"), 1);
  EXPECT_EQ(values.at("mesolys_agent_spool_records"), 0);
  link_.is_away = true;
  collector_.AddJobs(4, 13);
  agent_->ReportOnce();
  clock_.Advance(absl::Minutes(2));
  values = Values();
  EXPECT_EQ(values.at("mesolys_agent_spool_records"), 10);
  EXPECT_EQ(values.at("mesolys_agent_spool_age_seconds"), 120);
  EXPECT_EQ(values.at("mesolys_agent_spool_fill_ratio"), 0.01);
}

TEST_F(AgentMetricsTest, SaySinceWhenJobsAreJudgedWhereTheyAre) {
  EXPECT_FALSE(Values().contains("mesolys_agent_submission_written_timestamp_seconds"));
  SubmissionCounts counts;
  AgentMetricsOptions shown;
  shown.site = "psmn";
  shown.submission = [&counts] { return counts; };
  metrics_ = std::make_unique<AgentMetrics>(shown, *agent_, *spool_, clock_);
  EXPECT_EQ(Values().at("mesolys_agent_submission_written_timestamp_seconds"), 0);
  counts = {clock_.Now(), 3};
  EXPECT_EQ(Values().at("mesolys_agent_submission_written_timestamp_seconds"), 1800000000);
  EXPECT_EQ(Values().at("mesolys_agent_submission_failures_total"), 3);
}

TEST_F(AgentMetricsTest, SayHowTheCeilingsStand) {
  link_.desired_state.set_generation(7);
  v1::DesiredProject& project = *link_.desired_state.add_projects();
  project.set_project("projects/alpha");
  for (const char* name : {"projects/alpha/grants/g1", "projects/alpha/grants/g2"}) {
    v1::DesiredGrant& grant = *project.add_grants();
    grant.set_grant(name);
    grant.set_resource("cpu");
    grant.set_ceiling_base_units(3600);
    grant.mutable_period()->mutable_start_time()->set_seconds(1700000000);
    grant.mutable_period()->mutable_end_time()->set_seconds(1900000000);
  }
  // Quotas of space are not what jobs use up.
  v1::DesiredGrant& space = *project.add_grants();
  space = project.grants(0);
  space.set_grant("projects/alpha/grants/g3");
  space.set_resource("storage-scratch");
  enforcer_.refused = {"projects/alpha/grants/g2", "projects/alpha/grants/g3"};
  agent_->SynchronizeOnce();
  std::map<std::string, double> values = Values();
  EXPECT_EQ(values.at("mesolys_agent_ceilings enforced"), 1);
  EXPECT_EQ(values.at("mesolys_agent_ceilings failed"), 1);
  EXPECT_EQ(values.at("mesolys_agent_generation_wanted"), 7);
  // The trouble of one grant is its own.
  EXPECT_EQ(values.at("mesolys_agent_generation_in_force"), 7);
  EXPECT_GT(values.at("mesolys_agent_changes_total"), 0);
  enforcer_.refused.clear();
  agent_->SynchronizeOnce();
  values = Values();
  EXPECT_EQ(values.at("mesolys_agent_ceilings enforced"), 2);
  EXPECT_EQ(values.at("mesolys_agent_ceilings failed"), 0);
  EXPECT_EQ(values.at("mesolys_agent_generation_in_force"), 7);
}

}  // namespace
}  // namespace mesolys::agent
