#include "agent/slurm/text/host_list.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> Expanded(absl::string_view text) {
  const absl::StatusOr<std::vector<std::string>> names = ExpandHostList(text);
  EXPECT_TRUE(names.ok()) << text << ": " << names.status();
  return names.value_or(std::vector<std::string>());
}

TEST(HostListTest, NamesEveryHost) {
  EXPECT_THAT(Expanded("n1"), ElementsAre("n1"));
  EXPECT_THAT(Expanded("n1,login-2.lyon"), ElementsAre("n1", "login-2.lyon"));
  EXPECT_THAT(Expanded("n[1-3,7]"), ElementsAre("n1", "n2", "n3", "n7"));
  EXPECT_THAT(Expanded("n[008-011]"), ElementsAre("n008", "n009", "n010", "n011"));
  EXPECT_THAT(Expanded("a[1-2]b,c3"), ElementsAre("a1b", "a2b", "c3"));
  EXPECT_THAT(Expanded("r[1-2]n[1-2]"), ElementsAre("r1n1", "r1n2", "r2n1", "r2n2"));
  EXPECT_THAT(Expanded("[1-2]"), ElementsAre("1", "2"));
}

TEST(HostListTest, IsEmptyWhereSlurmSaysSo) {
  EXPECT_THAT(Expanded(""), IsEmpty());
  EXPECT_THAT(Expanded("(null)"), IsEmpty());
}

TEST(HostListTest, RefusesWhatIsNotOfTheForm) {
  for (const char* text :
       {"n[1", "n1]", "n[]", "n[1-]", "n[-1]", "n[3-1]", "n[1-2-3]", "n[a]", "n[1,,2]", ",", "n1,",
        ",n1", "n 1", "n/1", "n[1\n2]", "n\xff", "n[1234567890]", "n[+1]", "n[ 1]"}) {
    const auto names = ExpandHostList(text);
    EXPECT_EQ(names.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(HostListTest, IsBounded) {
  EXPECT_THAT(Expanded("n[1-100000]"), SizeIs(100'000));
  for (const std::string& text :
       {std::string("n[1-100001]"), std::string("n[0-999999999]"), std::string("n[1-400]m[1-400]"),
        std::string("a[1-60000],b[1-60000]"), std::string("n[1-60000,1-60000]"),
        std::string("n[1-999]n[1-999]n[1-999]n[1-999]")}) {
    EXPECT_THAT(std::string(ExpandHostList(text).status().message()),
                HasSubstr("more than 100000 names"))
        << text;
  }
  EXPECT_FALSE(ExpandHostList(std::string(1000, 'n')).ok());
}

}  // namespace
}  // namespace mesolys::agent
