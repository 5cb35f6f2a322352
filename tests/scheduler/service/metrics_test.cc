// What Prometheus reads: over loopback, as any scraper does.

#include "scheduler/service/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "tests/agent/temporary_directory.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::Not;

// The body of GET /metrics at a port of this machine; empty when nobody answers.
std::string Scrape(int port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string get = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
    if (write(file, get.data(), get.size()) == static_cast<ssize_t>(get.size())) {
      char bytes[4096];
      for (ssize_t got; (got = read(file, bytes, sizeof bytes)) > 0;) {
        answer.append(bytes, static_cast<size_t>(got));
      }
    }
  }
  close(file);
  const size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

class MetricsTest : public ServiceTest {
 protected:
  MetricsTest() {
    Populate();
    absl::StatusOr<std::unique_ptr<Metrics>> served =
        Metrics::Serve("127.0.0.1:0", scheduler_->engine(), scheduler_->sessions(), "1.2.3");
    EXPECT_TRUE(served.ok()) << served.status();
    if (served.ok()) metrics_ = *std::move(served);
  }

  std::string Page() const { return Scrape(metrics_->port()); }

  // The number behind `series`, "mesolys_x{site=\"psmn\"}"; nothing when the page has none.
  static std::string ValueOf(const std::string& page, const std::string& series) {
    for (absl::string_view line : absl::StrSplit(page, '\n')) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      if (parts.first == series) return std::string(parts.second);
    }
    return "none";
  }

  std::unique_ptr<Metrics> metrics_;
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
  EXPECT_EQ(ValueOf(page, "mesolys_site_problem{site=\"psmn\"}"), "1");
}

TEST_F(MetricsTest, SayNothingOfProjectsAndPeople) {
  Ask("alpha", 3600, "ask");
  for (const char* secret : {"alpha", "paul", "olga", "chair"}) {
    EXPECT_THAT(Page(), Not(HasSubstr(secret)));
  }
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
    const absl::Status status =
        Metrics::Serve(listen, scheduler_->engine(), scheduler_->sessions(), "1").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << listen;
    EXPECT_THAT(std::string(status.message()), HasSubstr(listen));
    EXPECT_THAT(std::string(status.message()), HasSubstr("metrics_listen"));
  }
}

}  // namespace
}  // namespace mesolys
