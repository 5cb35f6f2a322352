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
  EXPECT_EQ(request.lines(0).minimum_base_units(), 36'000'000);
  EXPECT_EQ(request.lines(2).minimum_base_units(), 60);
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
