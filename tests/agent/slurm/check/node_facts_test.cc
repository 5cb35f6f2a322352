#include "agent/slurm/check/node_facts.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_scontrol.h"

namespace mesolys::agent {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> Told(const std::vector<std::string>& lines,
                              const std::set<std::string>& counted = {"gres/gpu"}) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  std::vector<std::string> told;
  for (const Finding& finding :
       CheckNodes("c1", ReadNodes(text), counted, "/etc/slurm/slurm.conf")) {
    told.push_back(ToText(finding));
  }
  return told;
}

TEST(NodeFactsTest, OfWhatIsRightNothingIsSaid) {
  EXPECT_THAT(Told({FakeScontrol::Node("n1", "IDLE", "gpu:a100:4(S:0-1),gpu:v100:2"),
                    FakeScontrol::Node("n2", "IDLE", "(null)")}),
              IsEmpty());
  const NodeFacts facts = ReadNodes(FakeScontrol::Node("n1", "IDLE", "gpu:A100:4,gpu:2"));
  EXPECT_THAT(facts.gpu_models, ElementsAre("", "a100"));
}

TEST(NodeFactsTest, PartsOfGpusUnderAnotherNameAreNamedWithTheirNodes) {
  EXPECT_THAT(Told({FakeScontrol::Node("n1", "IDLE", "gpu:v100:4,shard:v100:16"),
                    FakeScontrol::Node("n2", "IDLE", "gpu:v100:4,shard:16,mps:400")}),
              ElementsAre(AllOf(StartsWith("WARN  c1: Gres: GPUs of n2 are given away as gres/mps"),
                                HasSubstr("-> add gres/mps to AccountingStorageTRES")),
                          HasSubstr("GPUs of n1, n2 are given away as gres/shard")));
}

TEST(NodeFactsTest, PartsThatAreCountedAndAgreeAreRight) {
  const std::set<std::string> counted = {"gres/gpu", "gres/shard"};
  EXPECT_THAT(Told({FakeScontrol::Node("n1", "IDLE", "gpu:v100:4,shard:v100:16"),
                    FakeScontrol::Node("n2", "IDLE", "gpu:v100:2,shard:8")},
                   counted),
              IsEmpty());
  EXPECT_THAT(Told({FakeScontrol::Node("n1", "IDLE", "gpu:v100:4,shard:v100:16"),
                    FakeScontrol::Node("n2", "IDLE", "gpu:v100:2,shard:16")},
                   counted),
              ElementsAre(HasSubstr("what part of a GPU one gres/shard of n1, n2 is")));
}

TEST(NodeFactsTest, GpusWithoutATypeAreGuessed) {
  EXPECT_THAT(Told({FakeScontrol::Node("n1", "IDLE", "gpu:4")}),
              ElementsAre(HasSubstr("GPUs without a type")));
}

TEST(NodeFactsTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(Told({"NodeName=n1 CPUTot=32", FakeScontrol::Node("n2", "IDLE", "gpu:a/b:4"),
                    FakeScontrol::Node("n3", "IDLE", "gpu:a100:many"),
                    FakeScontrol::Node("n4", "IDLE", "gpu:a100:4("), "nonsense"}),
              ElementsAre(AllOf(StartsWith("WARN  c1: nodes: cannot be read: "), HasSubstr("n3: "),
                                HasSubstr(" more"))));
}

}  // namespace
}  // namespace mesolys::agent
