#include "proto/values/names.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

void ExpectInvalidName(const absl::Status& status, absl::string_view of) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << of;
  const auto refusal = RefusalOf(status);
  ASSERT_TRUE(refusal.has_value()) << of;
  EXPECT_EQ(refusal->reason, Reason::kInvalidName) << of;
}

TEST(CheckIdTest, AcceptsALetterAndThenLettersDigitsAndDashes) {
  for (const std::string& id : {std::string("a"), std::string("psmn"), std::string("phd-track"),
                                std::string("proj_a9"), std::string(30, 'z')}) {
    EXPECT_TRUE(CheckId("project", id).ok()) << id;
  }
}

TEST(CheckIdTest, RefusesEverythingElse) {
  const std::vector<std::string> wrong = {"",
                                          "9x",
                                          "_a",
                                          "-a",
                                          "A",
                                          "aB",
                                          "a b",
                                          "a.b",
                                          "a/b",
                                          "é",
                                          "a\n",
                                          "a@b",
                                          std::string(31, 'z'),
                                          std::string("a\0b", 3)};
  for (const std::string& id : wrong) ExpectInvalidName(CheckId("project", id), id);
}

TEST(CheckIdTest, SaysWhatWasWrongAndWhatIsRight) {
  const absl::Status status = CheckId("project", "9x");
  EXPECT_EQ(status.message(),
            "project \"9x\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -");
  EXPECT_EQ(RefusalOf(status)->metadata,
            (std::map<std::string, std::string>{{"field", "project"}, {"value", "9x"}}));
}

TEST(CheckIdTest, RepeatsAHostileIdCutAndInPrintableCharactersOnly) {
  const std::string hostile = std::string("\x1b[2J\xff\"") + std::string(100'000, 'x');
  const absl::Status status = CheckId("site", hostile);
  EXPECT_LT(status.message().size(), 300);
  EXPECT_THAT(Message(status), Each(AllOf(Ge(' '), Le('~'))));
  EXPECT_THAT(Message(status), HasSubstr("\\x1b[2J\\xff\\\"xx"));
}

TEST(CheckLoginTest, AcceptsWhatSlurmAndUnixCallPeopleAndAccounts) {
  for (const std::string& login :
       {std::string("a"), std::string("Marie.Curie"), std::string("_x"), std::string("9lives"),
        std::string("m@ens-lyon.fr"), std::string(64, 'q')}) {
    EXPECT_TRUE(CheckLogin("user", login).ok()) << login;
  }
}

TEST(CheckLoginTest, RefusesEverythingElse) {
  for (const std::string& login : {std::string(), std::string("-rf"), std::string(".ssh"),
                                   std::string("@x"), std::string("a b"), std::string("a/b"),
                                   std::string("a,b"), std::string("é"), std::string(65, 'q')}) {
    ExpectInvalidName(CheckLogin("user", login), login);
  }
  EXPECT_THAT(Message(CheckLogin("account", "a b")), HasSubstr("account \"a b\" is not a login"));
}

TEST(CheckResourceTest, KnowsFourKinds) {
  struct Case {
    const char* resource;
    ResourceKind kind;
  };
  for (const Case& c :
       {Case{"cpu", ResourceKind::kCpu}, Case{"gpu-a100", ResourceKind::kGpu},
        Case{"gpu-5090", ResourceKind::kGpu}, Case{"gpu-a100_3g.40gb", ResourceKind::kGpu},
        Case{"gpu-nvidia_rtx_6000_ada_generation", ResourceKind::kGpu},
        Case{"gpu-1g.10gb+me", ResourceKind::kGpu}, Case{"storage-scratch", ResourceKind::kStorage},
        Case{"support", ResourceKind::kSupport}}) {
    SCOPED_TRACE(c.resource);
    ASSERT_TRUE(CheckResource(c.resource).ok());
    EXPECT_EQ(KindOf(c.resource), c.kind);
    EXPECT_EQ(IsStock(c.resource), c.kind == ResourceKind::kStorage);
  }
}

TEST(CheckResourceTest, RefusesEverythingElse) {
  for (const std::string& resource : {std::string(),
                                      std::string("CPU"),
                                      std::string("cpus"),
                                      std::string("cpu-x"),
                                      std::string("gpu"),
                                      std::string("gpu-"),
                                      std::string("gpu--a"),
                                      std::string("gpu-A100"),
                                      std::string("gpu-_a"),
                                      std::string("storage"),
                                      std::string("storage-"),
                                      std::string("supports"),
                                      std::string("ram"),
                                      "gpu-" + std::string(65, 'a'),
                                      std::string("gpu-.a"),
                                      std::string("gpu-a b"),
                                      std::string("gpu-a/b"),
                                      std::string("gpu-a=b"),
                                      std::string("gpu-a,b"),
                                      std::string("gpu-a:b"),
                                      "storage-" + std::string(26, 'a'),
                                      std::string("storage-a.b")}) {
    ExpectInvalidName(CheckResource(resource), resource);
  }
  EXPECT_TRUE(CheckResource("gpu-" + std::string(64, 'a')).ok());
  EXPECT_TRUE(CheckResource("storage-" + std::string(25, 'a')).ok());
}

TEST(CheckResourceDeathTest, WhatWasNotCheckedHasNoKind) { EXPECT_DEATH((void)KindOf("ram"), ""); }

TEST(NamesTest, ProjectsAndSitesComeBackFromTheirNames) {
  EXPECT_EQ(ProjectName("proj_a"), "projects/proj_a");
  EXPECT_EQ(ParseProjectName("projects/proj_a").value(), "proj_a");
  EXPECT_EQ(SiteName("psmn"), "sites/psmn");
  EXPECT_EQ(ParseSiteName("sites/psmn").value(), "psmn");
}

TEST(NamesTest, GrantsAndRequestsComeBackFromTheirNames) {
  for (const int64_t number : {int64_t{1}, int64_t{17}, int64_t{1000}, INT64_MAX}) {
    const absl::StatusOr<NumberedName> grant = ParseGrantName(GrantName("proj_a", number));
    ASSERT_TRUE(grant.ok()) << grant.status();
    EXPECT_EQ(grant->project, "proj_a");
    EXPECT_EQ(grant->number, number);
    const absl::StatusOr<NumberedName> request = ParseRequestName(RequestName("proj_a", number));
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->project, "proj_a");
    EXPECT_EQ(request->number, number);
  }
  EXPECT_EQ(GrantName("proj_a", 17), "projects/proj_a/grants/g17");
  EXPECT_EQ(RequestName("proj_a", 5), "projects/proj_a/requests/r5");
}

TEST(NamesTest, NoOtherSpellingIsAName) {
  for (const char* name : {"", "proj_a", "projects/", "projects/9x", "projects/a/", "projects/a/b",
                           "Projects/a", "/projects/a", "projects//a", "sites/a"}) {
    ExpectInvalidName(ParseProjectName(name).status(), name);
  }
  for (const char* name : {"", "psmn", "sites/", "sites/9x", "sites/a/b", "projects/a"}) {
    ExpectInvalidName(ParseSiteName(name).status(), name);
  }
  for (const char* name : {"",
                           "projects/a",
                           "projects/a/grants/",
                           "projects/a/grants/g",
                           "projects/a/grants/17",
                           "projects/a/grants/g0",
                           "projects/a/grants/g017",
                           "projects/a/grants/g+17",
                           "projects/a/grants/g-17",
                           "projects/a/grants/g 17",
                           "projects/a/grants/g17 ",
                           "projects/a/grants/g17/x",
                           "projects/a/grants/g1x",
                           "projects/a/grants/g0x1",
                           "projects/A/grants/g17",
                           "projects//grants/g17",
                           "projects/a/requests/r17",
                           "projects/a/b/grants/g17",
                           "projects/a/grants/g9223372036854775808",
                           "projects/a/grants/g99999999999999999999"}) {
    ExpectInvalidName(ParseGrantName(name).status(), name);
  }
  for (const char* name : {"projects/a/requests/5", "projects/a/grants/g5",
                           "projects/a/requests/g5", "projects/a/requests/r0"}) {
    ExpectInvalidName(ParseRequestName(name).status(), name);
  }
}

TEST(NamesTest, AWrongNameIsAnsweredWithARightOne) {
  EXPECT_EQ(ParseGrantName("g17").status().message(),
            "\"g17\" is not the name of a grant: write projects/{project}/grants/g{number}, for "
            "example projects/proj_a/grants/g17");
}

}  // namespace
}  // namespace mesolys
