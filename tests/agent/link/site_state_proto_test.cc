#include "agent/link/site_state_proto.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

v1::DesiredState Parse(const std::string& text) {
  v1::DesiredState state;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &state)) << text;
  return state;
}

constexpr char kGood[] = R"(
    generation: 7
    projects {
      project: "projects/chair_ia" parent: "projects/ia"
      logins: "alice" logins: "bob"
      grants {
        grant: "projects/chair_ia/grants/g17" resource: "gpu-a100" ceiling_base_units: 7200000
        period { start_time { seconds: 100 } end_time { seconds: 200 } }
        bonus_base_units: 1800000
      }
      grants {
        grant: "projects/chair_ia/grants/g18" resource: "cpu"
        period { start_time { seconds: 300 } end_time { seconds: 300 } }
      }
      links { cluster: "c1" account: "old_ia" }
      login_ceilings {
        login: "bob" resource: "cpu" amount_base_units: 3600 since_time { seconds: 150 }
      }
      access { resource: "cpu" level: LOW_PRIORITY }
      access { resource: "cpu" login: "bob" level: FROZEN }
      shares: 2500 eco: true
    }
    charging {
      gpu_model: "a100" gpu_jobs_pay_no_cpu: true
      node_cores: 32 node_memory_bytes: 64 node_gpu_count: 4
      gpu_names { key: "1g.10gb" value { resource: "gpu-a100" parts: 1 whole: 7 } }
    }
    clusters: "c1"
    projects { project: "projects/ia" })";

TEST(SiteStateProtoTest, ReadsADesiredState) {
  const absl::StatusOr<SiteState> state = FromProto(Parse(kGood));
  ASSERT_TRUE(state.ok()) << state.status();
  SiteState expected;
  expected.generation = 7;
  expected.accounts["ia"];
  SiteAccount& account = expected.accounts["chair_ia"];
  account.parent = "ia";
  account.shares = 2500;
  account.eco = true;
  account.logins = {"alice", "bob"};
  account.links = {{"c1", "old_ia"}};
  account.grants["projects/chair_ia/grants/g17"] = {
      "gpu-a100",
      Amount(7200000),
      {absl::FromUnixSeconds(100), absl::FromUnixSeconds(200)},
      Amount(1800000)};
  // Revoked before it began.
  account.grants["projects/chair_ia/grants/g18"] = {
      "cpu", Amount(), {absl::FromUnixSeconds(300), absl::FromUnixSeconds(300)}};
  account.login_ceilings[{"bob", "cpu"}] = {Amount(3600), absl::FromUnixSeconds(150)};
  account.access["cpu"] = Access::kLowPriority;
  account.frozen_logins = {{"bob", "cpu"}};
  expected.charges = {"a100", false, {32, 64, 4}, {{"1g.10gb", {"gpu-a100", 1, 7}}}};
  expected.clusters = {"c1"};
  EXPECT_EQ(*state, expected);
}

TEST(SiteStateProtoTest, GoesThereAndBack) {
  const absl::StatusOr<SiteState> state = FromProto(Parse(kGood));
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*FromProto(ToProto(*state)), *state);
}

TEST(SiteStateProtoTest, RefusesWhatNoSchedulerMeans) {
  const std::string kPeriod = "period { start_time { seconds: 1 } end_time { seconds: 2 } }";
  const std::string kGrant =
      "grants { grant: 'projects/p/grants/g1' resource: 'cpu' " + kPeriod + "}";
  const struct {
    std::string text;
    const char* says;
  } kCases[] = {
      {"projects { project: 'p' }", "p"},
      {"projects { project: 'projects/UP' }", "projects/UP"},
      {"projects { project: 'projects/p' } projects { project: 'projects/p' }", "twice"},
      {"projects { project: 'projects/p' parent: 'x' }", "projects/p"},
      {"projects { project: 'projects/p' logins: 'a b' }", "a b"},
      {"projects { project: 'projects/p' links { cluster: '' account: 'x' } }", "cluster"},
      {"projects { project: 'projects/p' links { cluster: 'c' account: '-' } }", "account"},
      {"projects { project: 'projects/p' " + kGrant + kGrant + "}", "twice"},
      {"projects { project: 'projects/p' grants { grant: 'g1' resource: 'cpu' " + kPeriod + "} }",
       "g1"},
      {"projects { project: 'projects/p' grants { grant: 'projects/p/grants/g1' resource: 'tea' " +
           kPeriod + "} }",
       "tea"},
      {"projects { project: 'projects/p' grants { grant: 'projects/p/grants/g1' resource: 'cpu' "
       "ceiling_base_units: -1 " +
           kPeriod + "} }",
       "-1"},
      {"projects { project: 'projects/p' grants { grant: 'projects/p/grants/g1' resource: 'cpu' } "
       "}",
       "g1"},
      {"projects { project: 'projects/p' grants { grant: 'projects/p/grants/g1' resource: 'cpu' "
       "bonus_base_units: -7 " +
           kPeriod + "} }",
       "-7"},
      {"projects { project: 'projects/p' login_ceilings { login: 'a b' resource: 'cpu' "
       "since_time { seconds: 1 } } }",
       "a b"},
      {"projects { project: 'projects/p' login_ceilings { login: 'bob' resource: 'cpu' "
       "amount_base_units: -3 since_time { seconds: 1 } } }",
       "-3"},
      {"projects { project: 'projects/p' access { resource: 'cpu' } }", "LOW_PRIORITY"},
      {"charging { node_cores: -1 }", "less than nothing"},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<SiteState> state = FromProto(Parse(one.text));
    EXPECT_EQ(state.status().code(), absl::StatusCode::kInvalidArgument) << one.text;
    EXPECT_THAT(std::string(state.status().message()), HasSubstr(one.says));
  }
}

}  // namespace
}  // namespace mesolys::agent
