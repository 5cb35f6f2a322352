// The offline form of a call, from text to text.

#include "scheduler/call/divide.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace mesolys {
namespace {

using Json = nlohmann::json;

constexpr char kCall[] = R"({
  "pools": [{"site":"a","period":"m1","resource":"gpu","capacity":"100","cost":0.5},
            {"site":"b","period":"m1","resource":"gpu","capacity":50},
            {"site":"a","period":"m1","resource":"cpu","capacity":"7"}],
  "claims":[{"request":"r1","resource":"gpu","amount":"300","weight":1.5,"sites":["a"],"periods":["m1"]},
            {"request":"r1","resource":"cpu","amount":5,"minimum":"0","weight":1,"priority":3},
            {"request":"r2","resource":"gpu","amount":"300","weight":0.5,"sites":["a"],"periods":[]},
            {"request":"r3","resource":"gpu","amount":"300","minimum":"60","weight":2,"sites":["b"]}]
})";

std::string Answer(absl::string_view text, const DivideOptions& options = {}) {
  const absl::StatusOr<DivideAnswer> answer = DivideText(text, options);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? answer->text : "";
}

bool Has(absl::string_view text, absl::string_view part) {
  return text.find(part) != absl::string_view::npos;
}

TEST(DivideTest, AnswersInTheOrderOfTheClaimsWithLevelsAndPlacements) {
  Json answer = Json::parse(Answer(kCall));
  EXPECT_GE(answer["solve_seconds"].get<double>(), 0);
  answer.erase("solve_seconds");
  EXPECT_EQ(answer, Json::parse(R"({
    "awards":[
      {"request":"r1","resource":"gpu","amount":"75","level":50.0,"status":"PARTIAL",
       "placements":[{"site":"a","period":"m1","amount":"75"}]},
      {"request":"r1","resource":"cpu","amount":"5","level":null,"status":"FULL",
       "placements":[{"site":"a","period":"m1","amount":"5"}]},
      {"request":"r2","resource":"gpu","amount":"25","level":50.0,"status":"PARTIAL",
       "placements":[{"site":"a","period":"m1","amount":"25"}]},
      {"request":"r3","resource":"gpu","amount":"0","status":"DROPPED","placements":[]}],
    "pools":[
      {"site":"a","period":"m1","resource":"gpu","allocated":"100","level":50.0},
      {"site":"b","period":"m1","resource":"gpu","allocated":"0","level":null},
      {"site":"a","period":"m1","resource":"cpu","allocated":"5","level":null}],
    "certificate":{"valid":true}})"));
}

TEST(DivideTest, AClaimWithoutPoolsGetsNothing) {
  // The site is known, but has no pool of the resource in that period.
  const Json answer = Json::parse(Answer(
      R"({"pools":[{"site":"a","period":"m","resource":"cpu","capacity":1},
                   {"site":"b","period":"m","resource":"gpu","capacity":1}],
          "claims":[{"request":"r","resource":"gpu","amount":1,"weight":1,"sites":["a"]}]})"));
  EXPECT_EQ(answer["awards"][0]["amount"], "0");
  EXPECT_EQ(answer["awards"][0]["status"], "PARTIAL");
}

TEST(DivideTest, NamesTheEntryOfABadProblem) {
  struct Bad {
    std::string old, now;
    std::vector<std::string> words;
  };
  for (const Bad& each : std::vector<Bad>{
           {R"("capacity":"100")", R"("capacity":"-1")", {"pools[0]", "capacity \"-1\"", "whole"}},
           {R"("capacity":50)", R"("capacity":-50)", {"pools[1]", "capacity -50"}},
           {R"("capacity":50)", R"("capacity":50.5)", {"pools[1]", "50.5", "whole"}},
           {R"("capacity":50)", R"("capacity":1e3)", {"pools[1]", "whole"}},
           {R"("capacity":50)", R"("capacity":99999999999999999999)", {"pools[1]", "2^62"}},
           {R"("capacity":50)", R"("capacity":"99999999999999999999")", {"pools[1]", "2^62"}},
           {R"("capacity":50)", R"("capacity":"4611686018427387905")", {"pools[1]", "2^62"}},
           {R"("capacity":50)", R"("capacity":"")", {"pools[1]", "whole"}},
           {R"("capacity":50)", R"("capacity":" 5")", {"pools[1]", "whole"}},
           {R"("capacity":50)", R"("capacity":null)", {"pools[1]", "whole"}},
           {R"("capacity":50)", R"("capacity":[5])", {"pools[1]", "whole"}},
           {R"(,"capacity":50)", "", {"pools[1]", "capacity is missing: it must be"}},
           {R"("cost":0.5)", R"("cost":"dear")", {"pools[0]", "cost"}},
           {R"("cost":0.5)", R"("cost":-1)", {"pools[0]", "cost"}},
           {R"("cost":0.5)", R"("price":0.5)", {"pools[0]", "price", "cost"}},
           {R"("site":"b")", R"("site":"a")", {"pools[1]", "twice"}},
           {R"("site":"b")", R"("site":"")", {"pools[1]", "site"}},
           {R"("site":"b")", R"("site":7)", {"pools[1]", "site"}},
           {R"("amount":5)", R"("amount":"5h")", {"claims[1]", "r1 cpu", "5h"}},
           {R"("amount":5)", R"("amount":true)", {"claims[1]", "whole"}},
           {R"("weight":1.5)", R"("weight":0)", {"claims[0]", "weight", "1000000"}},
           {R"("weight":1.5)", R"("weight":-2)", {"claims[0]", "weight"}},
           {R"("weight":1.5)", R"("weight":1e7)", {"claims[0]", "weight"}},
           {R"("weight":1.5)", R"("weight":1e-7)", {"claims[0]", "0.000001"}},
           {R"("weight":1.5)", R"("weight":"1.5")", {"claims[0]", "weight"}},
           {R"("weight":1.5,)", "", {"claims[0]", "weight"}},
           {R"("minimum":"60")", R"("minimum":"301")", {"claims[3]", "minimum 301", "300"}},
           {R"("priority":3)", R"("priority":0.5)", {"claims[1]", "priority"}},
           {R"("priority":3)", R"("priority":99999999999999999999)", {"claims[1]", "priority"}},
           {R"("request":"r2")", R"("request":"r1")", {"claims[2]", "twice"}},
           {R"("sites":["b"])", R"("sites":["z"])", {"claims[3]", "sites \"z\""}},
           {R"("sites":["b"])", R"("sites":[1])", {"claims[3]", "sites"}},
           {R"("sites":["b"])", R"("sites":"b")", {"claims[3]", "sites"}},
           {R"("periods":["m1"])", R"("periods":["m9"])", {"claims[0]", "periods \"m9\""}},
           {R"("resource":"cpu","amount")",
            R"("resource":"tpu","amount")",
            {"claims[1]", "resource"}},
           {R"("request":"r3")", R"("extra":1,"request":"r3")", {"claims[3]", "extra"}},
           {R"("claims":[)", R"("claims":[7,)", {"claims[0]", "object"}},
           {R"("claims":[)", R"("calls":[)", {"problem", "calls"}},
           {R"("site":"b")", "\"site\":\"\xff\"", {"pools[1]", "not JSON"}},
           {R"("weight":1.5)", R"("weight":NaN)", {"claims[0]", "not JSON"}},
           {R"("weight":1.5)", R"("weight":1e999)", {"claims[0]", "not JSON"}},
           {R"("weight":1.5)", R"("weight":1.5,"weight":2)", {"claims[0]", "\"weight\"", "twice"}},
           {R"("cost":0.5)", R"("cost":0.5,"site":"a")", {"pools[0]", "\"site\"", "twice"}},
           {R"("claims":[)", R"("claims":[],"claims":[)", {"problem", "\"claims\"", "twice"}},
           {R"("priority":3)", R"("costs":{"a":1,"a":2})", {"claims[1]", "\"a\"", "twice"}},
           {R"("priority":3)", R"("costs":{"z":1})", {"claims[1]", "costs \"z\"", "no pool"}},
           {R"("priority":3)", R"("costs":{"a":-1})", {"claims[1]", "costs \"a\" -1"}},
           {R"("priority":3)", R"("costs":[1])", {"claims[1]", "costs", "object"}},
           {R"("priority":3)", R"("last_site":"z")", {"claims[1]", "last_site \"z\""}},
           {R"("priority":3)", R"("last_site":["a"])", {"claims[1]", "last_site"}},
           {R"("priority":3)", R"("together":"yes")", {"claims[1]", "together \"yes\""}},
           {R"("priority":3)", R"("costs":{"a":[[[[[[[[1]]]]]]]]})", {"claims[1]", "nested"}},
       }) {
    std::string text = kCall;
    const size_t at = text.find(each.old);
    ASSERT_NE(at, std::string::npos) << each.old;
    text.replace(at, each.old.size(), each.now);
    const absl::Status status = DivideText(text, {}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.now << status;
    EXPECT_FALSE(Has(status.message(), "\n")) << status;
    for (const std::string& word : each.words) EXPECT_TRUE(Has(status.message(), word)) << status;
  }
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("[]"), std::string("{"),
        std::string("nonsense"), std::string(R"({"pools":[]})"),
        std::string(R"({"pools":{},"claims":[]})"), std::string(200'000, '[')}) {
    EXPECT_EQ(DivideText(text, {}).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(DivideTest, HarmfulNamesComeBackHarmless) {
  const std::string text = absl::StrReplaceAll(kCall, {{"\"r3\"", R"("\u001b[2J\n")"}});
  const Json answer = Json::parse(Answer(text));
  EXPECT_EQ(answer["awards"][3]["request"], "\x1b[2J\n");
  EXPECT_FALSE(Has(Answer(text, {.explain = true}), "\x1b"));
}

TEST(DivideTest, ExplainsEachBottleneckAndEachDrop) {
  EXPECT_EQ(Answer(kCall, {.explain = true}),
            "gpu\n"
            "  a m1: asked 6.00 times over; a point of weight gets 50\n"
            "    cut: r1 (75 of 300), r2 (25 of 300)\n"
            "  dropped: r3, for it would get less than its minimum 60\n"
            "cpu\n"
            "  no pool is asked for more than it has\n");
}

TEST(DivideTest, ExplainsThatNothingIsOverAskedOnceAClaimIsDropped) {
  EXPECT_EQ(Answer(R"({"pools":[{"site":"a","period":"m1","resource":"gpu","capacity":6}],
      "claims":[{"request":"r1","resource":"gpu","amount":5,"minimum":4,"weight":1,"priority":1},
                {"request":"r2","resource":"gpu","amount":5,"minimum":4,"weight":1}]})",
                   {.explain = true}),
            "gpu\n"
            "  dropped: r2, for it would get less than its minimum 4\n"
            "  without what was dropped, no pool is asked for more than it has\n");
}

TEST(DivideTest, ExplainsThatNothingIsOverAskedOnceWhatWasTogetherIsDropped) {
  EXPECT_EQ(Answer(R"({"pools":[{"site":"a","period":"m1","resource":"gpu","capacity":6},
                               {"site":"a","period":"m1","resource":"cpu","capacity":6}],
      "claims":[{"request":"é","resource":"gpu","amount":5,"minimum":4,"weight":1,"together":true},
                {"request":"é","resource":"cpu","amount":50,"weight":1,"together":true}]})",
                   {.explain = true}),
            "gpu\n"
            "  without what was dropped, no pool is asked for more than it has\n"
            "cpu\n"
            "  without what was dropped, no pool is asked for more than it has\n"
            "together\n"
            "  é (gpu, cpu) is dropped: no part of it leaves every line its minimum\n");
}

TEST(DivideTest, TellsWhatAChangeWouldChange) {
  EXPECT_EQ(Answer(kCall, {.what_if = {"capacity:b:m1:gpu=80"}}),
            "pool b m1 gpu: all that is asked -> 40 per point of weight\n"
            "claim r3 gpu: 0 (dropped) -> 80 (+80)\n");
  EXPECT_EQ(Answer(kCall, {.what_if = {"weight:r2:gpu=1.5"}}),
            "pool a m1 gpu: 50 per point of weight -> 33.3333 per point of weight\n"
            "claim r1 gpu: 75 -> 50 (-25)\n"
            "claim r2 gpu: 25 -> 50 (+25)\n");
  EXPECT_EQ(Answer(kCall, {.what_if = {"weight:r1:cpu=9"}}), "nothing changes\n");
}

constexpr char kTogether[] = R"({
  "pools": [{"site":"a","period":"m1","resource":"gpu","capacity":100,"cost":2},
            {"site":"b","period":"m1","resource":"gpu","capacity":100,"cost":1},
            {"site":"a","period":"m1","resource":"cpu","capacity":100},
            {"site":"a","period":"m1","resource":"storage-work","capacity":100},
            {"site":"b","period":"m1","resource":"storage-work","capacity":100}],
  "claims":[{"request":"r1","resource":"gpu","amount":40,"weight":1,"together":true,"costs":{"b":9}},
            {"request":"r1","resource":"cpu","amount":200,"weight":1,"together":true},
            {"request":"r1","resource":"storage-work","amount":8,"weight":1,"together":true},
            {"request":"r2","resource":"gpu","amount":40,"weight":1,"together":true},
            {"request":"r3","resource":"gpu","amount":10,"minimum":9,"weight":1,"together":true},
            {"request":"r3","resource":"cpu","amount":900,"weight":0.1,"together":true},
            {"request":"r4","resource":"cpu","amount":10,"weight":1,"last_site":"b"}]
})";

TEST(DivideTest, GrantsTheSamePartOfLinesThatAreTogether) {
  const Json answer = Json::parse(Answer(kTogether));
  const auto award = [&](size_t i) {
    return absl::StrCat(answer["awards"][i]["amount"].get<std::string>(), " ",
                        answer["awards"][i]["status"].get<std::string>());
  };
  EXPECT_EQ(award(0), "18 PARTIAL");
  EXPECT_EQ(award(1), "90 PARTIAL");
  EXPECT_EQ(award(2), "3 PARTIAL");
  EXPECT_EQ(award(3), "40 FULL");  // by itself it is together with nothing
  EXPECT_EQ(award(4), "0 DROPPED");
  EXPECT_EQ(award(5), "0 DROPPED");
  EXPECT_FALSE(answer["awards"][5].contains("level"));
  // Its own costs keep it from the cheaper site, and its storage follows.
  EXPECT_EQ(answer["awards"][0]["placements"][0]["site"], "a");
  EXPECT_EQ(answer["awards"][2]["placements"][0]["site"], "a");
  EXPECT_EQ(answer["awards"][3]["placements"][0]["site"], "b");
}

TEST(DivideTest, ExplainsWhichLineHoldsABundle) {
  const std::string text = Answer(kTogether, {.explain = true});
  EXPECT_TRUE(Has(text,
                  "together\n"
                  "  r1 gets 37.5 % of gpu, cpu, storage-work; held by cpu\n"
                  "  r3 (gpu, cpu) is dropped: no part of it leaves every line its minimum\n"))
      << text;
}

TEST(DivideTest, PlotsSitesPeriodsAndGroupsAsBars) {
  EXPECT_EQ(Answer(kCall, {.plot = true}),
            "gpu: 100 of 150 given, 900 asked; 3 of 3 claims cut, 1 of these dropped; cost 50\n"
            "  sites\n"
            "    a  ####################  100 of 100, asked 600\n"
            "    b  ....................  0 of 50, asked 300\n"
            "  periods\n"
            "    m1  #############.......  100 of 150, asked 900\n"
            "  groups\n"
            "    a; all periods  ###.................  100 of 600 asked by 2, 2 cut\n"
            "    b; all periods  ....................  0 of 300 asked by 1, 1 cut\n"
            "cpu: 5 of 7 given, 5 asked; 0 of 1 claims cut, 0 of these dropped; cost 0\n"
            "  sites\n"
            "    a  ##############......  5 of 7, asked 5\n"
            "  periods\n"
            "    m1  ##############......  5 of 7, asked 5\n"
            "  groups\n"
            "    all sites; all periods  ####################  5 of 5 asked by 1, 0 cut\n");
  EXPECT_TRUE(Has(Answer(kCall, {.plot = true, .bars = Bars::kUtf8}), "█████████████░░░░░░░"));
}

TEST(DivideTest, WritesAPageThatNeedsNothingElse) {
  const std::string harmful =
      absl::StrReplaceAll(kCall, {{"\"r3\"", R"("<script>alert(1)</script>\u202e&'é")"}});
  const absl::StatusOr<DivideAnswer> answer = DivideText(harmful, {.html_file = "page.html"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(Json::accept(answer->text));
  const std::string& page = answer->page;
  for (const std::string part :
       {"<!DOCTYPE html>", "prefers-color-scheme: dark", "width=device-width", "<h2>gpu</h2>",
        "<h2>cpu</h2>", "asked 6.00 times over", "cut: r1 (75 of 300), r2 (25 of 300)",
        "100 of 600", "66.7 % of it", "Cost by site", "Placement",
        "aria-label=\"Demand and awards by period\"", "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&amp;&#39;é"}) {
    EXPECT_TRUE(Has(page, part)) << part;
  }
  for (const std::string part : {"<script", "http://", "https://", "url(", "\u202e"}) {
    EXPECT_FALSE(Has(page, part)) << part;
  }
}

TEST(DivideTest, TellsHowFarLongWorkIs) {
  struct Heard : division::Progress {
    void Tell(absl::string_view work, size_t done, size_t all) override {
      lines.push_back(ProgressLine(work, done, all));
    }
    std::vector<std::string> lines;
  } heard;
  ASSERT_TRUE(DivideText(kCall, {}, &heard).ok());
  EXPECT_EQ(heard.lines.front(), "claims read: 0");
  EXPECT_EQ(heard.lines[4], "claims with a minimum: [                    ]   0 %");
  EXPECT_EQ(ProgressLine("steps", 41, 100), "steps: [========            ]  41 %");
  EXPECT_EQ(ProgressLine("steps", 7, 0), "steps: 7");
}

TEST(DivideTest, RefusesAChangeOfWhatIsNotThere) {
  for (const std::string change :
       {"capacity:z:m1:gpu=1", "capacity:a:m1:gpu=-1", "capacity:a:m1:gpu=x", "weight:r9:gpu=1",
        "weight:r1:gpu=0", "weight:r1:gpu=nan", "weight:r1:gpu", "speed:r1=3", ""}) {
    const absl::Status status = DivideText(kCall, {.what_if = {change}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << change;
    EXPECT_TRUE(Has(status.message(), "--what-if")) << status;
  }
}

}  // namespace
}  // namespace mesolys
