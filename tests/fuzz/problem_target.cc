#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "nlohmann/json.hpp"
#include "scheduler/call/divide.h"
#include "tests/fuzz/targets.h"

namespace mesolys {
namespace {

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "this must hold: %s\n", what);
  std::abort();
}

}  // namespace

void FuzzProblem(absl::string_view text) {
  // Divides, and checks the certificate: one that fails is INTERNAL.
  const absl::StatusOr<DivideAnswer> answer = DivideText(text, {.html_file = "page.html"});
  if (!answer.ok()) {
    Check(absl::IsInvalidArgument(answer.status()), "a refusal is INVALID_ARGUMENT");
    Check(!answer.status().message().empty() && answer.status().message().size() < 4096,
          "a refusal is short");
    Check(!absl::StrContains(answer.status().message(), "\n"), "a refusal is one line");
    return;
  }
  Check(nlohmann::json::accept(answer->text), "an answer is JSON");
  Check(!absl::StrContains(answer->page, "<script"), "a page has no script");
  const absl::StatusOr<DivideAnswer> told =
      DivideText(text, {.explain = true, .plot = true, .bars = Bars::kUtf8});
  Check(told.ok(), "what has an answer has one for people");
  Check(!absl::StrContains(told->text, "\x1b"), "what a terminal shows is harmless");
}

}  // namespace mesolys
