#ifndef MESOLYS_TESTS_FAKES_FAKE_SPAN_READER_H_
#define MESOLYS_TESTS_FAKES_FAKE_SPAN_READER_H_

// A site's accounting made by a test: jobs by the second in which they began. It refuses a caller
// that goes on in a slice that it has not begun. One thread.

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "agent/ports/span_reader.h"

namespace mesolys::agent {

class FakeSpanReader : public SpanReader {
 public:
  std::vector<v1::UsageRecord> jobs;
  absl::Duration slice = absl::Hours(1);
  // Told at the beginning of every slice.
  std::vector<QuarantinedLine> unreadable;
  // When not OK, what every Read answers.
  absl::Status failure;
  int slice_count = 0;  // that were begun

  absl::StatusOr<SpanPage> Read(const Period& span, absl::Time from, bool is_anew,
                                int64_t records_max, absl::Time) override {
    if (!failure.ok()) return failure;
    SpanPage page;
    const absl::Time to = std::min(span.end, from + slice);
    if (is_anew) {
      ++slice_count;
      rest_.clear();
      for (const v1::UsageRecord& job : jobs) {
        const absl::Time start = absl::FromUnixSeconds(job.start_time().seconds());
        if (from <= start && start < to) rest_.push_back(job);
      }
      from_ = from;
      page.quarantined = unreadable;
    } else if (from_ != from) {
      return absl::InternalError("that slice was not begun");
    }
    while (!rest_.empty() && static_cast<int64_t>(page.records.size()) < records_max) {
      page.records.push_back(rest_.front());
      rest_.erase(rest_.begin());
    }
    page.next = rest_.empty() ? to : from;
    if (rest_.empty()) from_.reset();
    return page;
  }

  absl::Duration late_span() const override { return absl::Hours(72); }

 private:
  std::optional<absl::Time> from_;
  std::vector<v1::UsageRecord> rest_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_SPAN_READER_H_
