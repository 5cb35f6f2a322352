#include "scheduler/store/row_hash.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

LogRow Row() { return {7, "actor", "key", "digest", 99, "body", "its own hash"}; }

JobRow Job(const std::string& cluster, int64_t id) {
  return {{cluster, id, 50}, "account", 7, "record", "charges"};
}

TEST(RowHashTest, Sha256IsThatOfTheStandard) {
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abc").size(), 32u);
}

TEST(RowHashTest, AnyChangeOfTheRowOrOfTheOneBeforeChangesTheHash) {
  const std::vector<std::function<void(LogRow&)>> changes = {
      [](LogRow& row) { ++row.revision; },
      [](LogRow& row) { row.actor += "x"; },
      [](LogRow& row) { row.request_id += "x"; },
      [](LogRow& row) { row.digest += "x"; },
      [](LogRow& row) { ++row.time_us; },
      [](LogRow& row) { row.body += "x"; },
      // The same letters, cut at another place.
      [](LogRow& row) { row.actor = "act", row.request_id = "orkey"; },
      [](LogRow& row) { row.revision = 79, row.time_us = 9; },
  };
  std::set<std::string> hashes = {ChainHash("before", Row()), ChainHash("", Row()),
                                  ChainHash("befor", Row())};
  EXPECT_EQ(hashes.size(), 3u);
  for (size_t i = 0; i < changes.size(); ++i) {
    LogRow row = Row();
    changes[i](row);
    EXPECT_TRUE(hashes.insert(ChainHash("before", row)).second) << "change " << i;
  }
}

TEST(RowHashTest, TheHashOfARowDoesNotRestOnTheOneItCarries) {
  LogRow row = Row();
  row.hash = "another";
  EXPECT_EQ(ChainHash("before", row), ChainHash("before", Row()));
}

TEST(RowHashTest, AnyChangeOfAJobRowButItsRevisionChangesTheDigest) {
  const std::vector<std::function<void(std::vector<JobRow>&)>> changes = {
      [](auto& rows) { rows.pop_back(); },
      [](auto& rows) { std::swap(rows[0], rows[1]); },
      [](auto& rows) { rows[0].key.cluster = "n3"; },
      [](auto& rows) { rows[0].key.job_id = 9; },
      [](auto& rows) { rows[0].key.submit_time = 9; },
      [](auto& rows) { rows[0].account = "other"; },
      [](auto& rows) { rows[0].record = "recor", rows[0].charges = "dcharges"; },
      [](auto& rows) { rows[0].charges += "x"; },
      // 1 and 150 are not 11 and 50.
      [](auto& rows) { rows[0].key.job_id = 11, rows[0].key.submit_time = 50; },
      [](auto& rows) { rows[0].key.job_id = 1, rows[0].key.submit_time = 150; },
  };
  const std::vector<JobRow> rows = {Job("n1", 1), Job("n2", 2)};
  std::set<std::string> digests = {RowsDigest({rows})};
  for (size_t i = 0; i < changes.size(); ++i) {
    std::vector<JobRow> changed = rows;
    changes[i](changed);
    EXPECT_TRUE(digests.insert(RowsDigest({changed})).second) << "change " << i;
  }
  std::vector<JobRow> later = rows;
  later[0].revision = 8;
  EXPECT_EQ(RowsDigest({later}), RowsDigest({rows}));
}

}  // namespace
}  // namespace mesolys
