// 64 clients at once, each with its own connection, ask for more than there is.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "scheduler/engine/verify.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

constexpr int kClients = 64;
constexpr int kRequestsEach = 4;
constexpr int kPis = 8;

using Cell = std::tuple<std::string, std::string, std::string>;  // site, resource, month

struct Crowd {
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::vector<v1::Request>> answers;  // by client
};

class CrowdTest : public ServiceTest {
 protected:
  // The clients' projects, of `kPis` PIs.
  void StartWithReserve(PartsPerMillion reserve) {
    RunningSchedulerOptions options;
    options.catalogue = WorldCatalogue();
    options.catalogue.dynamic_reserve = reserve;
    Start(std::move(options));
    for (int i = 0; i < kClients; ++i) {
      v1::CreateProjectRequest request;
      request.mutable_project()->set_name(absl::StrCat("projects/p", i));
      request.mutable_project()->set_title("One of many");
      request.mutable_project()->set_institution("ens");
      request.mutable_project()->set_programme("chair");
      request.mutable_project()->set_pi(absl::StrCat("pi", i % kPis));
      *request.mutable_project()->mutable_period() = ToProto(WorldCatalogue().Horizon());
      request.set_request_id(absl::StrCat("p", i));
      ASSERT_EQ(Why(Olga().Call(request)), "OK");
    }
  }

  // Everybody asks for cpu at any site and GPUs, in July or in July and August.
  Crowd AskAllAtOnce(uint32_t seed) {
    Crowd crowd;
    crowd.answers.resize(kClients);
    for (int i = 0; i < kClients; ++i) {
      crowd.callers.push_back(
          std::make_unique<Caller>(scheduler_->Connect(absl::StrCat("user/pi", i % kPis))));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      threads.emplace_back([&crowd, i, seed] {
        std::mt19937 random(seed + static_cast<uint32_t>(i));
        const auto at = static_cast<size_t>(i);
        for (int n = 0; n < kRequestsEach; ++n) {
          const auto answer = crowd.callers[at]->Call(RandomRequest(random, i, n));
          EXPECT_EQ(Why(answer), "OK");
          if (answer.ok()) crowd.answers[at].push_back(*answer);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return crowd;
  }

  static v1::CreateRequestRequest RandomRequest(std::mt19937& random, int client, int n) {
    v1::CreateRequestRequest request;
    request.set_project(absl::StrCat("projects/p", client));
    request.set_request_id(absl::StrCat("request ", client, " ", n));
    const auto add = [&](const std::string& resource, int64_t most) {
      v1::RequestLine& line = *request.mutable_request()->add_lines();
      line.set_resource(resource);
      line.set_amount_base_units(std::uniform_int_distribution<int64_t>(most / 2, most)(random));
    };
    // 256 of them, each up to a sixtieth of a month: more than four times of what there is.
    add("cpu", int64_t{1500} * 31 * 86400 / 40);
    if (n % 2 == 0) add("gpu-a100", int64_t{20} * 31 * 86400 / 20);
    const Catalogue catalogue = WorldCatalogue();
    Period period = catalogue.PeriodOf(Month(2026, 7));
    if (std::uniform_int_distribution<int>(0, 1)(random) == 1) {
      period.end = catalogue.PeriodOf(Month(2026, 8)).end;
    }
    *request.mutable_request()->mutable_period() = ToProto(period);
    return request;
  }

  // What the answers promise, added up by the test.
  static std::map<Cell, int64_t> Promised(const Crowd& crowd) {
    std::map<Cell, int64_t> sums;
    for (const auto& answers : crowd.answers) {
      for (const v1::Request& answer : answers) {
        for (const v1::Grant& grant : answer.grants()) {
          int64_t placed = 0;
          for (const v1::Placement& placement : grant.placements()) {
            sums[{placement.site(), grant.resource(), placement.month()}] +=
                placement.amount_base_units();
            placed += placement.amount_base_units();
          }
          EXPECT_EQ(placed, grant.amount_base_units());
        }
      }
    }
    return sums;
  }

  // By the site's units, not by the code of the catalogue. July and August have 31 days.
  static int64_t CapacityOf(const std::string& site, const std::string& resource) {
    const int64_t units = resource == "gpu-a100" ? 20 : site == "psmn" ? 1000 : 500;
    return units * 31 * 86400;
  }

  void ExpectShownAsPromised(const std::map<Cell, int64_t>& promised) {
    for (const std::string id : {"psmn", "p2chpd"}) {
      v1::GetSiteRequest request;
      request.set_name("sites/" + id);
      const auto site = Olga().Call(request);
      ASSERT_EQ(Why(site), "OK");
      for (const v1::SiteCapacity& capacity : site->capacities()) {
        const auto sum = promised.find({id, capacity.resource(), capacity.month()});
        EXPECT_EQ(capacity.granted_base_units(), sum == promised.end() ? 0 : sum->second)
            << id << " " << capacity.resource() << " " << capacity.month();
      }
    }
  }
};

TEST_F(CrowdTest, NeverGetsMoreThanASiteHasInAnyMonthAndFillsItToTheLastSecond) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::printf("seed %u\n", seed);
  StartWithReserve(PartsPerMillion(1'000'000));
  const std::map<Cell, int64_t> promised = Promised(AskAllAtOnce(seed));
  for (const auto& [cell, sum] : promised) {
    const auto& [site, resource, month] = cell;
    EXPECT_LE(sum, CapacityOf(site, resource)) << site << " " << resource << " " << month;
  }
  // The reserve released by June, six months of capacity, is more than July and August have.
  for (const char* month : {"2026-07", "2026-08"}) {
    EXPECT_EQ(promised.at({"psmn", "cpu", month}), CapacityOf("psmn", "cpu"));
    EXPECT_EQ(promised.at({"p2chpd", "cpu", month}), CapacityOf("p2chpd", "cpu"));
    EXPECT_EQ(promised.at({"psmn", "gpu-a100", month}), CapacityOf("psmn", "gpu-a100"));
  }
  ExpectShownAsPromised(promised);
  EXPECT_EQ(Verify(scheduler_->store()).status(), absl::OkStatus());
}

TEST_F(CrowdTest, NeverGetsMoreThanTheReserveAndDrawsAllOfIt) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::printf("seed %u\n", seed);
  StartWithReserve(PartsPerMillion(50'000));
  const std::map<Cell, int64_t> promised = Promised(AskAllAtOnce(seed));
  std::map<std::pair<std::string, std::string>, int64_t> sums;
  for (const auto& [cell, sum] : promised) sums[{std::get<0>(cell), std::get<1>(cell)}] += sum;
  // A twentieth of January to June.
  constexpr int64_t kReleasedSeconds = int64_t{181} * 86400 / 20;
  EXPECT_EQ((sums[{"psmn", "cpu"}]), 1000 * kReleasedSeconds);
  EXPECT_EQ((sums[{"p2chpd", "cpu"}]), 500 * kReleasedSeconds);
  EXPECT_EQ((sums[{"psmn", "gpu-a100"}]), 20 * kReleasedSeconds);
  ExpectShownAsPromised(promised);
  EXPECT_EQ(Verify(scheduler_->store()).status(), absl::OkStatus());
}

}  // namespace
}  // namespace mesolys
