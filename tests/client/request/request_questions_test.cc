#include "client/request/request_questions.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/request.pb.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CommandLineTest, IsReadBackByAShell) {
  RequestForm form;
  form.project = "proj_a";
  form.lines.cpu = "100h";
  form.lines.gpus = {"a100=10h", "h100=5h"};
  form.lines.storages = {"scratch=2TB"};
  form.span = "6m";
  form.justification = "it's $HOME, \"sparse\"";
  EXPECT_EQ(CommandLineOf(form),
            "mesolys request create proj_a --cpu 100h --gpu a100=10h --gpu h100=5h --storage "
            "scratch=2TB --for 6m --justification 'it'\\''s $HOME, \"sparse\"'");
}

class RequestQuestionsTest : public ClientTest {
 protected:
  RequestQuestionsTest() { asks_ = true; }
};

TEST_F(RequestQuestionsTest, AreAskedWhenNothingIsGiven) {
  typed_ = "proj_a\n100h\na100=10h, h100=5h\n\n6m\nSparse models\nyes\n";
  const Outcome outcome = Run({"request", "create"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  const v1::CreateRequestRequest sent = scheduler_.Last<v1::CreateRequestRequest>();
  EXPECT_EQ(sent.project(), "projects/proj_a");
  EXPECT_EQ(sent.request().justification(), "Sparse models");
  ASSERT_EQ(sent.request().lines_size(), 3);
  EXPECT_EQ(sent.request().lines(0).amount_base_units(), 100 * 3600);
  EXPECT_EQ(sent.request().lines(2).resource(), "gpu-h100");
  EXPECT_THAT(outcome.err, HasSubstr("the same without questions: mesolys request create proj_a "
                                     "--cpu 100h --gpu a100=10h --gpu h100=5h --for 6m "
                                     "--justification 'Sparse models'"));
}

TEST_F(RequestQuestionsTest, AreAskedAgainUntilTheAnswerCanBeRead) {
  typed_ = "much\n100h\n\n\nsoon\n90d\n\nSparse models\nperhaps\ny\n";
  const Outcome outcome = Run({"request", "create", "proj_a"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("--cpu: \"much\""));
  EXPECT_THAT(outcome.err, HasSubstr("a sentence is needed"));
  EXPECT_THAT(outcome.err, HasSubstr("write yes or no"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("Project, as")));
}

TEST_F(RequestQuestionsTest, TakeAYesInTheLanguageOfTheQuestion) {
  environment_["LC_ALL"] = "fr_FR.UTF-8";
  typed_ = "100h\n\n\n6m\nModèles creux\noui\n";
  const Outcome outcome = Run({"request", "create", "proj_a"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("Envoyer la demande : oui ou non"));
  EXPECT_EQ(scheduler_.Last<v1::CreateRequestRequest>().request().justification(), "Modèles creux");
  environment_.erase("LC_ALL");
  EXPECT_EQ(Run({"request", "create", "proj_a"}).exit, ExitCode::kUsage);
}

TEST_F(RequestQuestionsTest, SendNothingWithoutAYes) {
  for (const char* typed : {"100h\n\n\n6m\nSparse models\nno\n", "100h\n\n\n", ""}) {
    typed_ = typed;
    const Outcome outcome = Run({"request", "create", "proj_a"});
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << typed;
  }
  // Nothing at all is asked.
  typed_ = "\n\n\n\n";
  EXPECT_EQ(Run({"request", "create", "proj_a"}).exit, ExitCode::kUsage);
  EXPECT_TRUE(scheduler_.received().empty());
}

TEST_F(RequestQuestionsTest, AreNotAskedWhereNoAnswerIsOfUse) {
  typed_ = "proj_a\n";
  StopServer();
  const Outcome away = Run({"request", "create", "--timeout", "200ms"});
  EXPECT_EQ(away.exit, ExitCode::kUnreachable);
  EXPECT_THAT(away.err, Not(HasSubstr("Project, as")));
  environment_["MESOLYS_CONFIG"] = "/nowhere/config.toml";
  const Outcome unset = Run({"request", "create"});
  EXPECT_EQ(unset.exit, ExitCode::kUsage);
  EXPECT_THAT(unset.err, Not(HasSubstr("Project, as")));
}

TEST_F(RequestQuestionsTest, OtherAnswersAreAnotherRequest) {
  scheduler_.LoseNextAnswers(1000);
  typed_ = "100h\n\n\n6m\nSparse models\nyes\n";
  const std::vector<std::string> words = {"request", "create", "proj_a", "--timeout", "2s"};
  EXPECT_EQ(Run(words).exit, ExitCode::kOutcomeUnknown);
  scheduler_.LoseNextAnswers(0);
  typed_ = "200h\n\n\n6m\nSparse models\nyes\n";
  EXPECT_EQ(Run(words).exit, ExitCode::kDone);
  EXPECT_EQ(scheduler_.Last<v1::CreateRequestRequest>().request().lines(0).amount_base_units(),
            200 * 3600);
  // The same answers find out what became of the first.
  typed_ = "100h\n\n\n6m\nSparse models\nyes\n";
  EXPECT_THAT(Run(words).err, HasSubstr("re-using"));
}

TEST_F(RequestQuestionsTest, AreForATerminal) {
  asks_ = false;
  const Outcome outcome = Run({"request", "create", "proj_a"});
  EXPECT_EQ(outcome.exit, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("--justification is required"));
}

class RequestFileTest : public ClientTest {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = absl::StrCat(ca_.directory(), "/request.toml");
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(RequestFileTest, HoldsAllOfARequest) {
  const std::string path = Write(R"(project = "proj_a"
cpu = "100h"
gpu = ["a100=10h"]
minimum = ["gpu-a100=5h"]
site = ["psmn"]
for = "6m"
justification = "Sparse models"
energy-median = "10kWh"
)");
  const Outcome outcome = Run({"request", "create", "--file", path});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  const v1::Request sent = scheduler_.Last<v1::CreateRequestRequest>().request();
  ASSERT_EQ(sent.lines_size(), 2);
  EXPECT_EQ(sent.lines(1).minimum_base_units(), 5 * 3600);
  EXPECT_EQ(sent.energy_median_watt_hours(), 10'000);
}

TEST_F(RequestFileTest, IsReadStrictlyAndAlone) {
  const std::string wrong = Write("project = \"proj_a\"\ncpus = \"1h\"\njustification = \"x\"\n");
  EXPECT_THAT(Run({"request", "create", "--file", wrong}).err, HasSubstr("request.toml:2:1"));
  const std::string path =
      Write("project = \"proj_a\"\ncpu = \"1h\"\nfor = \"6m\"\njustification = \"x\"\n");
  EXPECT_THAT(Run({"request", "create", "--file", path, "--cpu", "2h"}).err,
              HasSubstr("--file holds all that is asked"));
  EXPECT_THAT(Run({"request", "create", "proj_b", "--file", path}).err,
              HasSubstr("is for proj_a, not for proj_b"));
  EXPECT_EQ(Run({"request", "create", "--file", "/nowhere.toml"}).exit, ExitCode::kUsage);
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
