// What releases stored is read as they meant it, and stored again as they did.

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "mesolys/v1/stored.pb.h"
#include "scheduler/store/event_codec.h"
#include "tests/fakes/source_tree.h"
#include "tests/scheduler/store/every_event.h"

namespace mesolys {
namespace {

using ::google::protobuf::TextFormat;

std::string TextOf(const std::vector<Event>& events) {
  v1::StoredEvents stored;
  std::string text;
  EXPECT_TRUE(stored.ParseFromString(EncodeEvents(events)));
  EXPECT_TRUE(TextFormat::PrintToString(stored, &text));
  return text;
}

class ReleasedEventsTest : public testing::TestWithParam<std::string> {
 protected:
  ReleasedEventsTest() {
    std::ostringstream text;
    text << std::ifstream(SourcePath(absl::StrCat("tests/data/events-", GetParam(), ".txt")),
                          std::ios::binary)
                .rdbuf();
    text_ = text.str();
    EXPECT_TRUE(TextFormat::ParseFromString(text_, &stored_));
    events_ = EveryEvent();
    // What later releases added comes after it.
    const auto count = std::min(events_.size(), static_cast<size_t>(stored_.events_size()));
    events_.resize(count);
  }

  std::string text_;  // as it is kept
  v1::StoredEvents stored_;
  std::vector<Event> events_;  // that the release meant
};

TEST_P(ReleasedEventsTest, EveryKindOfEventIsStoredAsItWas) {
  EXPECT_GT(stored_.events_size(), 0);
  EXPECT_EQ(TextOf(events_), text_);
}

TEST_P(ReleasedEventsTest, WhatWasStoredIsReadAsItWasMeant) {
  const absl::StatusOr<std::vector<Event>> read = DecodeEvents(stored_.SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), events_.size());
  for (size_t i = 0; i < events_.size(); ++i) EXPECT_EQ((*read)[i], events_[i]) << "event " << i;
}

INSTANTIATE_TEST_SUITE_P(Releases, ReleasedEventsTest, testing::Values("0.1.0"),
                         [](const auto& release) {
                           std::string name = release.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace mesolys
