#include "client/request/request_form.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

TEST(RequestLinesTest, TurnHoursIntoBaseUnits) {
  RequestTexts texts;
  texts.cpu = "50000h";
  texts.gpus = {"a100=2000h", "v100=90min"};
  texts.storages = {"scratch=2TB"};
  texts.support = "3d";
  texts.lines = {"gpu-h100=1h"};
  texts.minimums = {"cpu=10000h", "gpu-v100=60s"};
  texts.sites = {"psmn", "p2chpd"};
  v1::Request request;
  ASSERT_TRUE(AddLines(texts, &request).ok());
  ASSERT_EQ(request.lines_size(), 6);
  const std::vector<std::pair<std::string, int64_t>> expected = {
      {"cpu", 180'000'000},      {"gpu-a100", 7'200'000},
      {"gpu-v100", 5400},        {"storage-scratch", 2'000'000'000'000},
      {"support", 3 * 7 * 3600}, {"gpu-h100", 3600}};
  for (int i = 0; i < request.lines_size(); ++i) {
    const auto& [resource, amount] = expected[static_cast<size_t>(i)];
    EXPECT_EQ(request.lines(i).resource(), resource);
    EXPECT_EQ(request.lines(i).amount_base_units(), amount) << resource;
    EXPECT_THAT(request.lines(i).sites(), ::testing::ElementsAre("psmn", "p2chpd"));
  }
  // What is computed may follow its use; what is stored, or done by an engineer, stays.
  for (const v1::RequestLine& line : request.lines()) {
    const bool is_compute = line.resource() != "support" && line.resource() != "storage-scratch";
    EXPECT_EQ(line.any_of(), is_compute) << line.resource();
  }
  EXPECT_EQ(request.lines(0).minimum_base_units(), 36'000'000);
  EXPECT_EQ(request.lines(2).minimum_base_units(), 60);
}

TEST(RequestLinesTest, AreForAnySiteWhereNoneIsNamedAndForTheOneThatIs) {
  RequestTexts texts;
  texts.cpu = "1h";
  v1::Request anywhere;
  ASSERT_TRUE(AddLines(texts, &anywhere).ok());
  EXPECT_TRUE(anywhere.lines(0).any_of());
  EXPECT_THAT(anywhere.lines(0).sites(), ::testing::IsEmpty());
  texts.sites = {"psmn"};
  v1::Request there;
  ASSERT_TRUE(AddLines(texts, &there).ok());
  EXPECT_FALSE(there.lines(0).any_of());
  EXPECT_THAT(there.lines(0).sites(), ::testing::ElementsAre("psmn"));
}

TEST(RequestLinesTest, AreSplitWhereTheSitesHaveAmounts) {
  RequestTexts texts;
  texts.cpu = "1000h";
  texts.sites = {"psmn=600h", "pmcs2i=24000min"};
  v1::Request one;
  ASSERT_EQ(AddLines(texts, &one), absl::OkStatus());
  EXPECT_FALSE(one.lines(0).any_of());
  EXPECT_THAT(one.lines(0).sites(), ::testing::ElementsAre("psmn", "pmcs2i"));
  EXPECT_EQ(one.lines(0).site_base_units().at("psmn"), 600 * 3600);
  EXPECT_EQ(one.lines(0).site_base_units().at("pmcs2i"), 400 * 3600);

  texts.gpus = {"a100=20h"};
  texts.storages = {"scratch=1TB"};
  texts.sites = {"psmn=cpu:600h", "pmcs2i=cpu:400h", "psmn=gpu-a100:15h", "pmcs2i=gpu-a100:5h"};
  v1::Request several;
  ASSERT_EQ(AddLines(texts, &several), absl::OkStatus());
  EXPECT_EQ(several.lines(1).site_base_units().at("psmn"), 15 * 3600);
  EXPECT_EQ(several.lines(1).site_base_units().at("pmcs2i"), 5 * 3600);
  EXPECT_THAT(several.lines(2).sites(), ::testing::ElementsAre("psmn", "pmcs2i"));
  EXPECT_TRUE(several.lines(2).site_base_units().empty()) << "only what is said is split";
}

TEST(RequestLinesTest, AreNotSplitInNoSense) {
  struct Row {
    std::vector<std::string> gpus;
    std::vector<std::string> sites;
    std::string why;
  };
  for (const Row& row : std::vector<Row>{
           {{}, {"psmn=600h", "pmcs2i=300h"}, "1000 h of cpu are asked, and 900 h at the sites"},
           {{}, {"psmn=600h", "pmcs2i=600h"}, "and 1200 h at the sites; the two must be the same"},
           {{}, {"psmn=600h", "psmn=400h"}, "psmn is named twice for cpu; say the sum once"},
           {{}, {"psmn", "pmcs2i", "psmn"}, "psmn is named twice; once is enough"},
           {{},
            {"psmn=600h", "pmcs2i"},
            "say how much for each site, as in SITE=600h, or for none"},
           {{}, {"PSMN=600h", "pmcs2i=400h"}, "--site \"PSMN\" is not an id"},
           {{}, {"psmn=", "pmcs2i=400h"}, "--site: \"psmn=\" is not of the form SITE=AMOUNT"},
           {{}, {"psmn=600", "pmcs2i=400h"}, "--site: \"600\" has no unit"},
           {{}, {"psmn=gpu-a100:6h", "pmcs2i=400h"}, "gpu-a100 is not asked; say how much in all"},
           {{"a100=9h"}, {"psmn=600h", "pmcs2i=400h"}, "say of which it is, as in psmn=cpu:600h"},
           {{"a100=9h"}, {"psmn=cpu:600h"}, "1000 h of cpu are asked, and 600 h at the sites"}}) {
    RequestTexts texts;
    texts.cpu = "1000h";
    texts.gpus = row.gpus;
    texts.sites = row.sites;
    v1::Request request;
    const absl::Status status = AddLines(texts, &request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.why;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.why));
  }
}

TEST(RequestLinesTest, RefuseWithTheOptionAndWhatWouldBeRight) {
  struct Row {
    RequestTexts texts;
    std::string why;
  };
  RequestTexts none;
  RequestTexts number;
  number.cpu = "50000";
  RequestTexts bytes;
  bytes.cpu = "2TB";
  RequestTexts negative;
  negative.cpu = "-5h";
  RequestTexts form;
  form.gpus = {"2000h"};
  RequestTexts model;
  model.gpus = {"A 100=2000h"};
  RequestTexts twice;
  twice.cpu = "1h";
  twice.lines = {"cpu=2h"};
  RequestTexts minimum;
  minimum.cpu = "1h";
  minimum.minimums = {"gpu-a100=1h"};
  RequestTexts above;
  above.cpu = "1h";
  above.minimums = {"cpu=2h"};
  RequestTexts site;
  site.cpu = "1h";
  site.sites = {"PSMN"};
  for (const Row& row :
       std::vector<Row>{{none, "nothing is asked"},
                        {number, "--cpu: "},
                        {number, "50000h"},
                        {bytes, "--cpu: "},
                        {negative, "--cpu: "},
                        {form, "--gpu: \"2000h\" is not of the form MODEL=AMOUNT"},
                        {model, "--gpu: resource \"gpu-A 100\""},
                        {twice, "--line: cpu is asked twice"},
                        {minimum, "--minimum: gpu-a100 is not asked"},
                        {above, "--minimum: 2 h of cpu is more than the 1 h asked"},
                        {site, "--site \"PSMN\" is not an id"}}) {
    v1::Request request;
    const absl::Status status = AddLines(row.texts, &request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.why));
  }
}

}  // namespace
}  // namespace mesolys::client
