#ifndef MESOLYS_SCHEDULER_STORE_EVENT_CODEC_H_
#define MESOLYS_SCHEDULER_STORE_EVENT_CODEC_H_

// Events <-> the bytes that the store keeps. Reading answers DATA_LOSS for bytes that this
// version cannot have written. Any thread.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/facts/event.h"

namespace mesolys {

std::string EncodeEvents(const std::vector<Event>& events);
absl::StatusOr<std::vector<Event>> DecodeEvents(absl::string_view body);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_EVENT_CODEC_H_
