#include "agent/slurm/text/not_understood.h"

#include "agent/process/utf8.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr size_t kShownBytes = 200;

}  // namespace

absl::Status NotUnderstood(absl::string_view command, absl::string_view line) {
  return absl::DataLossError(
      Say("$0 says what is not understood: \"$1\"", command, OneLine(line, kShownBytes)).Render());
}

}  // namespace mesolys::agent
