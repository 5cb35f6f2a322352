#include "client/show/output.h"

#include <string>

#include "client/show/cells.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Look kTable{Format::kTable, /*colour=*/false, /*utf8=*/true};
const Look kJson{Format::kJson, false, true};
const Look kCsv{Format::kCsv, false, true};

Report OneColumn(const std::string& text) {
  return {
      {Table{
          "rows", {{"text", "TEXT"}, {"count", "COUNT", true}}, {{TextCell(text), NumberCell(1)}}}},
      {}};
}

TEST(OutputTest, AlignsByTheWidthThatATerminalShows) {
  Table table{"rows",
              {{"name", "NAME"}, {"amount", "AMOUNT", true}},
              {{TextCell("Pôle"), NumberCell(5)},
               {TextCell("计算"), NumberCell(1234567)},
               {TextCell("abcdef"), NumberCell(-1)}}};
  EXPECT_EQ(Render({{table}, {}}, kTable),
            "NAME     AMOUNT\n"
            "Pôle          5\n"
            "计算    1234567\n"
            "abcdef       -1\n");
}

TEST(OutputTest, LeavesOutColumnsThatSayNothing) {
  Table table{"rows",
              {{"a", "A"}, {"b", "B"}, {"only_data", ""}},
              {{TextCell("x"), TextCell(""), TextCell("y")}}};
  EXPECT_EQ(Render({{table}, {}}, kTable), "A\nx\n");
  EXPECT_EQ(Render({{table}, {}}, kJson),
            "{\"schema\":1,\"rows\":[{\"a\":\"x\",\"b\":\"\",\"only_data\":\"y\"}]}\n");
}

TEST(OutputTest, ShowsTheHeadingsOfAnEmptyListAndAnEmptyArray) {
  const Report report{{Table{"rows", {{"a", "A"}, {"b", "B"}}, {}}}, {}};
  EXPECT_EQ(Render(report, kTable), "A  B\n");
  EXPECT_EQ(Render(report, kJson), "{\"schema\":1,\"rows\":[]}\n");
  EXPECT_EQ(Render(report, kCsv), "a,b\r\n");
}

TEST(OutputTest, QuotesCsvFieldsAsRfc4180Says) {
  Table table{"rows",
              {{"text", "TEXT"}, {"texts", "TEXTS"}, {"sums", "SUMS"}, {"none", "NONE"}},
              {{TextCell("a,\"b\"\nc"), TextsCell({"x", "y"}),
                Cell{"", nlohmann::ordered_json{{"cpu", 1}, {"gpu", 2}}}, Cell{"", nullptr}}}};
  EXPECT_EQ(Render({{table}, {}}, kCsv),
            "text,texts,sums,none\r\n\"a,\"\"b\"\"\nc\",x;y,cpu=1;gpu=2,\r\n");
}

TEST(OutputTest, KeepsHostileTextsFromTheTerminal) {
  const std::string hostile =
      "\x1b[31mred\xc2\x9b"
      "2J\x7f\xff";
  EXPECT_THAT(Render(OneColumn(hostile), kTable), HasSubstr("\\x1b[31mred\\u009b2J\\x7f\\xff"));
  const std::string json = Render(OneColumn(hostile), kJson);
  EXPECT_THAT(json, HasSubstr("\\u001b[31mred\\u009b2J\\u007f"));
  for (const std::string raw : {"\x1b", "\xc2\x9b", "\x7f", "\xff"}) {
    EXPECT_THAT(json, Not(HasSubstr(raw)));
  }
  // And a program reads what was said.
  EXPECT_EQ(nlohmann::json::parse(json)["rows"][0]["text"],
            "\x1b[31mred\xc2\x9b"
            "2J\x7f\xef\xbf\xbd");
}

TEST(OutputTest, ColoursOnlyWhereAsked) {
  Report report = OneColumn("x");
  report.tables[0].rows[0][0].tone = Tone::kBad;
  EXPECT_THAT(Render(report, kTable), Not(HasSubstr("\x1b")));
  EXPECT_EQ(Render(report, {Format::kTable, /*colour=*/true, true}),
            "\x1b[1mTEXT\x1b[0m  \x1b[1mCOUNT\x1b[0m\n\x1b[1;31mx\x1b[0m         1\n");
}

TEST(OutputTest, PutsOnePropertyOnALineForASingleThing) {
  Report report = OneColumn("x");
  report.tables[0].single = true;
  EXPECT_EQ(Render(report, kTable), "TEXT   x\nCOUNT  1\n");
  EXPECT_EQ(Render(report, kJson), "{\"schema\":1,\"rows\":{\"text\":\"x\",\"count\":1}}\n");
}

TEST(OutputTest, GivesCsvTheFirstListOfSeveralTables) {
  Report report = OneColumn("one");
  report.tables[0].single = true;
  report.tables.push_back(OneColumn("row").tables[0]);
  EXPECT_EQ(Render(report, kCsv), "text,count\r\nrow,1\r\n");
}

TEST(CellsTest, ShowElapsedTimeAsAClock) {
  EXPECT_EQ(ElapsedCell(0).text, "00:00:00");
  EXPECT_EQ(ElapsedCell(3661).text, "01:01:01");
  EXPECT_EQ(ElapsedCell(3 * 86400 + 61).text, "3d 00:01:01");
  EXPECT_EQ(ElapsedCell(-5).text, "");
}

TEST(CellsTest, ShowAnUnknownResourceInBaseUnitsAndDoNotAbort) {
  EXPECT_EQ(AmountCell("quantum\x1b", 7).text, "7");
  EXPECT_EQ(AmountCell("cpu", 3600).text, "1 h");
}

TEST(CellsTest, ShowDaysOfTheZoneAndUtcForPrograms) {
  google::protobuf::Timestamp late;
  late.set_seconds(1764629999);  // 2025-12-01T22:59:59Z
  late.set_seconds(late.seconds() + 3600);
  const Cell cell = DayCell(true, late, absl::FixedTimeZone(3600));
  EXPECT_EQ(cell.text, "2025-12-02");
  EXPECT_EQ(cell.value.json(), "2025-12-01T23:59:59Z");
  EXPECT_TRUE(DayCell(false, late, absl::UTCTimeZone()).value.json().is_null());
  late.set_seconds(1LL << 60);  // no calendar has it
  EXPECT_EQ(DayCell(true, late, absl::UTCTimeZone()).text, "");
}

}  // namespace
}  // namespace mesolys::client
