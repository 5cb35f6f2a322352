// What Prometheus reads: over loopback, as any scraper does.

#include "scheduler/metrics/metrics.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "proto/runtime/certificate.h"
#include "proto/runtime/convert.h"
#include "tests/fakes/http_get.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public ServiceTest {
 protected:
  MetricsTest() {
    RunningSchedulerOptions options;
    options.catalogue = WorldCatalogue();
    options.interceptors.push_back(instruments_.Interceptor());
    Start(std::move(options));
    Populate();
    Serve(/*of_projects=*/false);
  }
  // The engine knows nothing of the instruments that end before it.
  ~MetricsTest() override { scheduler_->engine().OnCommit(nullptr); }

  absl::StatusOr<std::unique_ptr<MetricsServer>> ServeAt(const std::string& listen,
                                                         bool of_projects) {
    MetricsOptions options;
    options.listen = listen;
    options.of_projects = of_projects;
    options.version = "1.2.3";
    options.certificate = ca_->Files("service/scheduler").certificate;
    options.folder = ca_->directory();
    return ServeMetrics(options, scheduler_->engine(), scheduler_->sessions(), instruments_);
  }
  void Serve(bool of_projects) {
    scheduler_->engine().OnCommit([this](absl::Duration duration, int64_t command_count) {
      instruments_.CountCommit(duration, command_count);
    });
    absl::StatusOr<std::unique_ptr<MetricsServer>> served = ServeAt("127.0.0.1:0", of_projects);
    ASSERT_TRUE(served.ok()) << served.status();
    metrics_ = *std::move(served);
  }

  std::string Page(const std::string& path = "/metrics") const {
    return HttpGet(metrics_->port(), path);
  }

  // The number behind `series`, "mesolys_x{site=\"psmn\"}"; nothing when the page has none.
  static std::string ValueOf(const std::string& page, const std::string& series) {
    for (absl::string_view line : absl::StrSplit(page, '\n')) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      if (parts.first == series) return std::string(parts.second);
    }
    return "none";
  }

  Instruments instruments_;
  std::unique_ptr<MetricsServer> metrics_;
};

TEST_F(MetricsTest, SayWhatEachSiteHasAndGaveAndUsedInBaseUnits) {
  Ask("alpha", 7 * 30'000, "ask");  // from mid-June to the end of the year
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "paul1");
  v1::UsageRecord& stranger = *report.add_records() = FinishedJob(2, "nobody", "x");
  stranger.set_core_count(1);
  Report(report);
  const std::string page = Page();
  const std::string cpu = "{site=\"psmn\",resource=\"cpu\"}";
  EXPECT_EQ(ValueOf(page, "mesolys_leased_seconds" + cpu), absl::StrCat(7 * 30'000));
  EXPECT_EQ(ValueOf(page, "mesolys_used_seconds" + cpu), absl::StrCat(8 * 3600 + 3600));
  EXPECT_EQ(ValueOf(page, "mesolys_capacity_seconds" + cpu),
            absl::StrCat(int64_t{1000} * 30 * 86400));
  EXPECT_EQ(ValueOf(page, "mesolys_used_seconds{site=\"p2chpd\",resource=\"cpu\"}"), "0");
  v1::GetSiteRequest request;
  request.set_name("sites/psmn");
  const absl::StatusOr<v1::Site> site = Olga().Call(request);
  ASSERT_EQ(Why(site), "OK");
  for (const v1::SiteCapacity& capacity : site->capacities()) {
    if (capacity.month() != "2026-06") continue;
    const std::string unit = capacity.resource() == "storage-work" ? "bytes" : "seconds";
    EXPECT_EQ(ValueOf(page, absl::StrCat("mesolys_granted_", unit, "{site=\"psmn\",resource=\"",
                                         capacity.resource(), "\"}")),
              absl::StrCat(capacity.granted_base_units()));
    EXPECT_EQ(ValueOf(page, absl::StrCat("mesolys_capacity_", unit, "{site=\"psmn\",resource=\"",
                                         capacity.resource(), "\"}")),
              absl::StrCat(capacity.capacity_base_units()));
  }
  EXPECT_NE(ValueOf(page, "mesolys_granted_seconds" + cpu), "0");
}

TEST_F(MetricsTest, SayWhatTheLedgerIsAndThatNoRuleOfItIsBroken) {
  Ask("alpha", 3600, "ask");
  const std::string page = Page();
  EXPECT_EQ(ValueOf(page, "mesolys_ledger_invariant_violations"), "0");
  EXPECT_EQ(ValueOf(page, "mesolys_ledger_revision"),
            absl::StrCat(scheduler_->engine().head().revision));
  EXPECT_EQ(ValueOf(page, "mesolys_ledger_head_timestamp_seconds"),
            absl::StrCat(absl::ToUnixSeconds(WorldTime())));
  EXPECT_EQ(ValueOf(page, "mesolys_build_info{version=\"1.2.3\"}"), "1");
}

TEST_F(MetricsTest, SayWhenASiteWasSeenLastAndHowMuchItKeeps) {
  EXPECT_EQ(ValueOf(Page(), "mesolys_site_last_seen_timestamp_seconds{site=\"psmn\"}"), "0");
  EXPECT_EQ(ValueOf(Page(), "mesolys_site_spool_records{site=\"psmn\"}"), "none");
  v1::SynchronizeRequest request;
  request.set_site("sites/psmn");
  request.set_generation(-1);
  request.set_spool_record_count(17);
  request.mutable_spool_age()->set_seconds(90);
  *request.mutable_agent_time() = ToProto(WorldTime() - absl::Milliseconds(1500));
  ASSERT_EQ(Why(As("site/psmn").Call(request)), "OK");
  const std::string page = Page();
  EXPECT_EQ(ValueOf(page, "mesolys_site_last_seen_timestamp_seconds{site=\"psmn\"}"),
            absl::StrCat(absl::ToUnixSeconds(WorldTime())));
  EXPECT_EQ(ValueOf(page, "mesolys_site_spool_records{site=\"psmn\"}"), "17");
  EXPECT_EQ(ValueOf(page, "mesolys_site_spool_age_seconds{site=\"psmn\"}"), "90");
  EXPECT_EQ(ValueOf(page, "mesolys_site_clock_skew_seconds{site=\"psmn\"}"), "-1.5");
}

TEST_F(MetricsTest, SayWhatEachSiteReallyHasAndWhatIsMissing) {
  EXPECT_EQ(ValueOf(Page(), "mesolys_site_capacity_read_timestamp_seconds{site=\"psmn\"}"), "none");
  v1::SynchronizeRequest request;
  request.set_site("sites/psmn");
  request.set_generation(-1);
  request.set_quarantined_count(3);
  request.set_drift_count(2);
  request.set_runaway_count(3);
  request.set_beyond_limit_count(2);
  request.set_problem("scontrol: not done after 30s");
  request.mutable_means()->mutable_observe_time()->set_seconds(1800000000);
  v1::ResourceMeans& cpu = *request.mutable_means()->add_resources();
  cpu.set_resource("cpu");
  cpu.mutable_units()->set_available_count(900);
  cpu.mutable_units()->set_down_count(40);
  cpu.mutable_units()->set_drained_count(30);
  cpu.mutable_units()->set_maintenance_count(20);
  cpu.mutable_units()->set_reserved_count(10);
  cpu.mutable_nodes()->set_available_count(9);
  ASSERT_EQ(Why(As("site/psmn").Call(request)), "OK");
  const std::string page = Page();
  const auto units = [&page](const std::string& state) {
    return ValueOf(page, absl::StrCat("mesolys_site_capacity_units{site=\"psmn\",resource=\"cpu\",",
                                      "state=\"", state, "\"}"));
  };
  EXPECT_EQ(units("available"), "900");
  EXPECT_EQ(units("down"), "40");
  EXPECT_EQ(units("drained"), "30");
  EXPECT_EQ(units("maintenance"), "20");
  EXPECT_EQ(units("reserved"), "10");
  const std::string cpu_labels = "{site=\"psmn\",resource=\"cpu\"";
  EXPECT_EQ(ValueOf(page, "mesolys_site_capacity_nodes" + cpu_labels + ",state=\"available\"}"),
            "9");
  EXPECT_EQ(ValueOf(page, "mesolys_site_capacity_promised_units" + cpu_labels + "}"), "1000");
  EXPECT_EQ(ValueOf(page, "mesolys_site_capacity_shortfall_units" + cpu_labels + "}"), "100");
  EXPECT_EQ(ValueOf(page, "mesolys_site_capacity_read_timestamp_seconds{site=\"psmn\"}"),
            "1800000000");
  EXPECT_EQ(ValueOf(page, "mesolys_site_quarantined_total{site=\"psmn\"}"), "3");
  EXPECT_EQ(ValueOf(page, "mesolys_site_drift_total{site=\"psmn\"}"), "2");
  EXPECT_EQ(ValueOf(page, "mesolys_site_runaway_jobs{site=\"psmn\"}"), "3");
  EXPECT_EQ(ValueOf(page, "mesolys_site_jobs_beyond_limit{site=\"psmn\"}"), "2");
  EXPECT_EQ(ValueOf(page, "mesolys_site_problem{site=\"psmn\"}"), "1");
}

TEST_F(MetricsTest, SayNothingOfProjectsAndPeople) {
  Ask("alpha", 3600, "ask");
  for (const char* secret : {"alpha", "paul", "olga", "project="}) {
    EXPECT_THAT(Page(), Not(HasSubstr(secret)));
  }
  EXPECT_THAT(Page("/metrics/projects"), Not(HasSubstr("mesolys_")));
}

TEST_F(MetricsTest, SayOfProjectsWhereItIsWanted) {
  Serve(/*of_projects=*/true);
  Ask("alpha", 10 * 3600, "ask");
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "paul1");
  Report(report);
  const std::string page = Page("/metrics/projects");
  const std::string cpu = "{project=\"alpha\",resource=\"cpu\"}";
  EXPECT_EQ(ValueOf(page, "mesolys_project_granted_seconds" + cpu), absl::StrCat(10 * 3600));
  EXPECT_EQ(ValueOf(page, "mesolys_project_committed_seconds" + cpu), "0");
  // The job ran before the grant began.
  EXPECT_EQ(ValueOf(page, "mesolys_project_used_seconds" + cpu), "0");
  EXPECT_EQ(ValueOf(page, "mesolys_project_left_seconds" + cpu), absl::StrCat(10 * 3600));
  EXPECT_EQ(ValueOf(page, "mesolys_project_uncovered_seconds" + cpu), absl::StrCat(8 * 3600));
  EXPECT_THAT(page, HasSubstr("mesolys_project_info{project=\"beta\","));
  EXPECT_THAT(page, Not(HasSubstr("paul")));
  EXPECT_THAT(Page(), Not(HasSubstr("alpha")));
}

TEST_F(MetricsTest, CountProjectsRequestsAndGrantsByHowTheyStand) {
  Ask("alpha", 3600, "ask");
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("\nmesolys_projects{programme="));
  EXPECT_THAT(page,
              ContainsRegex("\nmesolys_requests[{]programme=\"[a-z]+\",state=\"granted\"[}] 1\n"));
  EXPECT_EQ(ValueOf(page, "mesolys_grants{resource=\"cpu\",state=\"active\"}"), "1");
  // A series that is not there yet cannot be told from one that is lost.
  EXPECT_EQ(ValueOf(page, "mesolys_grants{resource=\"gpu-a100\",state=\"revoked\"}"), "0");
  EXPECT_EQ(ValueOf(page, "mesolys_projects{programme=\"targeted-call\"}"), "0");
  EXPECT_EQ(ValueOf(page, "mesolys_requests{programme=\"targeted-call\",state=\"partly_granted\"}"),
            "0");
  // Time alone ends it.
  clock_.Advance(absl::Hours(24 * 365 * 2));
  EXPECT_EQ(ValueOf(Page(), "mesolys_grants{resource=\"cpu\",state=\"expired\"}"), "1");
}

TEST_F(MetricsTest, SayWhatIsFreeAndWhatDynamicAccessDrew) {
  Ask("alpha", 3600, "ask");
  const std::string page = Page();
  const std::string cpu = "{site=\"psmn\",resource=\"cpu\"}";
  const auto number = [&](const std::string& name) {
    int64_t value = -1;
    EXPECT_TRUE(absl::SimpleAtoi(ValueOf(page, name + cpu), &value)) << name;
    return value;
  };
  EXPECT_EQ(number("mesolys_free_seconds"),
            number("mesolys_capacity_seconds") - number("mesolys_granted_seconds"));
  EXPECT_EQ(number("mesolys_reserve_drawn_seconds"), 3600);
  EXPECT_GT(number("mesolys_reserve_seconds"), 3600);
  EXPECT_THAT(page, Not(ContainsRegex("mesolys_reserve[a-z_]*[{][^}]*storage")));
}

TEST_F(MetricsTest, CountCallsByMethodAndCodeAndHowLongTheyTook) {
  v1::GetProjectRequest request;
  request.set_name("projects/alpha");
  ASSERT_EQ(Why(Olga().Call(request)), "OK");
  request.set_name("projects/nowhere");
  ASSERT_NE(Why(Olga().Call(request)), "OK");
  const std::string page = Page();
  const std::string method = "method=\"ProjectService.Get\"";
  EXPECT_EQ(ValueOf(page, "mesolys_rpc_requests_total{code=\"OK\"," + method + "}"), "1");
  EXPECT_EQ(ValueOf(page, "mesolys_rpc_requests_total{code=\"NOT_FOUND\"," + method + "}"), "1");
  EXPECT_EQ(ValueOf(page, "mesolys_rpc_duration_seconds_count{" + method + "}"), "2");
  EXPECT_EQ(ValueOf(page, "mesolys_rpc_duration_seconds_bucket{" + method + ",le=\"+Inf\"}"), "2");
}

TEST_F(MetricsTest, CountCallsOfUnknownMethodsTogether) {
  grpc::GenericStub stub(scheduler_->Connect("user/olga"));
  for (const char* path :
       {"/mesolys.v1.GrantService/Nonsense", "/x/y", "/grpc.health.v1.Health/Check"}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
  }
  const std::string page = Page();
  EXPECT_THAT(page, Not(HasSubstr("Nonsense")));
  EXPECT_THAT(page, Not(HasSubstr("Health")));
  EXPECT_THAT(page, Not(HasSubstr("method=\"x")));
}

TEST_F(MetricsTest, CountCommitsAndTheirCommands) {
  const auto commits = [this] {
    return ValueOf(Page(), "mesolys_store_commit_duration_seconds_count");
  };
  const std::string before = commits();
  Ask("alpha", 3600, "ask");
  EXPECT_NE(commits(), before);
  EXPECT_NE(ValueOf(Page(), "mesolys_store_commit_commands_sum"), "0");
}

TEST_F(MetricsTest, SayWhenTheCertificateEndsAndWhatTheDiskHas) {
  const std::string page = Page();
  const absl::StatusOr<CertificateFacts> facts =
      ReadCertificate(ca_->Files("service/scheduler").certificate);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(ValueOf(page, "mesolys_certificate_expiry_timestamp_seconds"),
            absl::StrCat(absl::ToUnixSeconds(facts->end)));
  double free = 0;
  double size = 0;
  EXPECT_TRUE(absl::SimpleAtod(ValueOf(page, "mesolys_disk_free_bytes"), &free));
  EXPECT_TRUE(absl::SimpleAtod(ValueOf(page, "mesolys_disk_size_bytes"), &size));
  EXPECT_GT(free, 0);
  EXPECT_GE(size, free);
}

TEST_F(MetricsTest, AreWrittenAsPrometheusWantsThem) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is missing";
  Ask("alpha", 3600, "ask");
  Page();  // the exposer's own series have no value before the first
  const TemporaryDirectory directory;
  const std::string page = directory.Write("page.txt", Page());
  const std::string said = directory.File("said.txt");
  const int code =
      std::system(absl::StrCat("promtool check metrics <", page, " >", said, " 2>&1").c_str());
  EXPECT_EQ(code, 0) << directory.Read("said.txt");
  EXPECT_EQ(directory.Read("said.txt"), "");
}

TEST_F(MetricsTest, AreRefusedWhereTheyCannotBeServed) {
  for (const std::string& listen : {absl::StrCat("127.0.0.1:", metrics_->port()),
                                    std::string("203.0.113.7:9464"), std::string("nonsense")}) {
    const absl::Status status = ServeAt(listen, /*of_projects=*/false).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << listen;
    EXPECT_THAT(std::string(status.message()), HasSubstr(listen));
    EXPECT_THAT(std::string(status.message()), HasSubstr("metrics_listen"));
  }
}

}  // namespace
}  // namespace mesolys
