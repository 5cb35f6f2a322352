#include "scheduler/store/event_codec.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/stored.pb.h"
#include "tests/scheduler/store/every_event.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;

TEST(EventCodecTest, EveryEventIsReadAsItWasWritten) {
  const std::vector<Event> events = EveryEvent();
  const absl::StatusOr<std::vector<Event>> read = DecodeEvents(EncodeEvents(events));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ((*read)[i], events[i]) << "event " << i;
}

TEST(EventCodecTest, TheListAboveHasEveryKindOfEvent) {
  std::vector<bool> seen(std::variant_size_v<Event>);
  for (const Event& event : EveryEvent()) seen[event.index()] = true;
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_TRUE(seen[i]) << "kind " << i;
}

TEST(EventCodecTest, ACommandMayCauseNothing) {
  const absl::StatusOr<std::vector<Event>> read = DecodeEvents(EncodeEvents({}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, IsEmpty());
}

void ExpectLost(const v1::StoredEvents& stored, const char* what) {
  EXPECT_EQ(DecodeEvents(stored.SerializeAsString()).status().code(), absl::StatusCode::kDataLoss)
      << what;
}

TEST(EventCodecTest, BytesThatThisVersionCannotHaveWrittenAreLostData) {
  EXPECT_EQ(DecodeEvents("no events").status().code(), absl::StatusCode::kDataLoss);
  v1::StoredEvents stored;
  stored.add_events();
  ExpectLost(stored, "an event of no kind");
  for (int kind : {0, 5, -1}) {
    stored.Clear();
    stored.add_events()->mutable_usage_reported()->add_postings()->set_kind(kind);
    ExpectLost(stored, "a charge of an unknown kind");
    stored.Clear();
    stored.add_events()->mutable_jobs_resettled()->add_postings()->set_kind(kind);
    ExpectLost(stored, "a charge of an unknown kind");
  }
  for (int number : {5, -1}) {
    stored.Clear();
    stored.add_events()->mutable_member_added()->set_role(number);
    ExpectLost(stored, "an unknown role");
    stored.Clear();
    stored.add_events()->mutable_request_submitted()->set_track(number);
    ExpectLost(stored, "an unknown track");
    stored.Clear();
    stored.add_events()->mutable_request_decided()->set_state(number);
    ExpectLost(stored, "an unknown state");
  }
}

TEST(EventCodecTest, HalfABodyIsLostData) {
  const std::string body = EncodeEvents(EveryEvent());
  int read = 0;
  for (size_t size = 1; size < body.size(); size += 7) {
    const absl::StatusOr<std::vector<Event>> events =
        DecodeEvents(absl::string_view(body).substr(0, size));
    if (events.ok()) {
      ++read;  // cut exactly between two events
    } else {
      EXPECT_EQ(events.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_LT(read, 10);
}

}  // namespace
}  // namespace mesolys
