#include "agent/process/output_lines.h"

namespace mesolys::agent {

absl::Status OutputLines::Add(absl::string_view piece) {
  while (true) {
    const size_t end = piece.find('\n');
    Keep(piece.substr(0, end));
    if (end == absl::string_view::npos) return absl::OkStatus();
    if (absl::Status told = Tell(true); !told.ok()) return told;
    piece.remove_prefix(end + 1);
  }
}

absl::Status OutputLines::Finish() {
  return line_.empty() && !is_too_long_ ? absl::OkStatus() : Tell(false);
}

void OutputLines::Keep(absl::string_view part) {
  if (is_too_long_) return;
  line_.append(part.data(), part.size());
  if (line_.size() <= kLineBytesMax) return;
  is_too_long_ = true;
  line_.resize(kBeginningBytes);
}

absl::Status OutputLines::Tell(bool is_terminated) {
  absl::Status told = visit_({line_, is_too_long_, is_terminated});
  line_.clear();
  is_too_long_ = false;
  return told;
}

}  // namespace mesolys::agent
